Profile: IpPatient
Parent: http://hl7.no/fhir/StructureDefinition/no-basis-Patient
Id: ip-patient
Title: "Innbygger (the person)"
Description: "The person with a coordinator or a plan. For a family that expects a child, the parent who is expecting."
* insert Published
* insert AddressProtection
* extension contains
    http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired named interpreterRequired 0..1 MS and
    ip-venter-barn named venterBarn 0..1 MS
* identifier MS
* identifier.value 1..1
* active MS
* name MS
* telecom MS
* gender MS
* birthDate MS
* deceased[x] MS
* address MS
* communication MS
* communication.language MS
* communication.preferred MS
* generalPractitioner MS

Profile: IpRelatedPerson
Parent: http://hl7.no/fhir/StructureDefinition/no-basis-RelatedPerson
Id: ip-relatedperson
Title: "Pårørende (kin, parent, guardian)"
Description: "Next of kin, parents with and without parental responsibility, and guardians with what they may decide about. One coding system in each relationship."
* insert Published
* insert AddressProtection
* extension contains $gd-guardianship named guardianship 0..1 MS
* identifier MS
* identifier.value 1..1
* active MS
* patient MS
* relationship MS
* relationship contains roleCode 0..* and guardianType 0..1
* relationship[roleCode] ^short = "Closest kin, emergency contact, foster parent, guardian, power of attorney"
* relationship[roleCode].coding 1..*
* relationship[roleCode].coding.system 1..1
* relationship[roleCode].coding.system = $v3-RoleCode
* relationship[guardianType] ^short = "Kind of guardianship"
* relationship[guardianType].coding 1..*
* relationship[guardianType].coding.system 1..1
* relationship[guardianType].coding.system = "http://ehelse.no/fhir/CodeSystem/gd-person-guardiantype"
* name MS
* telecom MS
* gender MS
* birthDate MS
* address MS
* period MS

Profile: IpPractitioner
Parent: http://hl7.no/fhir/StructureDefinition/no-basis-Practitioner
Id: ip-practitioner
Title: "Ansatt (professional)"
Description: "A professional of the municipality or of another service. The birth number of a professional is never given."
* insert Published
* identifier MS
* identifier.value 1..1
* active MS
* name MS
* telecom MS
* address MS
* gender MS
* birthDate MS
* qualification MS
* qualification.code MS
* qualification.period MS

Profile: IpPractitionerRole
Parent: http://hl7.no/fhir/StructureDefinition/no-basis-PractitionerRole
Id: ip-practitionerrole
Title: "Rolle (professional in a role)"
Description: "What a professional is, at which organisation, from when to when. The coordinator of a person is one."
* insert Published
* active MS
* period MS
* practitioner 1..1 MS
* organization MS
* code MS
* code contains rolle 0..1
* code[rolle] ^short = "Rolle (role in coordination); no national list has these"
* insert CodesOf(code, rolle, rolle)
* specialty MS
* telecom MS

Profile: IpOrganization
Parent: http://hl7.no/fhir/StructureDefinition/no-basis-Organization
Id: ip-organization
Title: "Organisasjon (municipality, unit, hospital, school)"
Description: "A municipality, its coordinating unit, a hospital trust, a ward, NAV, a school. A HER-id names a communication party and does not belong here."
* insert Published
* identifier MS
* identifier.value 1..1
* active MS
* type MS
* type contains rolle 0..1
* type[rolle] ^short = "Koordinerende enhet (coordinating unit)"
* type[rolle] = $ip-rolle#koordinerende-enhet
* type[rolle].coding 1..*
* type[rolle].coding.system 1..1
* type[rolle].coding.system = $ip-rolle
* name MS
* alias MS
* telecom MS
* address MS
* partOf MS

// Rules that several profiles share. A slice of codes is told by the system of its coding, as in no-basis.

Alias: $loinc = http://loinc.org
Alias: $sct = http://snomed.info/sct
Alias: $uri = urn:ietf:rfc:3986
Alias: $v3-RoleCode = http://terminology.hl7.org/CodeSystem/v3-RoleCode
Alias: $v3-ParticipationType = http://terminology.hl7.org/CodeSystem/v3-ParticipationType
Alias: $consentscope = http://terminology.hl7.org/CodeSystem/consentscope
Alias: $ip-rolle = https://ip-adapter.example/fhir/CodeSystem/ip-rolle
Alias: $gd-guardianship = http://ehelse.no/fhir/StructureDefinition/gd-guardianship

RuleSet: Published
* ^status = #draft
* ^experimental = false
* ^publisher = "ip-adapter"

// An identifier whose value is a URI names the same plan, goal or tiltak everywhere.
RuleSet: UriIdentifier
* identifier MS
* identifier ^slicing.discriminator.type = #value
* identifier ^slicing.discriminator.path = "system"
* identifier ^slicing.rules = #open
* identifier contains uri 0..*
* identifier[uri] ^short = "Identifier that is the same in every system"
* identifier[uri].system 1..1
* identifier[uri].system = $uri
* identifier[uri].value 1..1

RuleSet: SlicedBySystem(path)
* {path} ^slicing.discriminator.type = #value
* {path} ^slicing.discriminator.path = "coding.system"
* {path} ^slicing.rules = #open

RuleSet: CodesOf(path, slice, table)
* {path}[{slice}] from https://ip-adapter.example/fhir/ValueSet/ip-{table} (required)
* {path}[{slice}].coding 1..*
* {path}[{slice}].coding.system 1..1
* {path}[{slice}].coding.system = "https://ip-adapter.example/fhir/CodeSystem/ip-{table}"
* {path}[{slice}].coding.code 1..1

// Protected address, folkeregisterloven § 10-4: the one place it is told.
RuleSet: AddressProtection
* meta MS
* meta.security MS
* meta.security ^slicing.discriminator.type = #value
* meta.security ^slicing.discriminator.path = "system"
* meta.security ^slicing.rules = #open
* meta.security contains addressProtection 0..1
* meta.security[addressProtection] from https://ip-adapter.example/fhir/ValueSet/ip-adressebeskyttelse (required)
* meta.security[addressProtection] ^short = "Adressebeskyttelse (protected address)"
* meta.security[addressProtection].system 1..1
* meta.security[addressProtection].system = "https://ip-adapter.example/fhir/CodeSystem/ip-adressebeskyttelse"
* meta.security[addressProtection].code 1..1

// A note that repeats a field without an element of its own names the field.
RuleSet: Notes
* note MS
* note.extension contains ip-venter named field 0..1

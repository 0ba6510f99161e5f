Profile: IpConsent
Parent: Consent
Id: ip-consent
Title: "Samtykke (consent to a plan or to sharing)"
Description: "A consent that the service enforces, in the shape of IHE PCF: nothing is shared unless a nested provision permits it. A Consent of another shape is kept whole and opens nothing; it does not conform to this profile."
* insert Published
* extension contains
    ip-samtykkeform named form 0..1 MS and
    ip-innhentet-av named innhentetAv 0..1 MS and
    ip-barnet-hort named barnetHort 0..1 MS and
    ip-tilbaketrekking named tilbaketrekking 0..1 MS
* insert UriIdentifier
* status MS
* scope MS
* scope = $consentscope#patient-privacy
* category 2..* MS
* insert SlicedBySystem(category)
* category contains acknowledgement 1..1 and samtykketype 1..1
* category[acknowledgement] = $loinc#59284-0
* category[acknowledgement].coding 1..*
* category[acknowledgement].coding.system 1..1
* category[acknowledgement].coding.system = $loinc
* category[samtykketype] ^short = "Samtykketype (what the consent is to)"
* insert CodesOf(category, samtykketype, samtykketype)
* patient 1..1 MS
* dateTime MS
* performer MS
* organization MS
* policy 1..* MS
* policy ^slicing.discriminator.type = #value
* policy ^slicing.discriminator.path = "uri"
* policy ^slicing.rules = #open
* policy contains samtykke 1..1
* policy[samtykke].uri 1..1
* policy[samtykke].uri = "https://ip-adapter.example/fhir/samtykke"
* policyRule MS
* policyRule from https://ip-adapter.example/fhir/ValueSet/ip-rettsgrunnlag (extensible)
* provision 1..1 MS
* provision.type 1..1 MS
* provision.type = #deny
* provision.type ^short = "Nothing is shared unless a nested provision permits it"
* provision.period MS
* provision.actor MS
* provision.action 0..0
* provision.securityLabel 0..0
* provision.purpose 0..0
* provision.class 0..0
* provision.code 0..0
* provision.dataPeriod 0..0
* provision.data MS
* provision.data.reference MS
* provision.provision MS
* provision.provision.type 1..1 MS
* provision.provision.period MS
* provision.provision.actor MS
* provision.provision.action 0..0
* provision.provision.securityLabel MS
* provision.provision.securityLabel ^slicing.discriminator.type = #value
* provision.provision.securityLabel ^slicing.discriminator.path = "system"
* provision.provision.securityLabel ^slicing.rules = #open
* provision.provision.securityLabel contains del 0..* and emne 0..*
* provision.provision.securityLabel[del] from https://ip-adapter.example/fhir/ValueSet/ip-del (required)
* provision.provision.securityLabel[del].system 1..1
* provision.provision.securityLabel[del].system = "https://ip-adapter.example/fhir/CodeSystem/ip-del"
* provision.provision.securityLabel[emne] from https://ip-adapter.example/fhir/ValueSet/ip-emne (required)
* provision.provision.securityLabel[emne].system 1..1
* provision.provision.securityLabel[emne].system = "https://ip-adapter.example/fhir/CodeSystem/ip-emne"
* provision.provision.purpose MS
* provision.provision.class 0..0
* provision.provision.code 0..0
* provision.provision.dataPeriod 0..0
* provision.provision.data 0..0
* provision.provision.provision 0..0
* provision.provision obeys ip-recipient

Invariant: ip-recipient
Description: "A provision names one recipient at most, as information recipient (IRCP)."
Severity: #error
Expression: "actor.count() <= 1 and actor.all(role.coding.where(system = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType' and code = 'IRCP').exists())"

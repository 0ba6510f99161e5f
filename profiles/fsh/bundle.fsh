Profile: IpSak
Parent: Bundle
Id: ip-sak
Title: "Sak (the record of one person)"
Description: "Everything a municipality's record holds about one person, as `ip-adapter convert` gives it. Topics, owners and fields without an element stand on the entries."
* insert Published
* meta.tag ^slicing.discriminator.type = #value
* meta.tag ^slicing.discriminator.path = "system"
* meta.tag ^slicing.rules = #open
* meta.tag contains tilstand 0..1
* meta.tag[tilstand] from https://ip-adapter.example/fhir/ValueSet/ip-sakstilstand (required)
* meta.tag[tilstand].system 1..1
* meta.tag[tilstand].system = "https://ip-adapter.example/fhir/CodeSystem/ip-sakstilstand"
* identifier ^short = "Saksnummer (number of the case)"
* type = #collection
* entry 1..*
* entry.fullUrl 1..1
* entry.resource 1..1
* entry.extension contains
    ip-emne named emne 0..* and
    ip-eier named eier 0..1 and
    ip-felter named felter 0..1
* entry ^slicing.discriminator.type = #type
* entry ^slicing.discriminator.path = "resource"
* entry ^slicing.rules = #closed
* entry contains
    patient 1..1 and
    relatedPerson 0..* and
    careTeam 0..* and
    carePlan 0..* and
    goal 0..* and
    serviceRequest 0..* and
    consent 0..*
* entry[patient].resource only IpPatient
* entry[relatedPerson].resource only IpRelatedPerson
* entry[careTeam].resource only IpCareTeam
* entry[carePlan].resource only IpCarePlan
* entry[goal].resource only IpGoal
* entry[serviceRequest].resource only IpTiltak or IpHenvendelse
* entry[consent].resource only Consent
* entry[consent] ^comment = "Any Consent: one that is not understood is kept whole, and does not conform to ip-consent."

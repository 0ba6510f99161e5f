// Extensions that code writes and no row of the mapping names. All others are generated from the mapping files.

Extension: IpVenter
Id: ip-venter
Title: "Felt som venter (field without an element)"
Description: "Names the field of the municipality's record that a note repeats, until the field has an element of its own."
Context: Annotation
* insert Published
* value[x] 1..1
* value[x] only code
* value[x] ^short = "Name of the field"

Extension: IpEmne
Id: ip-emne
Title: "Emne (topic)"
Description: "A topic of the part in this entry. A recipient sees a part with a topic only under a consent to that topic."
Context: Bundle.entry
* insert Published
* value[x] 1..1
* value[x] only code
* value[x] from https://ip-adapter.example/fhir/ValueSet/ip-emne (required)

Extension: IpEier
Id: ip-eier
Title: "Eier (owner)"
Description: "Who made the part in this entry, and may change it."
Context: Bundle.entry
* insert Published
* value[x] 1..1
* value[x] only Reference(Patient or RelatedPerson or Practitioner or PractitionerRole or Organization or CareTeam)

Extension: IpFelter
Id: ip-felter
Title: "Felter uten element (fields without an element)"
Description: "The fields of the part in this entry that have no element in FHIR, as JSON, so that a record converted to FHIR and back is whole."
Context: Bundle.entry
* insert Published
* value[x] 1..1
* value[x] only string

Profile: IpTiltak
Parent: ServiceRequest
Id: ip-tiltak
Title: "Tiltak (measure)"
Description: "What is done, how much, by whom and how. A plan gives no right to a service, so the intent is plan unless somebody ordered it."
* insert Published
* extension contains http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal named goal 0..* MS
* insert UriIdentifier
* basedOn MS
* status MS
* intent MS
* obeys ip-tiltak-intent
* category MS
* insert SlicedBySystem(category)
* category contains tiltakskategori 0..1
* insert CodesOf(category, tiltakskategori, tiltakskategori)
* doNotPerform MS
* code MS
* subject only Reference(Patient)
* subject MS
* occurrence[x] MS
* authoredOn MS
* requester MS
* performer MS
* locationCode MS
* reasonCode MS
* insert Notes
* patientInstruction MS

Invariant: ip-tiltak-intent
Description: "A ServiceRequest with the intent proposal is a henvendelse and no tiltak."
Severity: #error
Expression: "intent != 'proposal'"

Profile: IpHenvendelse
Parent: ServiceRequest
Id: ip-henvendelse
Title: "Henvendelse (melding om behov, søknad)"
Description: "A report of need from a hospital (spesialisthelsetjenesteloven § 2-5), or an application from the person. How it is answered is the work on the case."
* insert Published
* insert UriIdentifier
* status MS
* intent MS
* intent = #proposal
* category MS
* insert SlicedBySystem(category)
* category contains oppgave 0..1
* category[oppgave] ^short = "Melding om behov or søknad"
* insert CodesOf(category, oppgave, oppgave)
* doNotPerform MS
* code MS
* code from https://ip-adapter.example/fhir/ValueSet/ip-ytelse (extensible)
* subject only Reference(Patient)
* subject MS
* authoredOn MS
* requester MS
* performer MS
* reasonCode MS
* insert Notes

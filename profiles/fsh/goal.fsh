Profile: IpGoal
Parent: Goal
Id: ip-goal
Title: "Mål (goal)"
Description: "What the person wants to reach, in the person's own words. A delmål is a Goal of its own, which the goal names as a milestone."
* insert Published
* extension contains
    http://hl7.org/fhir/StructureDefinition/goal-relationship named relationship 0..* MS and
    ip-enighet named enighet 0..* MS and
    ip-neste-evaluering named nesteEvaluering 0..1 MS and
    ip-siste-evaluering named sisteEvaluering 0..1 MS and
    http://hl7.org/fhir/StructureDefinition/goal-reasonRejected named reasonRejected 0..1 MS
* insert UriIdentifier
* lifecycleStatus MS
* achievementStatus MS
* category MS
* insert SlicedBySystem(category)
* category contains livsomrade 0..*
* category[livsomrade] ^short = "Livsområde (area of life)"
* insert CodesOf(category, livsomrade, livsomrade)
* priority MS
* description MS
* description obeys ip-goal-told
* subject only Reference(Patient)
* subject MS
* start[x] MS
* target MS
* target.measure MS
* target.detail[x] MS
* target.due[x] MS
* statusDate MS
* statusReason MS
* expressedBy MS
* insert Notes

Invariant: ip-goal-told
Description: "A goal has words or a code."
Severity: #error
Expression: "text.exists() or coding.exists()"

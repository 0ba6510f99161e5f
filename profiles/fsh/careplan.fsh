Profile: IpCarePlan
Parent: CarePlan
Id: ip-careplan
Title: "Plan (individuell plan or delplan)"
Description: "A plan in a municipality's record: the individuell plan itself, or a plan under it. Goals and tiltak are referred to, in the plan's own order."
* insert Published
* extension contains
    ip-plan-eier named planEier 0..1 MS and
    ip-rettsgrunnlag named rettsgrunnlag 0..* MS and
    ip-neste-evaluering named nesteEvaluering 0..1 MS and
    ip-siste-evaluering named sisteEvaluering 0..1 MS and
    ip-evalueringsintervall named evalueringsintervall 0..1 MS and
    ip-avslutning named avslutning 0..1 MS
* insert UriIdentifier
* replaces MS
* partOf MS
* status MS
* intent MS
* category 1..* MS
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains carePlan 1..1 and plantype 0..1
* category[carePlan] = $sct#734163000
* category[carePlan] ^short = "Care plan; present in every plan, so that every receiver knows it as one"
* category[plantype] from https://ip-adapter.example/fhir/ValueSet/ip-plantype (required)
* category[plantype] ^patternCodeableConcept.coding.system = "https://ip-adapter.example/fhir/CodeSystem/ip-plantype"
* category[plantype] ^short = "Plantype (kind of plan)"
* title MS
* description MS
* description ^short = "Hva er viktig for meg (what matters to me)"
* subject only Reference(Patient)
* subject MS
* period MS
* created MS
* author MS
* contributor MS
* careTeam MS
* goal MS
* activity MS
* activity.progress MS
* activity.detail MS
* activity.detail.code MS
* activity.detail.goal MS
* activity.detail.status MS
* activity.detail.statusReason MS
* activity.detail.doNotPerform MS
* activity.detail.scheduled[x] MS
* activity.detail.performer MS
* activity.detail.description MS
* activity.reference MS
* insert Notes

Profile: IpIndividuellPlan
Parent: IpCarePlan
Id: ip-individuell-plan
Title: "Individuell plan"
Description: "The individuell plan of the law: pasient- og brukerrettighetsloven § 2-5, helse- og omsorgstjenesteloven § 7-1. A person has one at most."
* insert Published
* category[plantype] 1..1
* obeys ip-individuell-plan-kind
* partOf 0..0
* partOf ^short = "An individuell plan is no part of another plan"

Invariant: ip-individuell-plan-kind
Description: "An individuell plan is of the kind individuell-plan."
Severity: #error
Expression: "category.coding.where(system = 'https://ip-adapter.example/fhir/CodeSystem/ip-plantype' and code = 'individuell-plan').exists()"

Profile: IpDelplan
Parent: IpCarePlan
Id: ip-delplan
Title: "Delplan"
Description: "A plan under the individuell plan, such as a treatment plan or a kriseplan, with its own kind and its own owner."
* insert Published
* category[plantype] 1..1
* obeys ip-delplan-kind

Invariant: ip-delplan-kind
Description: "A delplan is of another kind than individuell-plan."
Severity: #error
Expression: "category.coding.where(system = 'https://ip-adapter.example/fhir/CodeSystem/ip-plantype' and code = 'individuell-plan').empty()"

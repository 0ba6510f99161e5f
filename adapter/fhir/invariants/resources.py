"""The invariants of the resource types the adapter serves, and of their nearest neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.fhir.invariants.rule import (
    Node,
    Rules,
    RuleScene,
    at_least_one,
    child,
    children,
    codings,
    has,
    has_choice,
    in_order,
    needs,
    not_both,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_rules = Rules()
RULES = _rules.by_part

_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"

_rules.must(
    "Patient.contact",
    "pat-1",
    "En kontakt må ha navn, kontaktpunkt, adresse eller organisasjon",
    "A contact must have a name, a contact point, an address or an organization",
    at_least_one("name", "telecom", "address", "organization"),
)
_rules.must(
    "Organization",
    "org-1",
    "En organisasjon må ha navn eller identifikator",
    "An organization must have a name or an identifier",
    at_least_one("name", "identifier"),
)


@_rules.places(
    "Organization", "org-2", "En organisasjon har ingen hjemmeadresse", "An organization has no home address"
)
def _addresses(node: Node, _: RuleScene) -> Iterator[str]:
    return (f".address[{at}].use" for at, one in children(node, "address") if one.get("use") == "home")


@_rules.places(
    "Organization",
    "org-3",
    "En organisasjon har ikke noe hjemmekontaktpunkt",
    "An organization has no contact point at home",
)
def _telecoms(node: Node, _: RuleScene) -> Iterator[str]:
    return (f".telecom[{at}].use" for at, one in children(node, "telecom") if one.get("use") == "home")


@_rules.places(
    "CareTeam.participant",
    "ctm-1",
    "onBehalfOf kan bare stå der member er en Practitioner",
    "onBehalfOf can only stand where member is a Practitioner",
)
def _participant(node: Node, scene: RuleScene) -> Iterator[str]:
    if has(node, "onBehalfOf") and scene.target_type(child(node, "member")) not in {None, "Practitioner"}:
        yield ".onBehalfOf"


_rules.must(
    "CarePlan.activity",
    "cpl-3",
    "En aktivitet har reference eller detail, ikke begge",
    "An activity has reference or detail, not both",
    not_both("detail", "reference"),
)
_rules.must(
    "Goal.target",
    "gol-1",
    "Et måltall i detail må ha measure med seg",
    "A target's detail must have measure with it",
    lambda node: not has_choice(node, "detail") or has(node, "measure"),
)
_rules.must(
    "ServiceRequest",
    "prr-1",
    "orderDetail må ha code med seg",
    "orderDetail must have code with it",
    needs("orderDetail", "code"),
)
_rules.must(
    "Consent",
    "ppc-1",
    "Et samtykke må ha policy eller policyRule",
    "A consent must have policy or policyRule",
    at_least_one("policy", "policyRule"),
)


@_rules.places(
    "Task",
    "inv-1",
    "lastModified må være etter authoredOn eller lik, og like nøyaktig der det trengs for å avgjøre det",
    "lastModified must be authoredOn or later, and as precise as it takes to tell",
)
def _modified(node: Node, _: RuleScene) -> Iterator[str]:
    if "lastModified" in node and "authoredOn" in node and not in_order(node, "authoredOn", "lastModified"):
        yield ".lastModified"


_rules.must(
    "Observation",
    "obs-6",
    "dataAbsentReason kan ikke stå sammen med en verdi",
    "dataAbsentReason cannot stand together with a value",
    lambda node: not (has(node, "dataAbsentReason") and has_choice(node, "value")),
)
_rules.must(
    "Observation.referenceRange",
    "obs-3",
    "Et referanseområde må ha low, high eller text",
    "A reference range must have low, high or text",
    at_least_one("low", "high", "text"),
)


@_rules.places(
    "Observation",
    "obs-7",
    "En komponent kan ikke ha observasjonens egen kode når observasjonen har verdi",
    "A component cannot have the observation's own code when the observation has a value",
)
def _component(node: Node, _: RuleScene) -> Iterator[str]:
    if has_choice(node, "value"):
        own = codings(node, "code")
        yield from (
            f".component[{at}].code" for at, one in children(node, "component") if codings(one, "code") & own
        )


@_rules.places(
    "Condition",
    "con-4",
    "En avsluttet tilstand må ha clinicalStatus inactive, resolved eller remission",
    "An abated condition must have clinicalStatus inactive, resolved or remission",
)
def _abated(node: Node, _: RuleScene) -> Iterator[str]:
    ended = {(_CLINICAL, code) for code in ("resolved", "remission", "inactive")}
    if has_choice(node, "abatement") and not codings(node, "clinicalStatus") & ended:
        yield ""


_rules.must(
    "Condition",
    "con-5",
    "En feilregistrert tilstand kan ikke ha clinicalStatus",
    "A condition entered in error cannot have clinicalStatus",
    lambda node: (
        (_VERIFICATION, "entered-in-error") not in codings(node, "verificationStatus")
        or not has(node, "clinicalStatus")
    ),
)
for part, key, names in (
    ("Condition.stage", "con-1", ("summary", "assessment")),
    ("Condition.evidence", "con-2", ("code", "detail")),
    ("Composition.section", "cmp-1", ("text", "entry", "section")),
    ("Appointment.participant", "app-1", ("type", "actor")),
):
    _rules.must(
        part,
        key,
        f"Må ha minst én av: {', '.join(names)}",
        f"Must have at least one of: {', '.join(names)}",
        at_least_one(*names),
    )
_rules.must(
    "Composition.section",
    "cmp-2",
    "Et avsnitt med innhold kan ikke ha emptyReason",
    "A section with entries cannot have emptyReason",
    not_both("emptyReason", "entry"),
)
_rules.must(
    "Appointment",
    "app-2",
    "start og end må stå sammen",
    "start and end must stand together",
    lambda node: has(node, "start") == has(node, "end"),
)
_rules.must(
    "Appointment",
    "app-3",
    "En time uten start og end må være proposed, cancelled eller waitlist",
    "An appointment without start and end must be proposed, cancelled or waitlist",
    lambda node: (
        (has(node, "start") and has(node, "end"))
        or text(node, "status") in {"proposed", "cancelled", "waitlist"}
    ),
)
_rules.must(
    "Appointment",
    "app-4",
    "cancelationReason krever status cancelled eller no-show",
    "cancelationReason requires status cancelled or no-show",
    lambda node: not has(node, "cancelationReason") or text(node, "status") in {"cancelled", "no-show"},
)
_rules.must(
    "Parameters.parameter",
    "inv-1",
    "En parameter har enten en verdi, en ressurs eller deler",
    "A parameter has either a value, a resource or parts",
    lambda node: has_choice(node, "value") + has(node, "resource") + has(node, "part") == 1,
)

"""Invariants of the resource types the adapter serves, and of closely related types."""

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
    "Kontakten har verken name, telecom, address eller organization. Legg til minst én av dem.",
    "The contact has neither name, telecom, address nor organization. Add at least one of them.",
    at_least_one("name", "telecom", "address", "organization"),
)
_rules.must(
    "Organization",
    "org-1",
    "Organisasjonen har verken name eller identifier. Legg til minst én av dem.",
    "The organization has neither name nor identifier. Add at least one of them.",
    at_least_one("name", "identifier"),
)


@_rules.places(
    "Organization",
    "org-2",
    "Adressen til en organisasjon har use home. Bruk en annen use.",
    "The address of an organization has use home. Choose another use.",
)
def _addresses(node: Node, _: RuleScene) -> Iterator[str]:
    return (f".address[{at}].use" for at, one in children(node, "address") if one.get("use") == "home")


@_rules.places(
    "Organization",
    "org-3",
    "Kontaktpunktet til en organisasjon har use home. Bruk en annen use.",
    "The contact point of an organization has use home. Choose another use.",
)
def _telecoms(node: Node, _: RuleScene) -> Iterator[str]:
    return (f".telecom[{at}].use" for at, one in children(node, "telecom") if one.get("use") == "home")


@_rules.places(
    "CareTeam.participant",
    "ctm-1",
    "onBehalfOf er bare tillatt når member er en Practitioner. Fjern onBehalfOf, eller rett member.",
    "onBehalfOf is allowed only when member is a Practitioner. Remove onBehalfOf, or correct member.",
)
def _participant(node: Node, scene: RuleScene) -> Iterator[str]:
    if has(node, "onBehalfOf") and scene.target_type(child(node, "member")) not in {None, "Practitioner"}:
        yield ".onBehalfOf"


_rules.must(
    "CarePlan.activity",
    "cpl-3",
    "Aktiviteten har både reference og detail. Fjern én av dem.",
    "The activity has both reference and detail. Remove one of them.",
    not_both("detail", "reference"),
)
_rules.must(
    "Goal.target",
    "gol-1",
    "Måltallet har detail[x] uten measure. Legg til measure.",
    "The target has detail[x] without measure. Add measure.",
    lambda node: not has_choice(node, "detail") or has(node, "measure"),
)
_rules.must(
    "ServiceRequest",
    "prr-1",
    "orderDetail krever code, som mangler. Legg til code.",
    "orderDetail requires code, which is missing. Add code.",
    needs("orderDetail", "code"),
)
_rules.must(
    "Consent",
    "ppc-1",
    "Samtykket har verken policy eller policyRule. Legg til minst én av dem.",
    "The consent has neither policy nor policyRule. Add at least one of them.",
    at_least_one("policy", "policyRule"),
)


@_rules.places(
    "Task",
    "inv-1",
    "lastModified er før authoredOn, eller de har så ulik presisjon at rekkefølgen er uviss."
    " Rett lastModified eller authoredOn.",
    "lastModified is before authoredOn, or they differ so much in precision that their order is uncertain."
    " Correct lastModified or authoredOn.",
)
def _modified(node: Node, _: RuleScene) -> Iterator[str]:
    if "lastModified" in node and "authoredOn" in node and not in_order(node, "authoredOn", "lastModified"):
        yield ".lastModified"


_rules.must(
    "Observation",
    "obs-6",
    "dataAbsentReason og value[x] er sendt sammen. Fjern én av dem.",
    "dataAbsentReason and value[x] are sent together. Remove one of them.",
    lambda node: not (has(node, "dataAbsentReason") and has_choice(node, "value")),
)
_rules.must(
    "Observation.referenceRange",
    "obs-3",
    "Referanseområdet har verken low, high eller text. Legg til minst én av dem.",
    "The reference range has neither low, high nor text. Add at least one of them.",
    at_least_one("low", "high", "text"),
)


@_rules.places(
    "Observation",
    "obs-7",
    "Komponenten har samme kode som observasjonen, som selv har value[x]. Fjern value[x] eller komponenten.",
    "The component has the code of the observation, which has value[x]. Remove value[x] or the component.",
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
    "Tilstanden er avsluttet, men clinicalStatus er ikke inactive, resolved eller remission."
    " Rett clinicalStatus, eller fjern abatement[x].",
    "The condition has abated, but clinicalStatus is not inactive, resolved or remission."
    " Correct clinicalStatus, or remove abatement[x].",
)
def _abated(node: Node, _: RuleScene) -> Iterator[str]:
    ended = {(_CLINICAL, code) for code in ("resolved", "remission", "inactive")}
    if has_choice(node, "abatement") and not codings(node, "clinicalStatus") & ended:
        yield ""


_rules.must(
    "Condition",
    "con-5",
    "Tilstanden er feilregistrert, men har clinicalStatus. Fjern clinicalStatus.",
    "The condition is entered in error, but has clinicalStatus. Remove clinicalStatus.",
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
        f"Elementet har ingen av disse: {', '.join(names)}. Legg til minst én av dem.",
        f"The element has none of these: {', '.join(names)}. Add at least one of them.",
        at_least_one(*names),
    )
_rules.must(
    "Composition.section",
    "cmp-2",
    "Avsnittet har både entry og emptyReason. Fjern én av dem.",
    "The section has both entry and emptyReason. Remove one of them.",
    not_both("emptyReason", "entry"),
)
_rules.must(
    "Appointment",
    "app-2",
    "start eller end mangler. Send begge, eller ingen av dem.",
    "start or end is missing. Send both, or neither.",
    lambda node: has(node, "start") == has(node, "end"),
)
_rules.must(
    "Appointment",
    "app-3",
    "Timen mangler start eller end, og status er ikke proposed, cancelled eller waitlist."
    " Legg til start og end, eller rett status.",
    "The appointment has no start or end, and its status is not proposed, cancelled or waitlist."
    " Add start and end, or correct status.",
    lambda node: (
        (has(node, "start") and has(node, "end"))
        or text(node, "status") in {"proposed", "cancelled", "waitlist"}
    ),
)
_rules.must(
    "Appointment",
    "app-4",
    "cancelationReason er bare tillatt når status er cancelled eller no-show."
    " Fjern cancelationReason, eller rett status.",
    "cancelationReason is allowed only when status is cancelled or no-show."
    " Remove cancelationReason, or correct status.",
    lambda node: not has(node, "cancelationReason") or text(node, "status") in {"cancelled", "no-show"},
)
_rules.must(
    "Parameters.parameter",
    "inv-1",
    "Parameteren har ikke nøyaktig én av value[x], resource og part. Send nøyaktig én av dem.",
    "The parameter does not have exactly one of value[x], resource and part. Send exactly one of them.",
    lambda node: has_choice(node, "value") + has(node, "resource") + has(node, "part") == 1,
)

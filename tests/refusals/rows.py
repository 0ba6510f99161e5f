"""The rows of bad input: the fault, its form at each door, and every place the answer must name.

A record is changed by paths into it, a resource as the municipality reads it by paths into that; ``+`` adds
to a list. What is no valid R4 is 400 at the FHIR door (https://hl7.org/fhir/R4/http.html#create), and all
else that is refused here is 422.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adapter.fhir.canonical import BASE

Places = tuple[tuple[str, str], ...]
"""Code and place of everything that is found."""

BACKWARDS = {"fra": "2026-02-01", "til": "2026-01-20"}
PERIOD = {"start": "2026-02-01", "end": "2026-01-20"}
MODIFIER = [{"url": "https://epj.example/endrer-alt", "valueBoolean": True}]
SUCCESSOR = {"id": "d2", "rolle": "koordinator", "hvem": {"rolle": "bjarte-koordinator"}}
KOORDINATOR = {"coding": [{"system": f"{BASE}/CodeSystem/ip-rolle", "code": "koordinator"}]}
NEW_PLAN = {"id": "ny-plan", "plantype": "individuell-plan", "status": "pa-vent"}


def milestone(goal: str) -> dict[str, Any]:
    """The extension that makes another Goal a delmål of a Goal."""
    url = "http://hl7.org/fhir/StructureDefinition/goal-relationship"
    type_ = {"system": "http://terminology.hl7.org/CodeSystem/goal-relationship-type", "code": "milestone"}
    return {
        "url": url,
        "extension": [
            {"url": "type", "valueCodeableConcept": {"coding": [type_]}},
            {"url": "target", "valueReference": {"reference": f"Goal/{goal}"}},
        ],
    }


def pertains(goal: str) -> dict[str, Any]:
    """The extension that refers from a tiltak to its goal."""
    url = "http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal"
    return {"url": url, "valueReference": {"reference": f"Goal/{goal}"}}


def coded(system: str, code: str) -> dict[str, Any]:
    """A CodeableConcept of one of our code systems."""
    return {"coding": [{"system": f"{BASE}/CodeSystem/{system}", "code": code}]}


@dataclass(frozen=True)
class Wrong:
    """One kind of bad input.

    Args:
        name: what is wrong.
        sak: changes of the record, and what the municipal door finds; no changes if it cannot be said there.
        of: the resource it is said in, as ``Type/id``.
        resource: changes of that resource, and what the FHIR door finds; none if it cannot be said there.
        new: whether the resource is sent as a new one.
        status: the FHIR door's; the municipal door's is 422.
    """

    name: str
    sak: tuple[dict[str, Any], Places] = field(default_factory=lambda: ({}, ()))
    of: str = ""
    resource: tuple[dict[str, Any], Places] = field(default_factory=lambda: ({}, ()))
    new: bool = False
    status: int = 422


_WHOSE = (
    Wrong(
        "a plan with a goal of another person",
        ({"planer.0.maal.+": "odds-maal"}, (("not-in-record", "sak.planer[0].maal[2]"),)),
        "CarePlan/planen",
        ({"goal.+": {"reference": "Goal/odds-maal"}}, (("not-in-record", "CarePlan.goal[2]"),)),
    ),
    Wrong(
        "a tiltak for a goal of another person",
        ({"tiltak.0.maal.+": "odds-maal"}, (("not-in-record", "sak.tiltak[0].maal[1]"),)),
        "ServiceRequest/trening",
        (
            {"extension.+": pertains("odds-maal")},
            (("not-in-record", "ServiceRequest.extension[1].valueReference"),),
        ),
    ),
    Wrong(
        "a delmål of another person",
        ({"maal.0.delmaal.+": "odds-maal"}, (("not-in-record", "sak.maal[0].delmaal[1]"),)),
        "Goal/gaa",
        ({"extension.+": milestone("odds-maal")}, (("not-in-record", "Goal.extension[1]"),)),
    ),
    Wrong(
        "a goal given to another person",
        of="Goal/gaa",
        resource=({"subject.reference": "Patient/odd"}, (("belongs-elsewhere", "Goal.subject"),)),
    ),
    Wrong(
        "a plan with a tiltak of another sak",
        ({"planer.0.tiltak.+": "odds-tiltak"}, (("not-in-record", "sak.planer[0].tiltak[1]"),)),
        "CarePlan/planen",
        (
            {"activity.+": {"reference": {"reference": "ServiceRequest/odds-tiltak"}}},
            (("not-in-record", "CarePlan.activity[1].reference"),),
        ),
    ),
    Wrong(
        "a tiltak in a plan of another sak",
        of="ServiceRequest/trening",
        resource=(
            {"basedOn.+": {"reference": "CarePlan/odds-plan"}},
            (("link-unknown", "ServiceRequest.basedOn[1]"),),
        ),
    ),
    Wrong(
        "a plan in the place of one of another sak",
        ({"planer.0.erstatter": ["odds-plan"]}, (("not-in-record", "sak.planer[0].erstatter[0]"),)),
        "CarePlan/planen",
        (
            {"replaces": [{"reference": "CarePlan/odds-plan"}]},
            (("not-in-record", "CarePlan.replaces[0]"),),
        ),
    ),
    Wrong(
        "a plan with the team of another person",
        ({"planer.0.team.+": {"team": "odds-team"}}, (("not-in-record", "sak.planer[0].team[1]"),)),
        "CarePlan/planen",
        (
            {"careTeam.+": {"reference": "CareTeam/odds-team"}},
            (("not-in-record", "CarePlan.careTeam[1]"),),
        ),
    ),
    Wrong(
        "a simple tiltak for a goal of another person",
        (
            {"planer.0.enkleTiltak": [{"id": "e1", "status": "i-gang", "maal": ["gaa", "odds-maal"]}]},
            (("not-in-record", "sak.planer[0].enkleTiltak[0].maal[1]"),),
        ),
        "CarePlan/planen",
        (
            {
                "activity.+": {
                    "detail": {
                        "status": "in-progress",
                        "goal": [{"reference": "Goal/gaa"}, {"reference": "Goal/odds-maal"}],
                    }
                }
            },
            (("not-in-record", "CarePlan.activity[1].detail.goal[1]"),),
        ),
    ),
    Wrong(
        "a performer nobody knows",
        ({"tiltak.0.utforere.+": {"ansatt": "ingen"}}, (("reference-broken", "sak.tiltak[0].utforere[1]"),)),
        "ServiceRequest/trening",
        (
            {"performer.+": {"reference": "Practitioner/ingen"}},
            (("reference-broken", "ServiceRequest.performer[1]"),),
        ),
    ),
)

_CIRCLES = (
    Wrong(
        "a goal that is a delmål of its own delmål",
        (
            {"maal.1.delmaal": ["gaa"]},
            (("part-of-itself", "sak.maal[0].delmaal[0]"), ("part-of-itself", "sak.maal[1].delmaal[0]")),
        ),
        "Goal/staa",
        (
            {"extension": [milestone("gaa")]},
            (("part-of-itself", "Goal.extension[0]"),),
        ),
    ),
    Wrong(
        "a goal that is its own delmål",
        ({"maal.0.delmaal": ["gaa"]}, (("part-of-itself", "sak.maal[0].delmaal[0]"),)),
        "Goal/gaa",
        ({"extension.+": milestone("gaa")}, (("part-of-itself", "Goal.extension[1]"),)),
    ),
    Wrong(
        "a plan in its own place",
        ({"planer.0.erstatter": ["planen"]}, (("part-of-itself", "sak.planer[0].erstatter[0]"),)),
        "CarePlan/planen",
        ({"replaces": [{"reference": "CarePlan/planen"}]}, (("part-of-itself", "CarePlan.replaces[0]"),)),
    ),
)

_TWO = (
    Wrong(
        "two active individuelle planer",
        ({"planer.+": NEW_PLAN}, (("two-individual-plans", "sak.planer[1].status"),)),
        "CarePlan/planen",
        ({"status": "on-hold"}, (("two-individual-plans", "CarePlan.status"),)),
        new=True,
    ),
    Wrong(
        "two coordinators at once",
        ({"team.0.deltakere.+": SUCCESSOR}, (("two-coordinators", "sak.team[0].deltakere[1]"),)),
        "CareTeam/teamet",
        (
            {
                "participant.+": {
                    "role": [KOORDINATOR],
                    "member": {"reference": "PractitionerRole/bjarte-koordinator"},
                }
            },
            (("two-coordinators", "CareTeam.participant[1]"),),
        ),
    ),
    Wrong(
        "a coordinator in another team besides",
        (
            {"team.+": {"id": "ny", "status": "aktiv", "deltakere": [SUCCESSOR]}},
            (("two-coordinators", "sak.team[1].deltakere[0]"),),
        ),
        "CareTeam/teamet",
        ({}, (("two-coordinators", "CareTeam.participant[0]"),)),
        new=True,
    ),
    Wrong(
        "no coordinator, because the plan ends",
        (
            {"planer.0.status": "fullfort", "team.0.deltakere": []},
            (("coordinator-gone-with-plan", "sak.team[0].deltakere"),),
        ),
    ),
    Wrong(
        "two goals with one id",
        ({"maal.+": {"id": "gaa", "status": "aktiv", "tekst": "Gå"}}, (("duplicate-id", "sak.maal[2].id"),)),
    ),
)


def _period(of: str, path: str, resource: str, element: str, at: str = "") -> Wrong:
    """A period that ends before it starts."""
    return Wrong(
        f"a period that ends before it starts: {path}",
        ({path: BACKWARDS}, (("period-ends-before-start", f"sak.{of}"),)),
        resource,
        ({element: PERIOD}, (("per-1", at or f"{resource.partition('/')[0]}.{element}"),)),
        status=400,
    )


_PERIODS = (
    _period("planer[0].gyldighet", "planer.0.gyldighet", "CarePlan/planen", "period"),
    _period(
        "tiltak[0].gyldighet",
        "tiltak.0.gyldighet",
        "ServiceRequest/trening",
        "occurrencePeriod",
        "ServiceRequest.occurrence",
    ),
    _period("team[0].gyldighet", "team.0.gyldighet", "CareTeam/teamet", "period"),
    _period(
        "team[0].deltakere[0].gyldighet",
        "team.0.deltakere.0.gyldighet",
        "CareTeam/teamet",
        "participant.0.period",
        "CareTeam.participant[0].period",
    ),
    _period("samtykker[0].gyldighet", "samtykker.0.gyldighet", "Consent/samtykket", "provision.period"),
    _period(
        "samtykker[0].regler[0].gyldighet",
        "samtykker.0.regler.0.gyldighet",
        "Consent/samtykket",
        "provision.provision.0.period",
        "Consent.provision.provision[0].period",
    ),
    _period("parorende[0].gyldighet", "parorende.0.gyldighet", "RelatedPerson/mora", "period"),
    _period(
        "innbygger.navn[0].gyldighet",
        "innbygger.navn.0.gyldighet",
        "Patient/torill",
        "name.0.period",
        "Patient.name[0].period",
    ),
)

_CODES = (
    Wrong(
        "a status that is none, of a plan",
        ({"planer.0.status": "halvferdig"}, (("unknown-code", "sak.planer[0].status"),)),
        "CarePlan/planen",
        ({"status": "halvferdig"}, (("code-unknown", "CarePlan.status"),)),
        status=400,
    ),
    Wrong(
        "a status that is none, of a goal",
        ({"maal.0.status": "halvferdig"}, (("unknown-code", "sak.maal[0].status"),)),
        "Goal/gaa",
        ({"lifecycleStatus": "halvferdig"}, (("code-unknown", "Goal.lifecycleStatus"),)),
        status=400,
    ),
    Wrong(
        "a plantype that is none",
        ({"planer.0.plantype": "husplan"}, (("unknown-code", "sak.planer[0].plantype"),)),
        "CarePlan/planen",
        ({"category": [coded("ip-plantype", "husplan")]}, (("code-unknown", "CarePlan.category[0]"),)),
    ),
    Wrong(
        "a rolle that is none",
        ({"team.0.deltakere.0.rolle": "sjef"}, (("unknown-code", "sak.team[0].deltakere[0].rolle"),)),
        "CareTeam/teamet",
        (
            {"participant.0.role": [coded("ip-rolle", "sjef")]},
            (("code-unknown", "CareTeam.participant[0].role[0]"),),
        ),
    ),
    Wrong(
        "a livsområde that is none",
        ({"maal.0.livsomrader": ["havet"]}, (("unknown-code", "sak.maal[0].livsomrader[0]"),)),
        "Goal/gaa",
        ({"category": [coded("ip-livsomrade", "havet")]}, (("code-unknown", "Goal.category[0]"),)),
    ),
    Wrong(
        "an individuell plan that orders",
        ({"planer.0.hensikt": "bestilling"}, (("individual-plan-not-a-plan", "sak.planer[0].hensikt"),)),
        "CarePlan/planen",
        ({"intent": "order"}, (("individual-plan-not-a-plan", "CarePlan.intent"),)),
    ),
)


def _modifier(resource: str, field_: str, path: str = "", at: str = "") -> Wrong:
    """The row of an unknown modifierExtension at a place."""
    return Wrong(
        f"modifierExtension: {resource} {path}",
        (
            {f"{field_}.modifierExtension": MODIFIER},
            (("unknown-field", f"sak.{_dotted(field_)}.modifierExtension"),),
        ),
        resource,
        (
            {f"{path}modifierExtension": MODIFIER},
            (("modifier-unknown", f"{resource.partition('/')[0]}.{at}modifierExtension"),),
        ),
    )


def _dotted(path: str) -> str:
    """A path with its indices in brackets."""
    name, *rest = path.split(".")
    return name + "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in rest)


_MODIFIERS = (
    _modifier("CarePlan/planen", "planer.0"),
    _modifier("Goal/gaa", "maal.0"),
    _modifier("ServiceRequest/trening", "tiltak.0"),
    _modifier("CareTeam/teamet", "team.0"),
    _modifier("Consent/samtykket", "samtykker.0"),
    _modifier("RelatedPerson/mora", "parorende.0"),
    _modifier("Patient/torill", "innbygger"),
    _modifier("CarePlan/planen", "planer.0.gyldighet", "activity.0.", "activity[0]."),
    _modifier("CareTeam/teamet", "team.0.deltakere.0", "participant.0.", "participant[0]."),
    _modifier(
        "Consent/samtykket", "samtykker.0.regler.0", "provision.provision.0.", "provision.provision[0]."
    ),
)

_CHOICES = (
    Wrong(
        "two kinds of target",
        of="Goal/gaa",
        resource=(
            {"target": [{"measure": {"text": "Skritt"}, "detailString": "100", "detailInteger": 100}]},
            (("element-choice", "Goal.target[0].detail"),),
        ),
        status=400,
    ),
    Wrong(
        "two kinds of due",
        of="Goal/gaa",
        resource=(
            {"target": [{"dueDate": "2026-09", "dueDuration": {"value": 1}}]},
            (("element-choice", "Goal.target[0].due"),),
        ),
        status=400,
    ),
    Wrong(
        "two kinds of start",
        of="Goal/staa",
        resource=({"startCodeableConcept": {"text": "i fjor"}}, (("element-choice", "Goal.start"),)),
        status=400,
    ),
    Wrong(
        "occurrence twice",
        of="ServiceRequest/trening",
        resource=(
            {"occurrenceTiming": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}},
            (("element-choice", "ServiceRequest.occurrence"),),
        ),
        status=400,
    ),
    Wrong(
        "two values of an extension",
        of="CarePlan/planen",
        resource=(
            {"extension.+": {"url": "https://epj.example/x", "valueBoolean": True, "valueString": "x"}},
            (("element-choice", "CarePlan.extension[1].value"),),
        ),
        status=400,
    ),
    Wrong(
        "an activity that is told and referred to",
        of="CarePlan/planen",
        resource=(
            {"activity.0.detail": {"status": "in-progress", "description": "Gå tur"}},
            (("cpl-3", "CarePlan.activity[0]"),),
        ),
        status=400,
    ),
    Wrong(
        "an aktør that is two",
        (
            {"tiltak.0.utforere.0": {"organisasjon": "enheten", "ansatt": "ragna"}},
            (("not-exactly-one", "sak.tiltak[0].utforere[0]"),),
        ),
    ),
    Wrong(
        "a simple tiltak at a time in words and in dates",
        (
            {
                "planer.0.enkleTiltak": [
                    {"id": "e1", "status": "i-gang", "tidspunkt": "om våren", "gyldighet": {"fra": "2026"}}
                ]
            },
            (("not-together", "sak.planer[0].enkleTiltak[0]"),),
        ),
        "CarePlan/planen",
        (
            {
                "activity.+": {
                    "detail": {
                        "status": "in-progress",
                        "scheduledString": "om våren",
                        "scheduledPeriod": {"start": "2026"},
                    }
                }
            },
            (("element-choice", "CarePlan.activity[1].detail.scheduled"),),
        ),
        status=400,
    ),
)

_DATES = (
    Wrong(
        "a goal due before it is begun",
        (
            {"maal.1.frister": [{"id": "f1", "dato": "2026-02"}, {"id": "f2", "dato": "2025-12-31"}]},
            (("due-before-start", "sak.maal[1].frister[1].dato"),),
        ),
        "Goal/staa",
        (
            {"target": [{"dueDate": "2026-02"}, {"dueDate": "2025-12-31"}]},
            (("due-before-start", "Goal.target[1].dueDate"),),
        ),
    ),
)

_SEVERAL = (
    Wrong(
        "a plan that is wrong in several ways",
        (
            {
                "planer.0.gyldighet": BACKWARDS,
                "planer.0.maal": ["gaa", "odds-maal", "staa", "ingen"],
                "planer.0.tiltak.+": "odds-tiltak",
                "planer.+": NEW_PLAN,
                "maal.1.delmaal": ["gaa"],
                "team.0.deltakere.+": {**SUCCESSOR, "gyldighet": BACKWARDS},
                "tiltak.0.utforere.+": {"ansatt": "ingen"},
                "innbygger.identer.0.verdi": "12856812054",
            },
            (
                ("birth-number", "sak.innbygger.identer[0].verdi"),
                ("period-ends-before-start", "sak.planer[0].gyldighet"),
                ("period-ends-before-start", "sak.team[0].deltakere[1].gyldighet"),
                ("not-in-record", "sak.planer[0].maal[1]"),
                ("not-in-record", "sak.planer[0].maal[3]"),
                ("not-in-record", "sak.planer[0].tiltak[1]"),
                ("two-individual-plans", "sak.planer[1].status"),
                ("part-of-itself", "sak.maal[0].delmaal[0]"),
                ("part-of-itself", "sak.maal[1].delmaal[0]"),
                ("reference-broken", "sak.tiltak[0].utforere[1]"),
            ),
        ),
        "CarePlan/planen",
        (
            {
                "modifierExtension": MODIFIER,
                "activity.0.modifierExtension": MODIFIER,
                "category.+": coded("ip-plantype", "husplan"),
                "goal.+": {"reference": "Goal/odds-maal"},
                "replaces": [{"reference": "CarePlan/planen"}],
                "author": {"reference": "Practitioner/ingen"},
            },
            (
                ("modifier-unknown", "CarePlan.modifierExtension"),
                ("modifier-unknown", "CarePlan.activity[0].modifierExtension"),
                ("code-unknown", "CarePlan.category[2]"),
            ),
        ),
    ),
    Wrong(
        "a plan that breaks several rules",
        of="CarePlan/planen",
        resource=(
            {
                "goal.+": {"reference": "Goal/odds-maal"},
                "replaces": [{"reference": "CarePlan/planen"}],
                "author": {"reference": "Practitioner/ingen"},
            },
            (
                ("not-in-record", "CarePlan.goal[2]"),
                ("part-of-itself", "CarePlan.replaces[0]"),
                ("reference-broken", "CarePlan.author"),
            ),
        ),
    ),
    Wrong(
        "what is no record and no R4, beside what breaks a rule",
        (
            {
                "planer.0.status": "halvferdig",
                "planer.0.modifierExtension": MODIFIER,
                "maal.0.livsomrader": ["havet"],
                "maal.1.status": "halvferdig",
                "maal.0.delmaal.+": "odds-maal",
                "tiltak.0.utforere.0": {"organisasjon": "enheten", "ansatt": "ragna"},
                "tiltak.0.gyldighet": BACKWARDS,
                "team.0.deltakere.+": SUCCESSOR,
                "parorende.0.relasjon": "nabo",
            },
            (
                ("unknown-code", "sak.planer[0].status"),
                ("unknown-field", "sak.planer[0].modifierExtension"),
                ("unknown-code", "sak.maal[0].livsomrader[0]"),
                ("unknown-code", "sak.maal[1].status"),
                ("not-exactly-one", "sak.tiltak[0].utforere[0]"),
                ("unknown-code", "sak.parorende[0].relasjon"),
            ),
        ),
        "CarePlan/planen",
        (
            {
                "period": PERIOD,
                "farge": "blå",
                "authored": "2026",
                "modifierExtension": MODIFIER,
                "goal.+": {"reference": "Goal/odds-maal"},
                "careTeam.+": {"reference": "CareTeam/odds-team"},
            },
            (
                ("per-1", "CarePlan.period"),
                ("element-unknown", "CarePlan.farge"),
                ("element-unknown", "CarePlan.authored"),
            ),
        ),
        status=400,
    ),
    Wrong(
        "two choices in a goal that goes round",
        of="Goal/staa",
        resource=(
            {
                "startCodeableConcept": {"text": "i fjor"},
                "target": [{"dueDate": "2026-09", "dueDuration": {"value": 1}}],
                "extension": [milestone("gaa")],
            },
            (
                ("element-choice", "Goal.start"),
                ("element-choice", "Goal.target[0].due"),
            ),
        ),
        status=400,
    ),
    Wrong(
        "a second plan that ends before it starts",
        of="CarePlan/planen",
        resource=(
            {"period": PERIOD, "activity": None},
            (("per-1", "CarePlan.period"),),
        ),
        new=True,
        status=400,
    ),
    Wrong(
        "a consent with an unknown modifier, of a person who is not here",
        of="Consent/til-planen",
        resource=(
            {"modifierExtension": MODIFIER, "dateTime": None, "performer": [{"reference": "Patient/odd"}]},
            (("modifier-unknown", "Consent.modifierExtension"),),
        ),
    ),
)

_CONSENTS = (
    Wrong(
        "an opaque consent nobody sent",
        (
            {"samtykker.0.ugjennomsiktig": True, "samtykker.0.regler": None},
            (("opaque-consent-without-words", "sak.samtykker[0].ugjennomsiktig"),),
        ),
    ),
    Wrong(
        "a new opaque consent nobody sent",
        (
            {"samtykker.+": {"id": "nytt", "tilstand": "aktiv", "ugjennomsiktig": True}},
            (("opaque-consent-without-words", "sak.samtykker[2].ugjennomsiktig"),),
        ),
    ),
)

ROWS = (*_WHOSE, *_CIRCLES, *_TWO, *_PERIODS, *_CODES, *_MODIFIERS, *_CHOICES, *_DATES, *_CONSENTS, *_SEVERAL)

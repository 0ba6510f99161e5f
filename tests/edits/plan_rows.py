"""The table of edits, continued: plans, goals and tiltak."""

from __future__ import annotations

from adapter.fhir.canonical import BASE
from tests.edits.rows import PERSON, Edit, Resource, ours


def goal(id_: str, words: str) -> Resource:
    """A goal of Arne's, in his words."""
    return {
        "resourceType": "Goal",
        "id": id_,
        "lifecycleStatus": "active",
        "description": {"text": words},
        "subject": {"reference": PERSON},
    }


def measure(id_: str, title: str) -> Resource:
    """Something that is done for Arne."""
    return {
        "resourceType": "ServiceRequest",
        "id": id_,
        "status": "active",
        "intent": "plan",
        "code": {"text": title},
        "subject": {"reference": PERSON},
    }


GOALS = (goal("maal-butikk", "Handle selv på butikken"), goal("maal-trapp", "Gå trappa uten hjelp"))
MEASURES = (measure("tiltak-fysio", "Fysioterapi i gruppe"), measure("tiltak-logoped", "Logoped hjemme"))
PLAN: Resource = {
    "resourceType": "CarePlan",
    "id": "plan-rehabilitering",
    "status": "active",
    "intent": "plan",
    "category": [ours("ip-plantype", "delplan-rehabilitering")],
    "title": "Trening hjemme",
    "subject": {"reference": PERSON},
    "goal": [{"reference": "Goal/maal-butikk"}],
    "activity": [
        {"reference": {"reference": "ServiceRequest/tiltak-fysio"}},
        {"reference": {"reference": "ServiceRequest/tiltak-logoped"}},
    ],
}


def add_milestone(parent: Resource) -> None:
    """The stairs come before the shop."""
    type_ = {"system": "http://terminology.hl7.org/CodeSystem/goal-relationship-type", "code": "milestone"}
    parent["extension"] = [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/goal-relationship",
            "extension": [
                {"url": "type", "valueCodeableConcept": {"coding": [type_]}},
                {"url": "target", "valueReference": {"reference": "Goal/maal-trapp"}},
            ],
        }
    ]


def reach_goal(reached: Resource) -> None:
    """Arne can climb the stairs."""
    achieved = {"system": "http://terminology.hl7.org/CodeSystem/goal-achievement", "code": "achieved"}
    reached["lifecycleStatus"] = "completed"
    reached["achievementStatus"] = {"coding": [achieved]}
    reached["statusDate"] = "2026-11-24"


def remove_activity(plan: Resource) -> None:
    """The plan no longer has the speech therapist in it."""
    del plan["activity"][1]


RELATIONSHIP = "http://hl7.org/fhir/StructureDefinition/goal-relationship"
BASED_ON: Resource = {
    "url": RELATIONSHIP,
    "extension": [
        {"url": "type", "valueCodeableConcept": {"text": "based-on"}},
        {"url": "target", "valueReference": {"reference": "Goal/maal-butikk"}},
    ],
}
"""How Denmark's KL says that a goal is a delmål of another."""
CARE_PLAN = {"coding": [{"system": "http://snomed.info/sct", "code": "734163000"}]}
PLACER = {"system": "https://sykehus.example/rekvisisjoner", "value": "R-1"}
UUID = "urn:uuid:6f1d0a52-9a0e-4a53-8a07-3f0e2c1b4d10"


def is_based_on(child: Resource) -> None:
    """The stairs are a step on the way to the shop, as KL says it."""
    child["extension"] = [BASED_ON]


def agree(shared: Resource) -> None:
    """Arne agrees with the goal, and it matters to him."""
    high = {"system": "http://terminology.hl7.org/CodeSystem/goal-priority", "code": "high-priority"}
    shared["extension"] = [
        {
            "id": "arne",
            "url": f"{BASE}/StructureDefinition/ip-enighet",
            "extension": [
                {"url": "hvem", "valueReference": {"reference": PERSON}},
                {"url": "status", "valueCode": "agree"},
                {"url": "prioritet", "valueCodeableConcept": {"coding": [high]}},
            ],
        }
    ]


def order(request: Resource) -> None:
    """The hospital has ordered the speech therapist."""
    request["intent"] = "order"


def identify(request: Resource) -> None:
    """A number that is the same everywhere, and the hospital's own."""
    request["identifier"] = [{"id": "uuid", "system": "urn:ietf:rfc:3986", "value": UUID}, PLACER]


def is_part_of(plan: Resource) -> None:
    """A plan for bad days, part of the plan for training."""
    plan |= {
        "status": "active",
        "intent": "plan",
        "category": [CARE_PLAN, ours("ip-plantype", "delplan-krise")],
        "partOf": [{"reference": "CarePlan/plan-rehabilitering"}],
        "subject": {"reference": PERSON},
    }


PLAN_EDITS = (
    Edit(
        "a Goal gets a milestone", "Goal/maal-butikk", add_milestone,
        {"maal.maal-butikk.delmaal": ["maal-trapp"]}, given=GOALS,
    ),
    Edit(
        "a Goal is reached", "Goal/maal-trapp", reach_goal,
        {
            "maal.maal-trapp.status": "fullfort",
            "maal.maal-trapp.maloppnaelse": "oppnadd",
            "maal.maal-trapp.statusDato": "2026-11-24",
        },
        given=GOALS,
    ),
    Edit(
        "an activity is removed from a CarePlan, and the tiltak stays", "CarePlan/plan-rehabilitering",
        remove_activity,
        {"planer.plan-rehabilitering.tiltak": ["tiltak-fysio"]},
        given=(*GOALS, *MEASURES, PLAN),
    ),
    Edit(
        "a Goal says that it is based on another, and is a milestone of that", "Goal/maal-trapp", is_based_on,
        {"maal.maal-butikk.delmaal": ["maal-trapp"]}, rest={"Goal/maal-trapp": [BASED_ON]}, given=GOALS,
    ),
    Edit(
        "the person agrees with a Goal", "Goal/maal-butikk", agree,
        {
            "maal.maal-butikk.enighet": [
                {"id": "arne", "hvem": {"innbygger": "slagpasient"}, "status": "enig", "prioritet": "hoy"}
            ],
        },
        given=GOALS,
    ),
    Edit(
        "a ServiceRequest is an order", "ServiceRequest/tiltak-logoped", order,
        {"tiltak.tiltak-logoped.hensikt": "bestilling"}, given=MEASURES,
    ),
    Edit(
        "a ServiceRequest is identified, by a number for all and one of the hospital's",
        "ServiceRequest/tiltak-fysio", identify,
        {"tiltak.tiltak-fysio.identifikatorer": [{"id": "uuid", "verdi": UUID}]},
        rest={"ServiceRequest/tiltak-fysio": [PLACER]}, given=MEASURES,
    ),
    Edit(
        "a CarePlan is part of another", "CarePlan", is_part_of,
        {
            "planer.ny-1": {
                "id": "ny-1",
                "status": "aktiv",
                "plantype": "delplan-krise",
                "delAv": ["plan-rehabilitering"],
            },
        },
        given=(*GOALS, *MEASURES, PLAN),
    ),
)  # fmt: skip

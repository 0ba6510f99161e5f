"""Valid R4 the FHIR door refuses: it cannot be kept, has no place in a record, or breaks a rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adapter.fhir.canonical import BASE
from tests.promised.asks import ANY_VERSION, Ask, as_new, change, create, record
from tests.promised.asks.records import REAL_NUMBER
from tests.promised.asks.structure import GOAL, PATIENT, PLAN, TILTAK, UNIT
from tests.refusals.rows import KOORDINATOR, MODIFIER, milestone
from tests.rest.world import ENH, FNR, HPR, OTHER_NUMBER, PERSON_NUMBER

TORILL, TEAM, SHARED, TO_PLAN = "Patient/torill", "CareTeam/teamet", "Consent/samtykket", "Consent/til-planen"
EXPECTING = record(**{"innbygger.venterBarn": {}})
RECIPIENT = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]
}
RAGNA, BJARTE = (
    {"reference": "PractitionerRole/ragna-koordinator"},
    {"reference": "PractitionerRole/bjarte-koordinator"},
)
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
CONFIDENTIAL = {
    "system": "http://ehelse.no/fhir/CodeSystem/gd-address-confidentiality",
    "code": "strengtFortrolig",
}
SECRET = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V"}
OURS = f"{BASE}/StructureDefinition"
REPORT = {**TILTAK, "id": "melding", "intent": "proposal"}
AWAITING = record(**{"planer.0.situasjon": "Bor hjemme"})
"""A field that has no element yet: FHIR shows it as a note."""


def put(resource: dict[str, Any]) -> Ask:
    """The municipality puts a resource under an id of its own."""
    return Ask("PUT", f"/fhir/{resource['resourceType']}/{resource['id']}", resource)


def rolle(*codes: str) -> dict[str, Any]:
    """A role of ours in a team, or several in one concept."""
    return {"coding": [{"system": f"{BASE}/CodeSystem/ip-rolle", "code": code} for code in codes]}


def participant(**elements: Any) -> Ask:
    """The municipality adds a participant to the team."""
    return change(TEAM, **{"participant.+": {"member": BJARTE, **elements}})


NOT_KEPT = (
    change(TORILL, modifierExtension=MODIFIER),
    change(TORILL, maritalStatus={"coding": [CONFIDENTIAL]}),
    create({**PLAN, "extension": [{"url": f"{OURS}/ip-neste-evaluering", "valueString": "snart"}]}),
    participant(role=[rolle("leder")]),
    participant(role=[rolle("verge", "parorende")]),
    create({**GOAL, "note": [{"id": "a", "text": "Gikk"}, {"id": "a", "text": "Sto"}]}),
    create({**GOAL, "description": {"extension": [{"url": "https://epj.example/x", "valueString": "lyd"}]}}),
    create({**TILTAK, "meta": {"security": [SECRET]}}),
    Ask(
        "PUT",
        "/fhir/CarePlan/planen",
        None,
        ANY_VERSION,
        source="/fhir/CarePlan/planen",
        changes={"note.0.text": "x"},
        given=(AWAITING,),
    ),
    change(SHARED, **{"provision.provision.0.class": [{"system": "urn:x", "code": "a"}]}),
    change(
        SHARED,
        **{
            "provision.provision.+": {
                "type": "permit",
                "actor": [{"role": RECIPIENT, "reference": {"reference": "Organization/enheten"}}],
            }
        },
    ),
    change(TORILL, **{"meta.tag": [SUBSETTED]}),
    Ask(
        "PUT", "/fhir/ServiceRequest/melding", {**REPORT, "intent": "plan"}, ANY_VERSION, given=(put(REPORT),)
    ),
    change(
        SHARED, **{"provision.data": [{"meaning": "related", "reference": {"reference": "CarePlan/planen"}}]}
    ),
)

OUT_OF_PLACE = (
    change("Goal/gaa", **{"subject.reference": "Patient/odd"}),
    create({**GOAL, "subject": {"reference": "Patient/ingen"}}),
    create({**TILTAK, "basedOn": [{"reference": "CarePlan/ingen"}]}),
    create({**PLAN, "goal": [{"reference": "Goal/ingen"}]}),
    create({**PLAN, "author": {"reference": "Practitioner/ingen"}}),
    create({**PATIENT, "identifier": [{"system": FNR, "value": PERSON_NUMBER}]}),
)

OF_IDENTITY = (
    create({**PATIENT, "identifier": [{"system": FNR, "value": "12856812054"}]}),
    create({**PATIENT, "identifier": [{"system": FNR, "value": REAL_NUMBER}]}),
    create({**PATIENT, "identifier": [{"system": FNR, "value": "51847530190"}]}),
    create({**UNIT, "identifier": [{"system": ENH, "value": "314159267"}]}),
    create({"resourceType": "Practitioner", "identifier": [{"system": HPR, "value": "123456"}]}),
    put({**GOAL, "id": OTHER_NUMBER}),
    change("Organization/enheten", **{"partOf.reference": "Organization/enheten"}),
)

OF_LAW = (
    participant(role=[KOORDINATOR]),
    change(
        TEAM,
        participant=[{"role": [rolle("koordinator-hf")], "member": member} for member in (RAGNA, BJARTE)],
    ),
    replace(participant(role=[rolle("barnekoordinator")]), given=(EXPECTING,)),
    change(TEAM, **{"participant.0.role": [rolle("barnekoordinator")]}),
    change(TEAM, status="inactive"),
    change(SHARED, performer=[{"reference": "RelatedPerson/mora"}]),
    change(SHARED, **{"provision.provision": None}),
    change(TO_PLAN, performer=[{"reference": "RelatedPerson/mora"}]),
    change(
        TO_PLAN,
        provision={"actor": [{"role": RECIPIENT, "reference": {"reference": "Organization/sykehuset"}}]},
    ),
    change(SHARED, dateTime=None),
    change(SHARED, dateTime="2027"),
    as_new("CarePlan/planen", status="on-hold"),
    change("CarePlan/planen", intent="order"),
    change("Goal/gaa", **{"extension.+": milestone("gaa")}),
    change("Goal/staa", target=[{"dueDate": "2025-12-31"}]),
    change("Goal/gaa", expressedBy={"reference": "RelatedPerson/vergen"}),
)

ASKS = (*NOT_KEPT, *OUT_OF_PLACE, *OF_IDENTITY, *OF_LAW)

"""A link to a hidden part in a recipient's write is answered like a link to an unknown part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.codec.stored import read_stored, render
from tests.rest.world import CASE, CONSENT, FNR, OTHER_NUMBER, PERSON_NUMBER, UNUSED_NUMBER

if TYPE_CHECKING:
    from tests.rest.conftest import House

FHIR = {"Content-Type": "application/fhir+json"}
PERSON = {"reference": "Patient/torill"}
RELATIONSHIP = "http://hl7.org/fhir/StructureDefinition/goal-relationship"
MILESTONE = {
    "coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/goal-relationship-type", "code": "milestone"}
    ]
}
HIDDEN: dict[str, Any] = {
    **CASE,
    "samtykker": [{**CONSENT, "regler": [{"id": "r1", "virkning": "tillat", "del": ["tiltak", "mal"]}]}],
    "planer": [{"id": "planen", "status": "aktiv", "plantype": "delplan-annen"}],
    "maal": [{"id": "maalet", "status": "aktiv", "tekst": "Hjem igjen", "emner": ["barnevern"]}],
}
"""A plan whose del is not permitted, and a goal with an emne that is not permitted."""


def request(based_on: str) -> dict[str, Any]:
    """A ServiceRequest in a plan."""
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "plan",
        "code": {"text": "Trening"},
        "subject": PERSON,
        "basedOn": [{"reference": based_on}],
    }


def goal(type_: dict[str, Any], target: str) -> dict[str, Any]:
    """A Goal related to another Goal."""
    relation = [
        {"url": "type", "valueCodeableConcept": type_},
        {"url": "target", "valueReference": {"reference": target}},
    ]
    return {
        "resourceType": "Goal",
        "extension": [{"url": RELATIONSHIP, "extension": relation}],
        "lifecycleStatus": "proposed",
        "description": {"text": "Gå trappa"},
        "subject": PERSON,
    }


@pytest.mark.parametrize(
    ("hidden", "nothing"),
    [
        (request("CarePlan/planen"), request("CarePlan/ingen")),
        (goal({"text": "based-on"}, "Goal/maalet"), goal({"text": "based-on"}, "Goal/ingen")),
        (goal(MILESTONE, "Goal/maalet"), goal(MILESTONE, "Goal/ingen")),
    ],
    ids=["a tiltak in a plan", "a delmål of a goal", "a goal with a delmål"],
)
def test_a_link_to_a_hidden_part_is_refused_as_a_link_to_an_unknown_one(
    world: House, hidden: dict[str, Any], nothing: dict[str, Any]
) -> None:
    """The two refusals are the same, and the hidden part is unchanged."""
    address = "/kommune/v1/saker/saken"
    assert world.municipality("PUT", address, json=HIDDEN, headers={"If-Match": "*"}).status_code == 200
    before = read_stored(world.municipality("GET", address).data)
    answers = [
        world.hospital("POST", f"/fhir/{sent['resourceType']}", data=render(sent), headers=FHIR)
        for sent in (hidden, nothing)
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].data == answers[1].data
    assert read_stored(world.municipality("GET", address).data) == before


def numbered(number: str) -> dict[str, Any]:
    """A ServiceRequest whose subject is a birth number."""
    bare = {key: value for key, value in request("").items() if key != "basedOn"}
    return {**bare, "subject": {"identifier": {"system": FNR, "value": number}}}


def test_a_number_of_a_hidden_person_is_refused_as_an_unknown_number(world: House) -> None:
    """A number of a person that is not shared with the sender gets the answer of an unknown number."""
    address = "/kommune/v1/saker/saken"
    assert world.municipality("PUT", address, json=HIDDEN, headers={"If-Match": "*"}).status_code == 200
    known, hidden, nobody = (
        world.hospital("POST", "/fhir/ServiceRequest", data=render(numbered(number)), headers=FHIR)
        for number in (PERSON_NUMBER, OTHER_NUMBER, UNUSED_NUMBER)
    )
    assert known.status_code == 201, known.text
    assert read_stored(known.data)["subject"]["reference"] == "Patient/torill"
    assert (hidden.status_code, hidden.data) == (nobody.status_code, nobody.data)
    assert hidden.status_code == 422

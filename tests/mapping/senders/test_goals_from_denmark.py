"""KL's goals: the delmål names its goal («based-on»), while in the record the goal names its delmål."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.codec.stored import read_stored, render
from tests.mapping.senders.test_senders import put, read, sent_by

if TYPE_CHECKING:
    from tests.rest.conftest import House

RELATIONSHIP = "http://hl7.org/fhir/StructureDefinition/goal-relationship"
MILESTONE = {
    "coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/goal-relationship-type", "code": "milestone"}
    ]
}


def goal(id_: str, *based_on: str) -> dict[str, Any]:
    """A goal with KL's reference to the goal it is part of."""
    type_ = {"url": "type", "valueCodeableConcept": {"text": "based-on"}}
    relations = [
        {
            "url": RELATIONSHIP,
            "extension": [type_, {"url": "target", "valueReference": {"reference": above}}],
        }
        for above in based_on
    ]
    return {
        "resourceType": "Goal",
        "id": id_,
        **({"extension": relations} if relations else {}),
        "lifecycleStatus": "active",
        "description": {"text": f"Målet {id_}"},
        "subject": {"reference": "Patient/torill"},
    }


def delmaal(house: House, id_: str) -> list[str]:
    """The delmål of a goal in the record."""
    sak = read_stored(house.municipality("GET", "/kommune/v1/saker/saken").data)
    (found,) = (one for one in sak["maal"] if one["id"] == id_)
    assert all("overmaal" not in one for one in sak["maal"])
    return found.get("delmaal", [])


def milestones(resource: dict[str, Any]) -> list[str]:
    """The milestones a goal resource names."""
    said = [{one["url"]: one for one in relation["extension"]} for relation in resource.get("extension", ())]
    return [
        one["target"]["valueReference"]["reference"]
        for one in said
        if one["type"].get("valueCodeableConcept") == MILESTONE
    ]


def test_a_delmaal_that_names_its_goal_is_stored_in_the_goal(house: House) -> None:
    """The record and the goal get the delmål, and the delmål is given back as its sender wrote it."""
    above, below = goal("kl-over"), goal("kl-under", "Goal/kl-over")
    assert [put(house, one).status_code for one in (above, below)] == [201, 201]
    assert delmaal(house, "kl-over") == ["kl-under"]
    assert milestones(read(house, above)) == ["Goal/kl-under"]
    assert read(house, below)["extension"] == below["extension"]


def test_a_removed_link_is_no_longer_given_back_with_the_delmaal(house: House) -> None:
    """A goal put without its delmål removes the link, and the delmål is read without it."""
    above, below = goal("taken-over"), goal("taken-under", "Goal/taken-over")
    for one in (above, below):
        put(house, one)
    given = read(house, above)
    without = {name: value for name, value in given.items() if name != "extension"}
    assert put(house, without, f'W/"{given["meta"]["versionId"]}"').status_code == 200
    shown = read(house, below)
    assert "extension" not in shown
    assert put(house, shown, f'W/"{shown["meta"]["versionId"]}"').status_code == 200
    assert delmaal(house, "taken-over") == []


def test_a_delmaal_without_its_link_stays_in_its_goal(house: House) -> None:
    """The link is stored in the goal, and only a put of the goal removes it."""
    for one in (goal("kept-over"), goal("kept-under", "Goal/kept-over")):
        put(house, one)
    etag = f'W/"{read(house, goal("kept-under"))["meta"]["versionId"]}"'
    assert put(house, goal("kept-under"), etag).status_code == 200
    assert delmaal(house, "kept-over") == ["kept-under"]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_transaction_with_goals_in_any_order_gives_the_same_record(
    house: House, order: tuple[int, ...]
) -> None:
    """Grandparent, parent and child in any order of entries give the same record."""
    name = "".join(map(str, order))
    goals = [goal(f"g{name}"), goal(f"p{name}", f"Goal/g{name}"), goal(f"c{name}", f"Goal/p{name}")]
    entries = [
        {"request": {"method": "PUT", "url": f"Goal/{goals[index]['id']}"}, "resource": goals[index]}
        for index in order
    ]
    bundle = render({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    answer = house.municipality(
        "POST", "/fhir", data=bundle, headers={"Content-Type": "application/fhir+json"}
    )
    assert answer.status_code == 200, answer.text
    assert (delmaal(house, f"g{name}"), delmaal(house, f"p{name}")) == ([f"p{name}"], [f"c{name}"])


def test_a_link_to_an_unknown_goal_is_refused_at_its_place(house: House) -> None:
    """A delmål of a goal that is not stored is refused with link-unknown."""
    answer = put(house, goal("orphan", "Goal/nowhere"))
    issues = read_stored(answer.data)["issue"]
    assert [(one["details"]["coding"][0]["code"], one["expression"]) for one in issues] == [
        ("link-unknown", ["Goal.extension[0]"])
    ]


def test_a_link_to_a_goal_on_another_server_is_residue(house: House) -> None:
    """An absolute reference to another server is given back unchanged."""
    sent = goal("abroad", "https://kommune.example/fhir/Goal/1")
    assert put(house, sent).status_code == 201
    assert read(house, sent)["extension"] == sent["extension"]


def test_the_goal_file_of_kl_is_read_as_a_delmaal(house: House) -> None:
    """The goal of the sender file is a delmål in the record."""
    for name in ("goal-plain", "goal-kl"):
        put(house, sent_by(name))
    assert delmaal(house, "goal-plain") == ["goal-kl"]

"""What cannot be read is cut out of a resource, and the rest stays where it is."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from adapter.fhir.cutting import without

GOAL: dict[str, Any] = {
    "resourceType": "Goal",
    "status": "x",
    "statusReason": "y",
    "_statusReason": {"id": "r"},
    "startDate": "2026",
    "startCodeableConcept": {"text": "i fjor"},
    "target": [{"dueDate": "2026"}, {"detailString": "a", "detailInteger": 1}],
    "note": [],
}


@pytest.mark.parametrize(
    ("place", "left"),
    [
        ("Goal.status", {"status": None}),
        ("Goal.statusReason", {"statusReason": None, "_statusReason": None}),
        ("Goal.start", {"startDate": None, "startCodeableConcept": None}),
        ("Goal.startCodeableConcept.text", {"startCodeableConcept": None}),
        ("Goal.target[0].dueDate", {"target": [{"detailString": "a", "detailInteger": 1}]}),
        ("Goal.target[1].detail", {"target": [{"dueDate": "2026"}]}),
        ("Goal.target[0]", {"target": [{"detailString": "a", "detailInteger": 1}]}),
        ("Goal.target", {"target": None}),
    ],
)
def test_a_place_is_cut_with_all_that_is_said_there(place: str, left: dict[str, Any]) -> None:
    """Every type of a choice and what is beside a primitive; what holds nothing more goes too."""
    before = copy.deepcopy(GOAL)
    expected = {key: value for key, value in (GOAL | left).items() if value is not None}
    assert without(GOAL, [place]) == expected
    assert before == GOAL


@pytest.mark.parametrize(
    "place", ["Goal.title", "Goal.target[7]", "Goal.target.dueDate", "Goal", "", "Goal.status.x"]
)
def test_what_is_not_there_is_passed_over(place: str) -> None:
    """What is wrong is that something is missing: nothing is there to cut, and empty lists are no news."""
    assert without(GOAL, [place]) == GOAL


def test_places_are_those_of_what_was_sent() -> None:
    """One cut does not move the next; a place within what is cut already is passed over."""
    assert without(GOAL, ["Goal.target[0]", "Goal.target[1].detail", "Goal.target[0].dueDate"]).keys() == (
        GOAL.keys() - {"target"}
    )


@pytest.mark.parametrize("place", ["Goal.target[0]", "Goal.target[0].due"])
def test_no_item_is_cut_where_places_must_stay(place: str) -> None:
    """Where what comes after would be told at another place than it has, the whole list goes."""
    assert without(GOAL, [place], items=False).keys() == GOAL.keys() - {"target"}
    assert without(GOAL, ["Goal.target[1].detailString"], items=False)["target"][1] == {"detailInteger": 1}

"""Which part a resource is, and a link that stands in one part and is shown in another."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.record.parts import BY_NAME, kind_of, parts, put, unlinked

TILTAK, PLAN = BY_NAME["tiltak"], BY_NAME["plan"]
SAK: dict[str, Any] = {
    "id": "saken",
    "innbygger": {"id": "torill"},
    "planer": [{"id": "p1", "status": "aktiv", "tiltak": ["t1"]}, {"id": "p2", "status": "utkast"}],
    "tiltak": [{"id": "t1", "status": "aktiv"}, {"id": "t2", "status": "aktiv"}],
}


def shown(sak: dict[str, Any]) -> dict[str, Any]:
    """The tiltak of a sak as its parts show them, by id."""
    return {part.id: part.body for part in parts("sak", sak) if part.kind == "tiltak"}


def listed(sak: dict[str, Any]) -> dict[str, Any]:
    """What each plan of a sak lists."""
    return {plan["id"]: plan.get("tiltak", []) for plan in sak["planer"]}


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        ({"resourceType": "ServiceRequest", "intent": "plan"}, "tiltak"),
        ({"resourceType": "ServiceRequest", "intent": "order"}, "tiltak"),
        ({"resourceType": "ServiceRequest"}, "tiltak"),
        ({"resourceType": "ServiceRequest", "intent": "proposal"}, "henvendelse"),
        ({"resourceType": "CarePlan", "intent": "proposal"}, "plan"),
        ({"resourceType": "Goal"}, "maal"),
    ],
)
def test_a_resource_is_one_kind_of_part(resource: dict[str, Any], kind: str) -> None:
    """Where several kinds are of one type, one element tells them apart."""
    assert kind_of(resource).name == kind


def test_a_type_that_is_no_part_is_told() -> None:
    """It is for the caller to refuse."""
    with pytest.raises(KeyError):
        kind_of({"resourceType": "Observation"})


def test_a_tiltak_shows_the_plans_that_list_it() -> None:
    """What stands in it under that name is never believed."""
    stale = {**SAK, "tiltak": [{**SAK["tiltak"][1], "planer": ["p1"]}, SAK["tiltak"][0]]}
    assert shown(SAK) == {"t1": {**SAK["tiltak"][0], "planer": ["p1"]}, "t2": SAK["tiltak"][1]}
    assert shown(stale) == shown(SAK)


def test_a_tiltak_that_names_a_plan_is_put_on_its_list() -> None:
    """At the end, once; the record keeps the link in the plan alone."""
    after = put(TILTAK, SAK, {"id": "t3", "status": "utkast", "planer": ["p1", "p2"]})
    assert listed(after) == {"p1": ["t1", "t3"], "p2": ["t3"]}
    assert after["tiltak"][2] == {"id": "t3", "status": "utkast"}
    assert listed(put(TILTAK, after, {"id": "t3", "status": "utkast", "planer": ["p2"]})) == listed(after)


def test_a_tiltak_that_leaves_a_plan_out_stays_on_its_list() -> None:
    """Leaving out is no statement; the plan itself takes a tiltak off its list."""
    assert put(TILTAK, SAK, SAK["tiltak"][0]) == SAK
    after = put(PLAN, SAK, {"id": "p1", "status": "aktiv"})
    assert listed(after) == {"p1": [], "p2": []}
    assert "planer" not in shown(after)["t1"]


def test_the_order_of_arrival_makes_no_difference() -> None:
    """The plan first or the tiltak first: the same record."""
    empty = {**SAK, "planer": [], "tiltak": []}
    plan, tiltak = {"id": "p1", "status": "aktiv"}, {"id": "t1", "status": "aktiv"}
    by_plan = put(PLAN, put(TILTAK, empty, tiltak), {**plan, "tiltak": ["t1"]})
    by_tiltak = put(TILTAK, put(PLAN, empty, plan), {**tiltak, "planer": ["p1"]})
    assert by_plan == by_tiltak


def test_a_plan_that_is_not_there_is_told() -> None:
    """With its place among those the tiltak names."""
    assert unlinked(TILTAK, SAK, {"id": "t3", "planer": ["p1", "p9"]}) == ["planer[1]"]
    assert unlinked(PLAN, SAK, {"id": "p1"}) == []

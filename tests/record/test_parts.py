"""The kind of part of a resource, and links stored in one part and shown in another."""

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
    """The tiltak of a sak as parts, by id."""
    return {part.id: part.body for part in parts("sak", sak) if part.kind == "tiltak"}


def listed(sak: dict[str, Any]) -> dict[str, Any]:
    """The tiltak each plan of a sak lists."""
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
def test_a_resource_maps_to_one_kind_of_part(resource: dict[str, Any], kind: str) -> None:
    """Where several kinds share a type, one element selects the kind."""
    assert kind_of(resource).name == kind


def test_a_resource_type_without_a_part_raises() -> None:
    """A type that is no part raises KeyError."""
    with pytest.raises(KeyError):
        kind_of({"resourceType": "Observation"})


def test_a_tiltak_shows_the_plans_that_list_it() -> None:
    """The field ``planer`` of a tiltak is computed, and a stored value is ignored."""
    stale = {**SAK, "tiltak": [{**SAK["tiltak"][1], "planer": ["p1"]}, SAK["tiltak"][0]]}
    assert shown(SAK) == {"t1": {**SAK["tiltak"][0], "planer": ["p1"]}, "t2": SAK["tiltak"][1]}
    assert shown(stale) == shown(SAK)


def test_putting_a_tiltak_with_a_plan_adds_it_to_the_list_of_the_plan() -> None:
    """The tiltak is appended to the plan's list once; the link is stored in the plan alone."""
    after = put(TILTAK, SAK, {"id": "t3", "status": "utkast", "planer": ["p1", "p2"]})
    assert listed(after) == {"p1": ["t1", "t3"], "p2": ["t3"]}
    assert after["tiltak"][2] == {"id": "t3", "status": "utkast"}
    assert listed(put(TILTAK, after, {"id": "t3", "status": "utkast", "planer": ["p2"]})) == listed(after)


def test_putting_a_tiltak_without_its_plan_keeps_it_on_the_list() -> None:
    """Only the plan removes a tiltak from its list."""
    assert put(TILTAK, SAK, SAK["tiltak"][0]) == SAK
    after = put(PLAN, SAK, {"id": "p1", "status": "aktiv"})
    assert listed(after) == {"p1": [], "p2": []}
    assert "planer" not in shown(after)["t1"]


def test_plan_and_tiltak_put_in_any_order_give_the_same_record() -> None:
    """The plan first or the tiltak first gives the same record."""
    empty = {**SAK, "planer": [], "tiltak": []}
    plan, tiltak = {"id": "p1", "status": "aktiv"}, {"id": "t1", "status": "aktiv"}
    by_plan = put(PLAN, put(TILTAK, empty, tiltak), {**plan, "tiltak": ["t1"]})
    by_tiltak = put(TILTAK, put(PLAN, empty, plan), {**tiltak, "planer": ["p1"]})
    assert by_plan == by_tiltak


def test_unlinked_returns_the_places_of_plans_the_record_lacks() -> None:
    """A link to an unknown plan is reported with its place in the tiltak."""
    assert unlinked(TILTAK, SAK, {"id": "t3", "planer": ["p1", "p9"]}) == ["planer[1]"]
    assert unlinked(PLAN, SAK, {"id": "p1"}) == []

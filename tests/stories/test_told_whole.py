"""What every story keeps to: it is told whole, and its people and dates hang together.

What a story shows beside that is in ``tests/examples/README.md``, and pinned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapter.cli import record_files
from adapter.record.avvik import avvik
from adapter.record.schema import definitions, resolved
from tests.stories.told import EXAMPLES, MOMENT, given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.repository import Repository

RECORDS = record_files.read_all([EXAMPLES])
SAKER = {record.body["id"].removeprefix("sak-"): record.body for record in RECORDS if record.kind == "sak"}
STORIES = sorted(SAKER)
NOBODY_WRITES = {
    "samtykke.ugjennomsiktig": "set of a Consent that came as FHIR and was not understood",
}
"""The fields that no story has, and why."""

_DEFS = "#/$defs/"
_OVER = {"fullfort", "trukket", "avbrutt", "avvist", "stoppet", "avlyst", "feilregistrert"}


@pytest.mark.parametrize("story", STORIES)
def test_a_story_gives_the_municipality_ten_to_thirty_resources(repository: Repository, story: str) -> None:
    """Enough that somebody could work by it, and little enough to be read."""
    assert 10 <= len(given(repository, "kommune", story)) <= 30


def test_every_field_of_the_schema_is_told_somewhere() -> None:
    """The stories leave out no field but those nobody writes."""
    declared = {field for name, schema in definitions().items() for field in _declared(schema, name)}
    used = {
        field
        for record in RECORDS
        for field in _used({"$ref": f"{_DEFS}{record.kind}"}, record.kind, record.body)
    }
    assert declared - used == set(NOBODY_WRITES)


@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_regular_on_its_day(story: str) -> None:
    """Nothing is overdue, outgrown or unanswered on the day the stories are told."""
    assert avvik("sak", SAKER[story], MOMENT) == []


@pytest.mark.parametrize("story", STORIES)
def test_who_carries_out_a_tiltak_is_in_a_team_by_role(story: str) -> None:
    """§ 19 b and e: an organisation answers for every tiltak, and who does it takes part, in a role."""
    sak = SAKER[story]
    members = [
        deltaker["hvem"]
        for team in sak["team"]
        for deltaker in team["deltakere"]
        if "rolle" in deltaker and "hvem" in deltaker
    ]
    for tiltak in sak.get("tiltak", ()):
        people = [aktor for aktor in tiltak["utforere"] if aktor.keys() & {"innbygger", "parorende", "rolle"}]
        assert [aktor for aktor in people if aktor not in members] == [], tiltak["id"]
        assert any("organisasjon" in aktor for aktor in tiltak["utforere"]), tiltak["id"]


@pytest.mark.parametrize("story", [name for name in STORIES if SAKER[name].get("planer")])
def test_every_goal_and_tiltak_is_in_a_plan(story: str) -> None:
    """Where there is a plan, no goal or tiltak stands outside it; a delmål is in it by its goal."""
    sak = SAKER[story]
    for field in ("maal", "tiltak"):
        named = {id_ for plan in sak["planer"] for id_ in plan.get(field, ())}
        named |= {id_ for goal in sak["maal"] for id_ in goal.get("delmaal", ()) if field == "maal"}
        assert {one["id"] for one in sak[field]} == named


@pytest.mark.parametrize("story", [name for name in STORIES if SAKER[name]["tilstand"] == "avsluttet"])
def test_nothing_goes_on_in_a_closed_sak(story: str) -> None:
    """A plan that has ended says why, and its goals and tiltak have ended too."""
    sak = SAKER[story]
    simple = [tiltak for plan in sak["planer"] for tiltak in plan.get("enkleTiltak", ())]
    assert {one["status"] for one in [*sak["planer"], *sak["maal"], *sak["tiltak"], *simple]} <= _OVER
    assert all("avslutning" in plan for plan in sak["planer"] if plan["plantype"] == "individuell-plan")


def test_a_sak_without_a_plan_has_a_coordinator_all_the_same() -> None:
    """Hol. § 7-2: declining the plan leaves the coordinator, and no plan is begun all the same."""
    sak = SAKER["koordinator-uten-plan"]
    assert "planer" not in sak
    assert "koordinator" in {deltaker.get("rolle") for deltaker in sak["team"][0]["deltakere"]}


def _declared(schema: dict[str, Any], owner: str) -> Iterator[str]:
    """Every field of a definition, those of its unnamed objects too: ``plan.avslutning.grunn``."""
    for field, inner in resolved(schema).get("properties", {}).items():
        yield f"{owner}.{field}"
        item = inner.get("items", inner)
        if "$ref" not in item:
            yield from _declared(item, f"{owner}.{field}")


def _used(schema: dict[str, Any], owner: str, value: Any) -> Iterator[str]:
    owner = schema.get("$ref", owner).removeprefix(_DEFS)
    if isinstance(value, list):
        for item in value:
            yield from _used(resolved(schema)["items"], owner, item)
    elif isinstance(value, dict):
        for field, item in value.items():
            yield f"{owner}.{field}"
            yield from _used(resolved(schema)["properties"][field], f"{owner}.{field}", item)

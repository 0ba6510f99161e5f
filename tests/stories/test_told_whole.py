"""The stories are complete: every field of the schema is used, and people and dates agree.

``tests/examples/README.md`` says what each story shows besides.
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
    "samtykke.ugjennomsiktig": "set on an opaque Consent that was sent as FHIR",
}
"""The fields that no story has, with the reason."""

_DEFS = "#/$defs/"
_OVER = {"fullfort", "trukket", "avbrutt", "avvist", "stoppet", "avlyst", "feilregistrert"}


@pytest.mark.parametrize("story", STORIES)
def test_a_story_gives_the_municipality_ten_to_thirty_resources(repository: Repository, story: str) -> None:
    """A story is large enough to work with and small enough to read."""
    assert 10 <= len(given(repository, "kommune", story)) <= 30


def test_every_field_of_the_schema_is_used_by_some_story() -> None:
    """The stories use every field of the schema except those in ``NOBODY_WRITES``."""
    declared = {field for name, schema in definitions().items() for field in _declared(schema, name)}
    used = {
        field
        for record in RECORDS
        for field in _used({"$ref": f"{_DEFS}{record.kind}"}, record.kind, record.body)
    }
    assert declared - used == set(NOBODY_WRITES)


@pytest.mark.parametrize("story", STORIES)
def test_a_story_has_no_avvik_on_its_day(story: str) -> None:
    """No deadline is overdue and no consent outgrown on the day of the stories."""
    assert avvik("sak", SAKER[story], MOMENT) == []


@pytest.mark.parametrize("story", STORIES)
def test_the_performer_of_a_tiltak_is_in_a_team_with_a_role(story: str) -> None:
    """§ 19 b and e: each tiltak has a responsible organisation, and its performer is in a team."""
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
    """In a sak with a plan, every goal and tiltak is in a plan; a delmål is in it by its goal."""
    sak = SAKER[story]
    for field in ("maal", "tiltak"):
        named = {id_ for plan in sak["planer"] for id_ in plan.get(field, ())}
        named |= {id_ for goal in sak["maal"] for id_ in goal.get("delmaal", ()) if field == "maal"}
        assert {one["id"] for one in sak[field]} == named


@pytest.mark.parametrize("story", [name for name in STORIES if SAKER[name]["tilstand"] == "avsluttet"])
def test_a_closed_sak_has_no_active_plan_goal_or_tiltak(story: str) -> None:
    """In a closed sak the plan has a reason for its end, and its goals and tiltak have ended too."""
    sak = SAKER[story]
    simple = [tiltak for plan in sak["planer"] for tiltak in plan.get("enkleTiltak", ())]
    assert {one["status"] for one in [*sak["planer"], *sak["maal"], *sak["tiltak"], *simple]} <= _OVER
    assert all("avslutning" in plan for plan in sak["planer"] if plan["plantype"] == "individuell-plan")


def test_a_sak_without_a_plan_can_have_a_coordinator() -> None:
    """Hol. § 7-2: a person who declines the plan keeps the coordinator, and no plan is begun."""
    sak = SAKER["koordinator-uten-plan"]
    assert "planer" not in sak
    assert "koordinator" in {deltaker.get("rolle") for deltaker in sak["team"][0]["deltakere"]}


def _declared(schema: dict[str, Any], owner: str) -> Iterator[str]:
    """Every field of a definition, including those of unnamed objects: ``plan.avslutning.grunn``."""
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

"""A resource given in part: what is left of it, and the mark that says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.errors import BadRequest, Severity
from adapter.fhir.codec.stored import read_stored
from adapter.fhir.definitions import facts
from adapter.fhir.search.parameters import SERVED
from adapter.fhir.search.subset import SUBSETTED, WHOLE, Subset, part_of, read_subset
from adapter.fhir.validation.structure import check
from tests.strategies.resources import resources

EXAMPLES = Path(__file__).parents[2] / "examples"
GOAL = {
    "resourceType": "Goal",
    "id": "g",
    "meta": {"versionId": "2", "tag": [{"system": "urn:t", "code": "x"}]},
    "text": {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>Gå</div>"},
    "contained": [{"resourceType": "Practitioner", "id": "p"}],
    "lifecycleStatus": "active",
    "_lifecycleStatus": {"extension": [{"url": "urn:e", "valueBoolean": True}]},
    "description": {"text": "Gå"},
    "subject": {"reference": "Patient/p"},
    "startDate": "2026-01-01",
    "target": [{"dueDate": "2026-06-01"}],
    "expressedBy": {"reference": "#p"},
    "note": [{"text": "Bra"}],
}


def left(resource: dict[str, Any], **wanted: Any) -> set[str]:
    """The keys that are left, having checked that the rest is as it was, in its order and marked."""
    part = part_of(resource, Subset(**wanted))
    assert part["meta"]["tag"][-1] == SUBSETTED
    assert [key for key in resource if key in part] == list(part)
    return part.keys() - {"resourceType", "id", "meta"}


def test_elements_are_those_named_and_those_never_left_out() -> None:
    """https://hl7.org/fhir/R4/search.html#elements: what must be there, and what modifies, comes too."""
    must = {"lifecycleStatus", "_lifecycleStatus", "description", "subject"}
    assert left(GOAL, elements=frozenset({"start"})) == must | {"startDate"}
    assert left(GOAL, elements=frozenset({"text", "note"})) == must | {"text", "note"}
    assert left(GOAL, elements=frozenset({"id"})) == must


def test_what_a_reference_names_within_comes_with_it() -> None:
    """A reference to what is contained would else lead nowhere."""
    must = {"lifecycleStatus", "_lifecycleStatus", "description", "subject"}
    assert left(GOAL, elements=frozenset({"expressedBy"})) == must | {"contained", "expressedBy"}


def test_a_summary_is_what_the_table_says() -> None:
    """https://hl7.org/fhir/R4/search.html#summary; text adds what must be there, data is all but it."""
    summary = left(GOAL, summary="true")
    assert summary >= {"lifecycleStatus", "description", "subject", "startDate", "expressedBy", "contained"}
    assert not summary & {"text", "note"}
    must = {"lifecycleStatus", "_lifecycleStatus", "description", "subject"}
    assert left(GOAL, summary="text") == must | {"text"}
    assert left(GOAL, summary="data") == GOAL.keys() - {"resourceType", "id", "meta", "text"}


def test_a_summary_goes_into_what_is_written_in_place() -> None:
    """Of an element with elements of its own those in the summary stay, and those that must be there."""
    resource = {
        "resourceType": "Patient",
        "id": "p",
        "meta": {},
        "contact": [{"name": {"text": "x"}}],
        "link": [
            {"id": "l", "other": {"reference": "Patient/q"}, "type": "seealso", "extension": [{"url": "u"}]}
        ],
    }
    part = part_of(resource, Subset("true"))
    assert part["link"] == [{"id": "l", "other": {"reference": "Patient/q"}, "type": "seealso"}]
    assert "contact" not in part


def test_a_mark_is_made_once_and_other_tags_stay() -> None:
    """A part of a part is marked as one; what lost nothing is not marked."""
    once = part_of(GOAL, Subset("data"))
    assert once["meta"]["tag"] == [{"system": "urn:t", "code": "x"}, SUBSETTED]
    assert part_of(once, Subset("text"))["meta"]["tag"] == once["meta"]["tag"]
    assert part_of({"resourceType": "Patient", "id": "p"}, Subset("data")) == {
        "resourceType": "Patient",
        "id": "p",
    }


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [
        ([], WHOLE),
        ([("_summary", "false")], WHOLE),
        ([("_summary", "data")], Subset("data")),
        ([("_elements", "status,member")], None),
        ([("_elements", "status"), ("_elements", "name")], None),
        ([("_elements", "status"), ("_summary", "text")], None),
        ([("_summary", "count")], None),
        ([("_elements", "status,period")], Subset(elements=frozenset({"status", "period"}))),
    ],
)
def test_how_a_read_asks_for_it(pairs: list[tuple[str, str]], wanted: Subset | None) -> None:
    """As a search, but that a count is of none; what is not understood is refused."""
    if wanted is not None:
        assert read_subset("CareTeam", pairs) == wanted
        return
    with pytest.raises(BadRequest):
        read_subset("CareTeam", pairs)


def wishes(type_: str) -> list[Subset]:
    """Every summary, and the elements one by one."""
    one_by_one = [Subset(elements=frozenset({name})) for name in facts(type_).elements]
    return [*map(Subset, ("true", "text", "data")), *one_by_one]


@given(st.data())
def test_a_part_of_any_resource_is_within_it(data: st.DataObject) -> None:
    """Nothing is added but the mark, whatever R4 can say; a second time changes nothing."""
    type_ = data.draw(st.sampled_from(sorted(SERVED)))
    resource = data.draw(resources(type_))
    wanted = data.draw(st.sampled_from(wishes(type_)))
    part = part_of(resource, wanted)
    assert part_of(part, wanted) == part
    for key in part.keys() - {"meta"}:
        assert key in resource
        if wanted.summary != "true":
            assert part[key] == resource[key]


@pytest.mark.parametrize(
    "path", sorted(EXAMPLES.glob("*/*.fhir.json")), ids=lambda path: f"{path.parent.name}"
)
def test_a_part_of_what_is_given_is_valid_r4(path: Path) -> None:
    """Whatever a reader asks for of the stories' resources, its own tools can read it."""
    for entry in read_stored(path.read_bytes()).get("entry", ()):
        resource = entry["resource"]
        for wanted in wishes(resource["resourceType"]):
            found = check(part_of(resource, wanted))
            assert [one for one in found if one.severity is Severity.ERROR] == [], (resource["id"], wanted)

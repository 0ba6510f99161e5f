"""Subsets of a resource: the elements that are kept, and the tag SUBSETTED."""

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
    """The keys of the subset; the rest is checked to be unchanged, in order and tagged."""
    part = part_of(resource, Subset(**wanted))
    assert part["meta"]["tag"][-1] == SUBSETTED
    assert [key for key in resource if key in part] == list(part)
    return part.keys() - {"resourceType", "id", "meta"}


def test_elements_keeps_named_required_and_modifier_elements() -> None:
    """``_elements`` keeps required and modifier elements too: https://hl7.org/fhir/R4/search.html#elements."""
    must = {"lifecycleStatus", "_lifecycleStatus", "description", "subject"}
    assert left(GOAL, elements=frozenset({"start"})) == must | {"startDate"}
    assert left(GOAL, elements=frozenset({"text", "note"})) == must | {"text", "note"}
    assert left(GOAL, elements=frozenset({"id"})) == must


def test_a_contained_resource_is_kept_when_a_kept_reference_names_it() -> None:
    """A contained resource is kept when a reference in the subset names it."""
    must = {"lifecycleStatus", "_lifecycleStatus", "description", "subject"}
    assert left(GOAL, elements=frozenset({"expressedBy"})) == must | {"contained", "expressedBy"}


def test_a_summary_keeps_the_elements_that_r4_marks() -> None:
    """A summary keeps marked elements, text the required ones, data all but text: search.html#summary."""
    summary = left(GOAL, summary="true")
    assert summary >= {"lifecycleStatus", "description", "subject", "startDate", "expressedBy", "contained"}
    assert not summary & {"text", "note"}
    must = {"lifecycleStatus", "_lifecycleStatus", "description", "subject"}
    assert left(GOAL, summary="text") == must | {"text"}
    assert left(GOAL, summary="data") == GOAL.keys() - {"resourceType", "id", "meta", "text"}


def test_a_summary_of_a_backbone_element_keeps_marked_and_required_elements() -> None:
    """A backbone element in a summary keeps the elements that are marked or required."""
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


def test_the_tag_subsetted_is_set_once_and_other_tags_are_kept() -> None:
    """A subset of a subset has the tag once, and a whole resource does not have it."""
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
def test_a_read_takes_summary_or_elements(pairs: list[tuple[str, str]], wanted: Subset | None) -> None:
    """A read takes the subset parameters of a search, except count; other values are refused."""
    if wanted is not None:
        assert read_subset("CareTeam", pairs) == wanted
        return
    with pytest.raises(BadRequest):
        read_subset("CareTeam", pairs)


def wishes(type_: str) -> list[Subset]:
    """Every summary, and each element alone."""
    one_by_one = [Subset(elements=frozenset({name})) for name in facts(type_).elements]
    return [*map(Subset, ("true", "text", "data")), *one_by_one]


@given(st.data())
def test_a_subset_of_any_resource_adds_only_the_tag(data: st.DataObject) -> None:
    """A subset adds nothing but the tag to any resource, and a second subset changes nothing."""
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
def test_a_subset_of_an_example_resource_is_valid_r4(path: Path) -> None:
    """Every subset of every example resource is valid R4."""
    for entry in read_stored(path.read_bytes()).get("entry", ()):
        resource = entry["resource"]
        for wanted in wishes(resource["resourceType"]):
            found = check(part_of(resource, wanted))
            assert [one for one in found if one.severity is Severity.ERROR] == [], (resource["id"], wanted)

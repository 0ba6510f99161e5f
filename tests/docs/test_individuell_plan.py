"""docs/individuell-plan.md agrees with the adapter: every row is true of its example."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fhirpathpy import evaluate
from fhirpathpy.models import models

from adapter.fhir.codec.stored import read_stored
from adapter.mapping import installed
from adapter.mapping.transforms import PAIRS
from adapter.record.parts import TYPES
from adapter.record.references import OF_AKTOR

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "individuell-plan.md").read_text(encoding="utf-8")
_ROW = re.compile(
    r"^\| (?P<what>[^|]+) \| `(?P<field>[^`]+)` \| `(?P<path>[^`]+)` \| (?P<story>[a-z-]+) \|$", re.M
)
ROWS = [match.groupdict() for match in _ROW.finditer(PAGE)]
_STEP = re.compile(r"(?P<name>\w+)(?P<list>\[(?:(?P<key>\w+)=(?P<value>[\w-]+))?\])?\.?")
CODES = installed().sources.codes.values()


def values(node: Any, path: str) -> Iterator[Any]:
    """The values at a path of a record: ``team[].deltakere[rolle=koordinator].hvem``."""
    match = _STEP.match(path)
    if match is None:
        yield node
        return
    inner = (
        node.get(match["name"], [])
        if match["list"]
        else [node[match["name"]]]
        if match["name"] in node
        else []
    )
    for one in inner:
        if match["key"] is None or one.get(match["key"]) == match["value"]:
            yield from values(one, path[match.end() :])


def leaves(value: Any) -> Iterator[Any]:
    """The single values in a value; an aktor gives its reference."""
    if isinstance(value, dict) and len(value) == 1 and value.keys() <= OF_AKTOR:
        yield PAIRS["aktor"].to_fhir(value)["reference"]
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name != "id":
                yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def said_as(value: Any) -> set[str]:
    """The FHIR values of a record's value: the value itself, a code of a table, or a reference."""
    if isinstance(value, bool):
        return {str(value)}
    text = str(value)
    codes = {table.fhir(text) for table in CODES if table.to_fhir and text in table.to_fhir}
    return {text, *codes, *(f"{type_}/{text}" for type_ in TYPES)}


def given(story: str, path: str) -> list[str]:
    """The texts that a FHIRPath selects in every resource of a story, as the municipality sees it."""
    bundle = read_stored((ROOT / "tests" / "examples" / story / "kommune.fhir.json").read_bytes())
    type_ = path.partition(".")[0]
    found = [
        one
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == type_
        for one in evaluate(entry["resource"], path, model=models["r4"])
    ]
    return [unescape(str(one)) for value in found for one in leaves(value)]


def test_the_page_has_every_point_of_the_law() -> None:
    """The page has a heading with rows for each of the points a-i."""
    headings = re.findall(r"^## ([a-i])\. ", PAGE, re.M)
    assert headings == list("abcdefghi")
    assert len(ROWS) == len(re.findall(r"^\|(?! what \||---)", PAGE, re.M))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['what']} ({row['story']})")
def test_a_row_is_true_of_its_example(row: dict[str, str]) -> None:
    """Every value of the field in the example is among the values of the FHIRPath."""
    folder = ROOT / "tests" / "examples" / row["story"] / "saker"
    (record,) = [read_stored(path.read_bytes()) for path in folder.glob("*.json")]
    held = [one for value in values(record, row["field"]) for one in leaves(value)]
    told = given(row["story"], row["path"].replace("\\|", "|"))
    assert held, "the example has the field"
    assert [one for one in held if not any(way in text for way in said_as(one) for text in told)] == []

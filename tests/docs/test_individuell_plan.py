"""docs/individuell-plan.md is true: every row is tried on the example it names."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fhirpathpy import evaluate
from fhirpathpy.models import models

from adapter.fhir.codec.stored import read_stored
from adapter.mapping import load
from adapter.mapping.transforms import PAIRS
from adapter.record.parts import TYPES
from adapter.record.references import OF_AKTOR
from adapter.settings import mappings_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "individuell-plan.md").read_text(encoding="utf-8")
_ROW = re.compile(
    r"^\| (?P<what>[^|]+) \| `(?P<field>[^`]+)` \| `(?P<path>[^`]+)` \| (?P<story>[a-z-]+) \|$", re.M
)
ROWS = [match.groupdict() for match in _ROW.finditer(PAGE)]
_STEP = re.compile(r"(?P<name>\w+)(?P<list>\[(?:(?P<key>\w+)=(?P<value>[\w-]+))?\])?\.?")
CODES = load(mappings_folder()).sources.codes.values()


def values(node: Any, path: str) -> Iterator[Any]:
    """What stands at a path of a record: ``team[].deltakere[rolle=koordinator].hvem``."""
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
    """The single values in a value; an aktor is the reference it is."""
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
    """How FHIR may say a value of the record: as it is, by a code of a table, or as a reference."""
    if isinstance(value, bool):
        return {str(value)}
    text = str(value)
    codes = {table.fhir(text) for table in CODES if table.to_fhir and text in table.to_fhir}
    return {text, *codes, *(f"{type_}/{text}" for type_ in TYPES)}


def given(story: str, path: str) -> list[str]:
    """What a FHIRPath gives of all a story gives its municipality, each as text."""
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
    """A heading for each of a-i, with rows beneath."""
    headings = re.findall(r"^## ([a-i])\. ", PAGE, re.M)
    assert headings == list("abcdefghi")
    assert len(ROWS) == len(re.findall(r"^\|(?! what \||---)", PAGE, re.M))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['what']} ({row['story']})")
def test_a_row_is_true(row: dict[str, str]) -> None:
    """Everything the field holds in the example is in what the path gives of its resources."""
    folder = ROOT / "tests" / "examples" / row["story"] / "saker"
    (record,) = [read_stored(path.read_bytes()) for path in folder.glob("*.json")]
    held = [one for value in values(record, row["field"]) for one in leaves(value)]
    told = given(row["story"], row["path"].replace("\\|", "|"))
    assert held, "the example has the field"
    assert [one for one in held if not any(way in text for way in said_as(one) for text in told)] == []

"""The content of a mapping file is read once, and every key of it is used."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from adapter.mapping.document import document
from adapter.mapping.ledger import check
from adapter.mapping.loading import load
from adapter.mapping.mapping_files import read
from adapter.mapping.sources import MappingError, walk
from adapter.mapping.transforms import PAIRS, TUPLES
from adapter.mapping.views import VIEWS
from adapter.settings import mappings_folder
from tests.mapping.test_check import replace


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "row"),
    [
        ("careplan", "absent: plan", "abscent: plan", "abscent", "hensikt"),
        ("goal", "only: in", "onyl: in", "onyl", "overmaal"),
        ("goal", 'why: "Denmark', 'wyh: "Denmark', "wyh", "overmaal"),
        ("relatedperson", "also: [", "alsoo: [", "alsoo", "naermesteParorende"),
        ("careteam", "match: [rolle", "mach: [rolle", "mach", "deltakere"),
        ("careteam", "plan: bidrag, ", "paln: bidrag, ", "paln", "ip-bidrag"),
        ("careplan", "codes: rettsgrunnlag}", "kodes: rettsgrunnlag}", "kodes", "valueCodeableConcept"),
        ("datatypes", "fhir: rank", "fihr: rank", "fihr", "rang"),
        ("narrative", "navn:            {line:", "navn:            {lien:", "lien", "navn"),
        ("narrative", 'name: ["{tekst}"]', 'nmae: ["{tekst}"]', "nmae", "maal"),
    ],
)
def test_a_misspelt_key_in_a_row_raises_with_file_and_row(
    folder: Path, file: str, old: str, new: str, key: str, row: str
) -> None:
    """An unknown key stops the start with its file and row, also within a list or a datatype."""
    replace(folder / f"{file}.yaml", old, new)
    with pytest.raises(MappingError) as refused:
        load(folder)
    assert str(refused.value).startswith(f"{file}: ")
    assert key in str(refused.value)
    assert row in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("part: samtykke", "prat: samtykke", "prat"),
        ("view: samtykke", "veiw: samtykke", "veiw"),
        ("  residue: [verification]", "  residu: [verification]", "residu"),
        ("binding: denies", "bindng: denies", "bindng"),
        ("view: samtykke", "view: samtykker", "samtykker"),
        ("each: regel", "each: regle", "regle"),
        ("codes: virkning", "codes: virkningen", "virkningen"),
        ("many: true", "many: aktor", "true"),
        (
            "plan: [mottaker],              fhir: [provision.actor],             tuple: recipient",
            "plan: [mottaker, del],          fhir: provision.actor,               as: aktor",
            "tuple",
        ),
        (
            "many: {fhir: reference, as: reference(CarePlan)}",
            "many: {fhir: reference, each: regel}",
            "one value",
        ),
    ],
)
def test_a_misspelt_key_or_name_in_a_file_raises_with_the_file(
    folder: Path, old: str, new: str, said: str
) -> None:
    """An unknown key, view, part, table or class of a file raises with the name of the file."""
    replace(folder / "consent.yaml", old, new)
    with pytest.raises(MappingError, match=f"^consent: .*{said}"):
        load(folder)


def test_an_import_only_row_needs_a_reason(folder: Path) -> None:
    """A row with ``only: in`` and no ``why`` raises."""
    replace(
        folder / "servicerequest.yaml", "many: reference(CarePlan)", "many: reference(CarePlan), only: in"
    )
    with pytest.raises(MappingError, match="why"):
        load(folder)


def test_the_walk_over_rows_includes_inner_rows() -> None:
    """The walk yields the rows of list items, and of lists of values, with their full paths."""
    rows = {file.part: file.rows for file in read(mappings_folder()).files}
    plan = {path: place for place in walk(rows["plan"]) for path in place.fields}
    assert plan["enkleTiltak[].notater[].tekst"].elements[0].text == "activity[detail].progress.text"
    assert plan["enkleTiltak[].notater[].tekst"].paths == ("enkleTiltak.notater.tekst",)
    assert plan["rettsgrunnlag"].row.codes == "rettsgrunnlag"
    assert plan["rettsgrunnlag"].elements[0].text.endswith("ip-rettsgrunnlag].valueCodeableConcept")


def test_every_named_pair_and_view_is_used_by_a_file() -> None:
    """Every named pair and every view is named by a mapping file."""
    files = read(mappings_folder()).files
    rows = [place.row for file in files for place in walk(file.rows)]
    assert {row.pair for row in rows if row.kind != "tuple"} == set(PAIRS)
    assert {row.pair for row in rows if row.kind == "tuple"} == set(TUPLES)
    assert {file.view for file in files} == set(VIEWS)


@pytest.mark.parametrize("asked", [load, check, document])
def test_each_file_is_read_once(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loader, the check and the document each read a mapping file at most once."""
    opened: Counter[str] = Counter()
    open_ = Path.open

    def counted(path: Path, *args: Any, **kwargs: Any) -> Any:
        opened[path.name] += mappings_folder() in path.parents
        return open_(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", counted)
    asked(mappings_folder())
    assert opened["plan.schema.json"] == opened["datatypes.yaml"] == 1
    assert set(opened.values()) <= {0, 1}

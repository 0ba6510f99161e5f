"""Paths of mapping files: parsed, written back, and refused when invalid."""

from __future__ import annotations

import pytest

from adapter.mapping.loading import installed
from adapter.mapping.mapping_files import read
from adapter.mapping.paths import FhirPath, PathError
from adapter.mapping.sources import walk
from adapter.mapping.transforms import PAIRS
from adapter.settings import mappings_folder


def test_the_text_of_a_path_is_the_text_it_was_parsed_from() -> None:
    """Every path of the mapping files is written as it was; an unselected path without its last selector."""
    for file in read(mappings_folder()).files:
        for path in (path for place in walk(file.rows) for path in place.elements):
            assert FhirPath.parse(path.text) == path
    chosen = FhirPath.parse("extension[url=http://hl7.org/fhir/StructureDefinition/goal-relationship]")
    assert chosen.unselected().text == "extension"
    assert FhirPath.parse("activity[detail].detail.code").text == "activity[detail].detail.code"


def test_stale_residue_of_an_import_only_link_is_reported_at_its_element() -> None:
    """A removed goal link makes its residue stale, reported at Goal.extension, a valid FHIRPath."""
    goal = installed().of("maal")
    resource = goal.to_fhir({"id": "a", "status": "aktiv", "tekst": "Gå tur"}, {"person": "Patient/p"})
    rests_on = PAIRS["based-on"].to_fhir("b")
    sent = {**resource, "extension": [*resource.get("extension", ()), rests_on]}
    part, residue = goal.to_plan(sent, {"person": "Patient/p"}, onto=None, new_id=lambda: "n")
    assert part.pop("overmaal") == ["b"]
    (stale,) = goal.stale(part, {"person": "Patient/p"}, residue or {})
    assert stale == "Goal.extension"


@pytest.mark.parametrize("text", ["", "a..b", "a[", "a[1=", "1a", "a-b", "a[b=c]d"])
def test_an_invalid_path_raises(text: str) -> None:
    """An empty path, an empty step, an open selector or an illegal character raises PathError."""
    with pytest.raises(PathError):
        FhirPath.parse(text)

"""A path is written as it reads."""

from __future__ import annotations

import pytest

from adapter.mapping.loading import load
from adapter.mapping.mapping_files import read
from adapter.mapping.paths import FhirPath, PathError
from adapter.mapping.sources import walk
from adapter.mapping.transforms import PAIRS
from adapter.settings import mappings_folder


def test_the_text_follows_the_steps() -> None:
    """Every path of the files is written as it was; without its selector it is written without."""
    for file in read(mappings_folder()).files:
        for path in (path for place in walk(file.rows) for path in place.elements):
            assert FhirPath.parse(path.text) == path
    chosen = FhirPath.parse("extension[url=http://hl7.org/fhir/StructureDefinition/goal-relationship]")
    assert chosen.unselected().text == "extension"
    assert FhirPath.parse("activity[detail].detail.code").text == "activity[detail].detail.code"


def test_what_is_gone_is_told_at_an_element() -> None:
    """A goal rests on no other now: what its sender said of it is stale, at a place FHIRPath knows."""
    goal = load(mappings_folder()).of("maal")
    resource = goal.to_fhir({"id": "a", "status": "aktiv", "tekst": "Gå tur"}, {"person": "Patient/p"})
    rests_on = PAIRS["based-on"].to_fhir("b")
    sent = {**resource, "extension": [*resource.get("extension", ()), rests_on]}
    part, residue = goal.to_plan(sent, {"person": "Patient/p"}, onto=None, new_id=lambda: "n")
    assert part.pop("overmaal") == ["b"]
    (stale,) = goal.stale(part, {"person": "Patient/p"}, residue or {})
    assert stale == "Goal.extension"


@pytest.mark.parametrize("text", ["", "a..b", "a[", "a[1=", "1a", "a-b", "a[b=c]d"])
def test_what_is_no_path_is_refused(text: str) -> None:
    """Nothing, an empty step, an open selector, another character."""
    with pytest.raises(PathError):
        FhirPath.parse(text)

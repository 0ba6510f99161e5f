"""`ip-adapter check` lets no element of R4, and no field of the record, go unaccounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapter.mapping.check import check
from adapter.mapping.codes import CodesError
from adapter.mapping.loading import MappingError
from adapter.settings import mappings_folder

if TYPE_CHECKING:
    from pathlib import Path


def replace(path: Path, old: str, new: str) -> None:
    """Plant a fault; the text replaced must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_everything_is_accounted_for() -> None:
    """Each file is counted in classes, and nothing is in none."""
    report = check(mappings_folder())
    assert report.findings == []
    assert {"careteam", "consent", "organization", "patient", "practitioner", "practitionerrole"} < set(
        report.counts
    )
    assert all(
        counts["mapped"] and counts["residue"] and counts["refused"]
        for name, counts in report.counts.items()
        if name != "sak"
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "place"),
    [
        ("careteam.yaml", "reasonCode, ", "", "element-unaccounted", "reasonCode"),
        ("careteam.yaml", ", participant.onBehalfOf", "", "element-unaccounted", "participant.onBehalfOf"),
        ("careteam.yaml", "[encounter,", "[encounter, colour,", "left-out-unknown", "colour"),
        ("careteam.yaml", "plan: bidrag, ", "plan: gave, ", "field-unknown", "deltakere.gave"),
        ("patient.yaml", "{emner:", "{emnet:", "element-unaccounted", "emner"),
        ("datatypes.yaml", "[type, assigner]", "[type]", "element-unaccounted", "identifier.assigner"),
        ("patient.yaml", "{emner:", "{fasong: none, emner:", "left-out-unknown", "fasong"),
        ("sak.yaml", "moter:", "motene:", "element-unaccounted", "moter"),
        ("codes/teamstatus.yaml", "plan: aktiv", "plan: gaar", "codes-differ", "status"),
    ],
)
def test_a_fault_is_found_where_it_is(
    folder: Path, file: str, old: str, new: str, code: str, place: str
) -> None:
    """An element forgotten, one invented, a field misspelt, a code changed: each is told with its place."""
    replace(folder / file, old, new)
    assert (code, place) in {(finding.code, finding.expression) for finding in check(folder).findings}


@pytest.mark.parametrize(
    ("file", "old", "new", "error"),
    [
        ("careteam.yaml", "fhir: managingOrganization", "fhir: managingOrganisation", MappingError),
        ("careteam.yaml", "fhir: period.start", "fhir: participant.period.start", MappingError),
        ("careteam.yaml", "many: aktor", "many: actor", MappingError),
        ("codes/teamstatus.yaml", "fhir: proposed", "fhir: active", CodesError),
    ],
)
def test_a_file_that_says_nonsense_cannot_be_read(
    folder: Path, file: str, old: str, new: str, error: type[ValueError]
) -> None:
    """An element R4 has not, a list passed through, an unknown pair, a code that leads to two."""
    replace(folder / file, old, new)
    with pytest.raises(error):
        check(folder)

"""`ip-adapter check`: every element of R4 and every field of the record is mapped or listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from adapter.cli import commands
from adapter.mapping.codes import CodesError
from adapter.mapping.ledger import check
from adapter.mapping.sources import MappingError
from adapter.settings import mappings_folder

if TYPE_CHECKING:
    from pathlib import Path


def replace(path: Path, old: str, new: str) -> None:
    """Plant a fault; the replaced text must be in the file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_element_and_field_is_in_one_class() -> None:
    """The ledger counts each file in classes, and has no finding."""
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
        ("codes/rolle.yaml", "plan: verge", "plan: verje", "codes-differ", "deltakere.rolle"),
        ("codes/rettsgrunnlag.yaml", "plan: navl-15,", "plan: navl-16,", "codes-differ", "rettsgrunnlag"),
        ("codes/klagestatus.yaml", "plan: medhold", "plan: medhald", "codes-differ", "klage.status"),
        ("plan.schema.json", '"ikke-medhold",', "", "codes-differ", "klage.status"),
        (
            "plan.schema.json",
            '"x-codes": "klagestatus"',
            '"x-codes": "tilgang"',
            "codes-differ",
            "klage.status",
        ),
        ("plan.schema.json", '"x-codes": "oppgave"', '"x-codes": "ytelse"', "tables-differ", "type"),
        ("consent.yaml", "plan: emner,    ", "plan: mottaker, ", "element-unaccounted", "regler.emner"),
        ("careteam.yaml", "plan: bidrag, ", "plan: mottaker, ", "field-unknown", "deltakere.mottaker"),
    ],
)
def test_a_fault_in_a_mapping_file_is_a_finding_at_its_path(
    folder: Path, file: str, old: str, new: str, code: str, place: str
) -> None:
    """A missing or invented element, a misspelt field and a differing code are findings with their path."""
    replace(folder / file, old, new)
    assert (code, place) in {(finding.code, finding.expression) for finding in check(folder).findings}


@pytest.mark.parametrize(
    ("file", "old", "new", "error"),
    [
        ("careteam.yaml", "fhir: managingOrganization", "fhir: managingOrganisation", MappingError),
        ("careteam.yaml", "fhir: period.start", "fhir: participant.period.start", MappingError),
        ("careteam.yaml", "many: aktor", "many: actor", MappingError),
        ("codes/teamstatus.yaml", "fhir: proposed", "fhir: active", CodesError),
        ("plan.schema.json", '"x-codes": "rettsgrunnlag"', '"x-codes": "lov"', MappingError),
    ],
)
def test_an_invalid_mapping_file_raises(
    folder: Path, file: str, old: str, new: str, error: type[ValueError]
) -> None:
    """An unknown element, list without selector, unknown pair, ambiguous code or unknown table raises."""
    replace(folder / file, old, new)
    with pytest.raises(error):
        check(folder)


@pytest.mark.parametrize("asked", [[], ["--document"]])
def test_the_command_reports_a_misspelt_key_in_one_line(folder: Path, asked: list[str]) -> None:
    """The command prints one line with the file and the key, and exits with 1."""
    replace(folder / "careplan.yaml", "absent: plan", "abscent: plan")
    ran = CliRunner().invoke(commands, ["check", *asked, str(folder)])
    assert ran.exit_code == 1
    assert ran.stderr.startswith("error: careplan: ")
    assert "abscent" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1

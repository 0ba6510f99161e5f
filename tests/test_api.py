"""The Python face: values go to FHIR models and back, and a fault is refused with its place."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

from adapter import api
from adapter.cli import record_files
from adapter.cli.record_files import REST, RecordFile
from adapter.errors import Unprocessable

ROOT = Path(__file__).parents[1]
RECORDS = record_files.read_all([ROOT / "tests" / "examples"])


def test_the_readme_shows_what_the_functions_give(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of the README runs, and prints what it shows."""
    monkeypatch.chdir(ROOT)
    tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert tried.attempted > 5
    assert tried.failed == 0


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.body["id"])
def test_a_record_comes_back_from_the_models_with_its_values(record: RecordFile) -> None:
    """A record as a Bundle of models and back is the record, and the Bundle is valid R4."""
    bundle = api.to_fhir(record.body)
    assert api.validate(bundle).is_valid
    assert api.to_plan(bundle) == record.body


def test_residue_travels_with_the_record() -> None:
    """What the record has no field for comes back from ``rest``."""
    patient = {
        "resourceType": "Patient",
        "id": "arne",
        "active": True,
        "multipleBirthBoolean": True,
    }
    record = api.to_plan(patient)
    assert REST in record
    assert api.to_fhir(record).entry[0].resource.multipleBirthBoolean is True


def test_an_invalid_record_and_an_invalid_bundle_are_refused_with_places() -> None:
    """A record that breaks the schema and a Bundle that is not R4 raise, with the places of the faults."""
    with pytest.raises(Unprocessable) as refused:
        api.to_fhir({"id": "s", "tilstand": "borte", "innbygger": {"id": "a"}})
    assert [finding.expression for finding in refused.value.findings] == ["sak.tilstand"]
    with pytest.raises(Unprocessable) as refused:
        api.to_plan({"resourceType": "Patient", "gender": "mann"})
    assert [finding.expression for finding in refused.value.findings] == ["Patient.gender"]


def test_a_bundle_about_several_records_is_refused() -> None:
    """The error names the records."""
    entries = [
        {
            "fullUrl": f"https://x.example/Practitioner/{id_}",
            "resource": {"resourceType": "Practitioner", "id": id_, "name": [{"family": "Prøvedal"}]},
        }
        for id_ in ("kari", "per")
    ]
    with pytest.raises(ValueError, match="ansatt kari, ansatt per"):
        api.to_plan({"resourceType": "Bundle", "type": "collection", "entry": entries})


def test_bytes_are_judged_with_line_and_column() -> None:
    """A fault in bytes has its place in the text."""
    (finding,) = api.validate(b'{"resourceType": "Patient",\n "gender": "mann"}').errors
    assert (finding.line, finding.expression) == (2, "Patient.gender")


def test_the_models_load_with_the_first_call_that_needs_them() -> None:
    """Importing the module loads no model."""
    code = "import sys, adapter.api; sys.exit('fhir' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

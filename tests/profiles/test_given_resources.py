"""Everything that the adapter gives of a record is valid R4, and conforms to the profile of its part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.cli import record_files
from adapter.cli.record_conversion import to_bundle
from adapter.fhir.canonical import BASE
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.verdict import judge
from adapter.mapping import installed
from adapter.record.parts import parts
from tests.strategies.records import ansatte, organisasjoner, saker

if TYPE_CHECKING:
    from adapter.errors import Finding

PROFILES = {file.part: file.profile for file in installed().sources.files}
OF_RECORD = {"sak": (f"{BASE}/StructureDefinition/ip-sak",)}
EXAMPLES = record_files.read_all([Path(__file__).parents[1] / "examples"])
GENERATED = {"sak": saker(), "ansatt": ansatte(), "organisasjon": organisasjoner()}


def errors(record: record_files.RecordFile) -> list[Finding]:
    """The errors in the Bundle of a record, and in each resource of it by the profile of its part.

    An opaque Consent is another sender's, and conforms to base R4 alone.
    """
    bundle = to_bundle(record, installed())
    found = list(judge(bundle, Rules(profiles=OF_RECORD.get(record.kind, ()))).errors)
    for part, entry in zip(parts(record.kind, record.body), bundle["entry"], strict=True):
        asked = () if part.body.get("ugjennomsiktig") else (PROFILES[part.kind],)
        found += judge(entry["resource"], Rules(profiles=asked)).errors
    return found


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: record.body["id"])
def test_what_is_given_of_an_example_conforms(record: record_files.RecordFile) -> None:
    """An example with its residue becomes a Bundle and resources without an error."""
    assert errors(record) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", GENERATED)
@settings(suppress_health_check=list(HealthCheck), max_examples=200)
@given(data=st.data())
def test_what_is_given_of_a_generated_record_conforms(kind: str, data: st.DataObject) -> None:
    """A valid and lawful record of any content becomes a Bundle and resources without an error."""
    body: dict[str, Any] = data.draw(GENERATED[kind])
    assert errors(record_files.RecordFile(Path("record"), kind, body, {})) == []

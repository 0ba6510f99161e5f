"""The example records keep the rules they illustrate, and become valid FHIR."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adapter.cli import record_files
from adapter.consent.lens import lenses
from adapter.consent.permits import Held
from adapter.consent.visible import visible
from adapter.fhir.validation.structure import check as structure_faults
from adapter.mapping import load
from adapter.record.identifiers import keys
from adapter.record.parts import parts
from adapter.record.references import LOCAL, references
from adapter.record.schema import validate
from tests.record.given import broken

FOLDER = Path(__file__).parent
RECORDS = record_files.read_all([FOLDER])
MAPPINGS = load(FOLDER.parents[1] / "mappings")
TODAY = date(2026, 11, 24)
HOSPITAL = "organisasjon/nordvik-sykehus"


def _ansatt_with(rolle: str) -> Held | None:
    for record in RECORDS:
        if any(held["id"] == rolle for held in record.body.get("roller", ())):
            return Held(record.body["id"])
    return None


def _team_ids_seen(story: str, recipient: str) -> set[str]:
    now = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
    (sak,) = [record.body for record in RECORDS if record.body["id"] == f"sak-{story}"]
    seen = [visible(sak, lens, now) for lens in lenses(sak, _ansatt_with, now) if lens.recipient == recipient]
    return {team["id"] for shown in seen if shown for team in shown.get("team", ())}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.body["id"])
def test_an_example_keeps_schema_and_law(record: record_files.RecordFile) -> None:
    """An example can be stored as it stands: the schema and every rule of law let it through."""
    assert validate(record.kind, record.body) == []
    assert broken(record.kind, None, record.body, today=TODAY, production=False) == []


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.body["id"])
def test_an_example_is_valid_fhir(record: record_files.RecordFile) -> None:
    """What an example is in FHIR has no fault of structure, no reference to a wrong type."""
    for part in parts(record.kind, record.body):
        resource = MAPPINGS.of(part.kind).to_fhir(part.body, part.surroundings)
        assert structure_faults(resource) == []


def test_the_examples_can_stand_together() -> None:
    """No id of a resource and no number of a person is used twice, and every reference leads to something."""
    faces = [(part.type, part.id) for record in RECORDS for part in parts(record.kind, record.body)]
    assert len(faces) == len(set(faces))
    numbers = [key for record in RECORDS for key in keys(record.kind, record.body)]
    assert len(numbers) == len(set(numbers))
    types = {"ansatt": "Practitioner", "rolle": "PractitionerRole", "organisasjon": "Organization"}
    named = [ref for record in RECORDS for ref in references(record.kind, record.body)]
    assert {(types[ref.kind], ref.id) for ref in named if ref.kind not in LOCAL} <= set(faces)


@pytest.mark.parametrize(
    ("story", "recipient", "teams"),
    [
        ("slagpasient", HOSPITAL, {"slagpasient-team"}),
        ("slagpasient", "organisasjon/nordvik-dps", set()),
        ("psykisk-helse-skjermet", HOSPITAL, {"psykisk-helse-skjermet-team"}),
        ("samtykke-trukket", HOSPITAL, set()),
        ("samtykke-trukket", "ansatt/jonas-fastlege", {"samtykke-trukket-team"}),
        ("verge-okonomi", "parorende/verge-okonomi-verge", set()),
        (
            "barn-med-barnekoordinator",
            "parorende/barn-med-barnekoordinator-far",
            {"barn-med-barnekoordinator-team", "barn-med-barnekoordinator-team-skole"},
        ),
    ],
)
def test_a_story_shows_what_its_line_says(story: str, recipient: str, teams: set[str]) -> None:
    """The teams a recipient sees are those README.md tells of."""
    assert _team_ids_seen(story, recipient) == teams

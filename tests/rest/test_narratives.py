"""The narrative of a resource holds what its recipient sees, and a client cannot write it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.narrative_writing import is_ours
from adapter.storage import ChangeNote

if TYPE_CHECKING:
    from tests.rest.conftest import House

pytestmark = pytest.mark.no_sql

READ = (
    "Patient/torill",
    "CareTeam/teamet",
    "Consent/samtykket",
    "Practitioner/ragna",
    "Organization/enheten",
)


def read(house: House, reference: str) -> dict[str, Any]:
    """The resource as the municipality reads it."""
    return read_stored(house.municipality("GET", f"/fhir/{reference}").data)


@pytest.mark.parametrize("reference", READ)
def test_a_put_with_the_generated_text_makes_no_version(world: House, reference: str) -> None:
    """The generated text in a PUT is not a change, in JSON and in XML."""
    resource = read(world, reference)
    assert is_ours(resource["text"])
    version = resource["meta"]["versionId"]
    for data, form in ((render(resource), "json"), (xml.render(resource), "xml")):
        headers = {"If-Match": f'W/"{version}"', "Content-Type": f"application/fhir+{form}"}
        answer = world.municipality("PUT", f"/fhir/{reference}", data=data, headers=headers)
        assert answer.status_code == 200, answer.text
    assert read(world, reference) == resource


def test_the_text_holds_only_what_the_recipient_sees(world: House) -> None:
    """The text for a hospital with the coordinator alone has the coordinator and not the team's name."""
    told = read_stored(world.hospital("GET", "/fhir/CareTeam/teamet").data)["text"]["div"]
    assert "Koordinator: Ragna Solviken, fra 1. januar 2026" in told
    assert "Ansvarsgruppen" not in told
    assert "Ansvarsgruppen" in read(world, "CareTeam/teamet")["text"]["div"]


def test_the_text_changes_with_the_record(world: House) -> None:
    """A new name in the record is a new text."""
    team = read(world, "CareTeam/teamet")
    headers = {"If-Match": f'W/"{team["meta"]["versionId"]}"'}
    answer = world.municipality("PUT", "/fhir/CareTeam/teamet", json=team | {"name": "Nytt"}, headers=headers)
    assert "<b>Navn:</b> Nytt" in read_stored(answer.data)["text"]["div"]


def test_a_new_name_in_the_directory_reaches_the_text_by_reproject(world: House) -> None:
    """A text has a name as it was when it was last told; ``db reproject --names`` tells all texts anew."""
    record = world.municipality("GET", "/kommune/v1/ansatte/ragna").json
    renamed = {**record, "navn": [{**record["navn"][0], "etternavn": "Nygårdsen"}]}
    headers = {"If-Match": 'W/"1"'}
    answer = world.municipality("PUT", "/kommune/v1/ansatte/ragna", json=renamed, headers=headers)
    assert answer.status_code == 200
    assert "Ragna Solviken" in read(world, "CareTeam/teamet")["text"]["div"]
    repository = world.client.application.extensions["repository"]
    note = ChangeNote("ip-adapter", None, None, None, "test", "db reproject")
    assert repository.reproject(note).changes == 0
    assert "Ragna Solviken" in read(world, "CareTeam/teamet")["text"]["div"]
    repository.reproject(note, names=True)
    assert "Ragna Nygårdsen" in read(world, "CareTeam/teamet")["text"]["div"]
    found = world.municipality("GET", "/fhir/CareTeam?patient=torill")
    assert [one["resource"]["meta"]["versionId"] for one in read_stored(found.data)["entry"]] == ["2"]

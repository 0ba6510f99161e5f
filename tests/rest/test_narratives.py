"""The text of a resource over the wire: what its reader may see, and nothing a client can write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.narrative_writing import is_ours
from adapter.storage import ChangeNote

if TYPE_CHECKING:
    from tests.rest.conftest import House

READ = (
    "Patient/torill",
    "CareTeam/teamet",
    "Consent/samtykket",
    "Practitioner/ragna",
    "Organization/enheten",
)


def read(house: House, reference: str) -> dict[str, Any]:
    """What the municipality reads."""
    return read_stored(house.municipality("GET", f"/fhir/{reference}").data)


@pytest.mark.parametrize("reference", READ)
def test_put_of_what_was_read_is_no_new_version(world: House, reference: str) -> None:
    """Our text comes back with the resource, and says nothing: nothing changes, in JSON and in XML."""
    resource = read(world, reference)
    assert is_ours(resource["text"])
    version = resource["meta"]["versionId"]
    for data, form in ((render(resource), "json"), (xml.render(resource), "xml")):
        headers = {"If-Match": f'W/"{version}"', "Content-Type": f"application/fhir+{form}"}
        answer = world.municipality("PUT", f"/fhir/{reference}", data=data, headers=headers)
        assert answer.status_code == 200, answer.text
    assert read(world, reference) == resource


def test_a_recipient_reads_only_what_it_may_see(world: House) -> None:
    """The hospital that may know the coordinator reads of the coordinator, and not the team's name."""
    told = read_stored(world.hospital("GET", "/fhir/CareTeam/teamet").data)["text"]["div"]
    assert "Koordinator: Ragna Solviken, fra 1. januar 2026" in told
    assert "Ansvarsgruppen" not in told
    assert "Ansvarsgruppen" in read(world, "CareTeam/teamet")["text"]["div"]


def test_the_text_follows_the_record(world: House) -> None:
    """A name that changes is another text."""
    team = read(world, "CareTeam/teamet")
    headers = {"If-Match": f'W/"{team["meta"]["versionId"]}"'}
    answer = world.municipality("PUT", "/fhir/CareTeam/teamet", json=team | {"name": "Nytt"}, headers=headers)
    assert "<b>Navn:</b> Nytt" in read_stored(answer.data)["text"]["div"]


def test_a_name_in_the_directory_is_told_when_all_is_published_anew(world: House) -> None:
    """Who an ansatt is called is told as of the sak's last write; after ``db reproject`` as it is now."""
    record = world.municipality("GET", "/kommune/v1/ansatte/ragna").json
    renamed = {**record, "navn": [{**record["navn"][0], "etternavn": "Nygårdsen"}]}
    headers = {"If-Match": 'W/"1"'}
    answer = world.municipality("PUT", "/kommune/v1/ansatte/ragna", json=renamed, headers=headers)
    assert answer.status_code == 200
    assert "Ragna Solviken" in read(world, "CareTeam/teamet")["text"]["div"]
    repository = world.client.application.extensions["repository"]
    repository.reproject(ChangeNote("ip-adapter", None, None, None, "test", "db reproject"))
    assert "Ragna Nygårdsen" in read(world, "CareTeam/teamet")["text"]["div"]
    found = world.municipality("GET", "/fhir/CareTeam?patient=torill")
    assert [one["resource"]["meta"]["versionId"] for one in read_stored(found.data)["entry"]] == ["2"]

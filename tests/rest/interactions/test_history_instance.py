"""https://hl7.org/fhir/R4/http.html#history of an instance, and #vread of what it lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhir.resources.R4B.bundle import Bundle

from adapter.fhir.codec.stored import read_stored

if TYPE_CHECKING:
    from tests.rest.conftest import House

TEAM = "/fhir/CareTeam/teamet"


def rename(world: House, name: str, version: int) -> None:
    """Change the team's name in a version."""
    resource = read_stored(world.municipality("GET", TEAM).data) | {"name": name}
    answer = world.municipality("PUT", TEAM, json=resource, headers={"If-Match": f'W/"{version}"'})
    assert answer.status_code == 200, answer.text


def told(entry: dict[str, Any]) -> tuple[str, str]:
    """Name and ETag of a version in a history."""
    return entry["resource"]["name"], entry["response"]["etag"]


def test_a_history_is_every_version_newest_first(world: House) -> None:
    """Each version once, as it was given, with the change that made it."""
    rename(world, "Andre navn", 1)
    rename(world, "Tredje navn", 2)
    bundle = read_stored(world.municipality("GET", f"{TEAM}/_history").data)
    Bundle.model_validate(bundle)
    assert (bundle["type"], bundle["total"]) == ("history", 3)
    assert [told(entry) for entry in bundle["entry"]] == [
        ("Tredje navn", 'W/"3"'),
        ("Andre navn", 'W/"2"'),
        ("Ansvarsgruppen", 'W/"1"'),
    ]
    assert bundle["link"] == [
        {"relation": "self", "url": "https://adapter.example/fhir/CareTeam/teamet/_history"}
    ]


def test_a_version_stays_as_it_was(world: House) -> None:
    """A vread gives the bytes of then, whatever has come since."""
    first = world.municipality("GET", TEAM)
    rename(world, "Andre navn", 1)
    again = world.municipality("GET", f"{TEAM}/_history/1")
    assert again.data == first.data
    assert again.headers["ETag"] == 'W/"1"'
    assert (
        world.municipality("GET", f"{TEAM}/_history/1", headers={"If-None-Match": '"1"'}).status_code == 304
    )


def test_a_recipient_counts_its_own_versions(world: House) -> None:
    """What a recipient was not given makes no version for it, and stands in no history of its own."""
    patient = read_stored(world.municipality("GET", "/fhir/Patient/torill").data)
    patient["telecom"] = [{"system": "phone", "value": "+47 99 00 00 00"}]
    answer = world.municipality("PUT", "/fhir/Patient/torill", json=patient, headers={"If-Match": 'W/"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, 'W/"2"')
    seen = world.hospital("GET", "/fhir/Patient/torill")
    assert seen.headers["ETag"] == 'W/"1"'
    assert read_stored(world.hospital("GET", "/fhir/Patient/torill/_history").data)["total"] == 1

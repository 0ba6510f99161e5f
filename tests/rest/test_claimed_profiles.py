"""Profiles that a write claims are judged as ADAPTER_PROFILES says: off, warn or reject."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from adapter.app import create_app
from adapter.settings import Settings
from tests.rest.conftest import Clock, House
from tests.rest.world import HOSPITAL_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Opened = Callable[[str], House]

PREFERENCE = {"Content-Type": "application/fhir+json", "Prefer": "return=OperationOutcome"}
NO_BASIS = "http://hl7.no/fhir/StructureDefinition/no-basis-"
UNIT: dict[str, Any] = {
    "resourceType": "Organization",
    "id": "enhet",
    "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.101", "value": HOSPITAL_NUMBER}],
    "name": "Enhet",
}
FITS, BREAKS, UNKNOWN = (
    UNIT | {"meta": {"profile": [url]}}
    for url in (f"{NO_BASIS}Organization", f"{NO_BASIS}Patient", "http://example.org/none")
)


@pytest.fixture
def opened(database_url: str, tmp_path: Path) -> Iterator[Opened]:
    """Opens the adapter with a value of the setting."""
    apps = []

    def make(profiles: str) -> House:
        settings = Settings.from_environment(
            {
                "ADAPTER_DATABASE_URL": database_url,
                "ADAPTER_VAR": str(tmp_path / "var"),
                "ADAPTER_BASE_URL": "https://adapter.example",
                "ADAPTER_PROFILES": profiles,
            }
        )
        apps.append(create_app(settings, now=Clock()))
        return House(apps[-1].test_client(), settings.var, Clock())

    yield make
    for app in apps:
        app.extensions["repository"].store.close()


def write(house: House, resource: dict[str, Any]) -> tuple[int, list[str]]:
    """The status of a PUT by the municipality, and the codes in the answer."""
    path = f"/fhir/Organization/{resource['id']}"
    answer = house.municipality("PUT", path, headers=PREFERENCE, data=json.dumps(resource))
    return answer.status_code, [one["details"]["coding"][0]["code"] for one in answer.json["issue"]]


@pytest.mark.parametrize(
    ("setting", "resource", "expected"),
    [
        ("off", BREAKS, (201, ["done"])),
        ("warn", BREAKS, (201, ["profile-other-type"])),
        ("reject", BREAKS, (422, ["profile-other-type"])),
        ("warn", FITS, (201, ["done"])),
        ("reject", FITS, (201, ["done"])),
        ("reject", UNKNOWN, (201, ["done"])),
        ("reject", UNIT, (201, ["done"])),
    ],
)
def test_a_claimed_profile_is_judged_as_the_setting_says(
    opened: Opened, setting: str, resource: dict[str, Any], expected: tuple[int, list[str]]
) -> None:
    """A broken rule of a claimed profile is passed over, a warning in the outcome, or a refusal with 422."""
    house = opened(setting)
    assert write(house, resource) == expected
    status = house.municipality("GET", "/fhir/Organization/enhet").status_code
    assert status == (200 if expected[0] == 201 else 404)


def test_base_r4_is_judged_before_profiles(opened: Opened) -> None:
    """A resource that is not valid R4 is 400 with the errors of R4, whatever profile it claims."""
    house = opened("reject")
    assert write(house, BREAKS | {"active": "yes"}) == (400, ["boolean-type"])


def test_the_warnings_of_a_transaction_stand_at_their_entries(opened: Opened) -> None:
    """Each entry of the answer has the warnings of its own resource."""
    house = opened("warn")
    other = {key: BREAKS[key] for key in ("resourceType", "meta", "name")} | {"id": "b"}
    entries = [
        {
            "fullUrl": f"https://adapter.example/fhir/Organization/{one['id']}",
            "resource": one,
            "request": {"method": "PUT", "url": f"Organization/{one['id']}"},
        }
        for one in (FITS | {"id": "a"}, other)
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    answer = house.municipality("POST", "/fhir", headers=PREFERENCE, data=json.dumps(bundle))
    assert answer.status_code == 200, answer.json
    outcomes = [one["response"]["outcome"]["issue"] for one in answer.json["entry"]]
    told = [[issue["details"]["coding"][0]["code"] for issue in one] for one in outcomes]
    assert told == [["done"], ["profile-other-type"]]

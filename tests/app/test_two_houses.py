"""Two municipalities in one process share no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.app import create_app
from adapter.settings import Settings
from adapter.storage.migrations import upgrade
from tests.rest.conftest import Clock, House
from tests.rest.world import PERSON_NUMBER, RECORDS

if TYPE_CHECKING:
    from pathlib import Path

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"


def opened(folder: Path, name: str) -> House:
    """A municipality with its own database, folder and address."""
    var = folder / name
    var.mkdir()
    upgrade(f"sqlite:///{var / 'adapter.db'}")
    settings = Settings.from_environment(
        {
            "ADAPTER_DATABASE_URL": f"sqlite:///{var / 'adapter.db'}",
            "ADAPTER_VAR": str(var),
            "ADAPTER_BASE_URL": f"https://{name}.example",
        }
    )
    clock = Clock()
    return House(create_app(settings, now=clock).test_client(), settings.var, clock)


def test_two_houses_in_one_process_share_nothing(tmp_path: Path) -> None:
    """Records, ids, numbers, tokens, pages and addresses of one are unknown in the other."""
    first, second = (opened(tmp_path, name) for name in ("fjordvik", "dalvik"))
    for plural, record in RECORDS:
        assert (
            first.municipality("PUT", f"/kommune/v1/{plural}/{record['id']}", json=record).status_code == 201
        )
    form = {"identifier": f"{FNR}|{PERSON_NUMBER}"}
    assert first.municipality("POST", "/fhir/Patient/_search", data=form).json["total"] == 1
    assert second.municipality("POST", "/fhir/Patient/_search", data=form).json["total"] == 0
    assert second.municipality("GET", "/fhir/CareTeam/teamet").status_code == 404
    assert second.hospital("GET", "/fhir/CareTeam/teamet").status_code == 404
    page = first.municipality("GET", "/fhir/Practitioner?_count=1").json
    following = next(link["url"] for link in page["link"] if link["relation"] == "next")
    assert following.startswith("https://fjordvik.example/fhir/")
    elsewhere = following.removeprefix("https://fjordvik.example")
    assert second.municipality("GET", elsewhere).status_code == 400
    assert first.municipality("GET", elsewhere).status_code == 200
    for plural, record in RECORDS:
        assert (
            second.municipality("PUT", f"/kommune/v1/{plural}/{record['id']}", json=record).status_code == 201
        )
    assert second.hospital("GET", "/fhir/CareTeam/teamet").json == first.hospital(
        "GET", "/fhir/CareTeam/teamet"
    ).json | {"meta": second.hospital("GET", "/fhir/CareTeam/teamet").json["meta"]}

"""The clients fhirpy and fhirclient find, read and change a CareTeam in a process of the adapter."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests
from fhirclient.client import FHIRClient
from fhirclient.models.careteam import CareTeam
from fhirclient.models.practitioner import Practitioner
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import ResourceNotFound

from adapter.security.development import Wish, mint
from adapter.settings import EXAMPLE_CLIENT
from tests.rest.world import FNR, HOSPITAL_NUMBER, OTHER_NUMBER, PERSON_NUMBER, RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COMMAND = "from adapter.cli import main; main(['serve'])"


@dataclass(frozen=True)
class Service:
    """A running adapter with the small municipality in it."""

    address: str
    var: Path
    log: Path

    def token(self, wish: Wish) -> str:
        """An Authorization header of the development issuer."""
        return f"Bearer {mint(self.var, wish, datetime.now(UTC))}"


MUNICIPALITY = Wish("system", EXAMPLE_CLIENT)
HOSPITAL = Wish("organisasjon", "epj", HOSPITAL_NUMBER)


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    """The adapter in a process of its own, with ADAPTER_IF_MATCH=optional for clients without If-Match."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "ADAPTER_DATABASE_URL": database_url,
        "ADAPTER_VAR": str(tmp_path / "var"),
        "ADAPTER_IF_MATCH": "optional",
        "ADAPTER_WORKERS": "1",
    }
    running = Service(f"http://127.0.0.1:{port}", tmp_path / "var", tmp_path / "log")
    with (
        running.log.open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-c", COMMAND], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            _await(running.address, process)
            _fill(running)
            yield running
        finally:
            process.terminate()


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            if requests.get(f"{address}/readyz", timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    pytest.fail("the service did not start")


def _fill(running: Service) -> None:
    headers = {"Authorization": running.token(MUNICIPALITY)}
    for plural, record in RECORDS:
        address = f"{running.address}/kommune/v1/{plural}/{record['id']}"
        answer = requests.put(address, json=record, headers=headers, timeout=10)
        assert answer.status_code == 201, answer.text


def test_fhirpy_finds_reads_and_changes_a_care_team(service: Service) -> None:
    """https://github.com/beda-software/fhir-py: search, count, read, save, refresh, not found."""
    client = SyncFHIRClient(f"{service.address}/fhir", authorization=service.token(MUNICIPALITY))
    teams = client.resources("CareTeam")
    assert teams.count() == 2
    found = teams.search(patient="Patient/torill").include("CareTeam", "participant").fetch_raw()
    assert [entry.resource.resourceType for entry in found.entry] == ["CareTeam", "PractitionerRole"]
    assert {team.id for team in teams.limit(1)} == {"teamet", "odds-team"}

    team = teams.search(_id="teamet").get()
    team["name"] = "Rundt Torill"
    team.save()
    assert team["meta"]["versionId"] == "2"
    same = client.reference("CareTeam", "teamet").to_resource()
    assert same["name"] == "Rundt Torill"
    assert same.refresh()["meta"]["versionId"] == "2"
    created = client.resource("Organization", name="Bakken skole", active=True).create()
    assert created["meta"]["versionId"] == "1"
    with pytest.raises(ResourceNotFound):
        client.reference("CareTeam", "none").to_resource()


def test_fhirclient_finds_reads_and_changes_a_care_team(service: Service) -> None:
    """The R4 models of https://github.com/smart-on-fhir/client-py accept every answer of the adapter."""
    smart = FHIRClient(settings={"app_id": "test", "api_base": f"{service.address}/fhir"})
    smart.server.session.headers["Authorization"] = service.token(MUNICIPALITY)
    assert smart.prepare()
    assert smart.server.capabilityStatement.fhirVersion == "4.0.1"

    struct = {"patient": "Patient/torill", "status": "active", "_include": "CareTeam:participant"}
    found = list(CareTeam.where(struct).perform_resources_iter(smart.server))
    (team,) = (resource for resource in found if isinstance(resource, CareTeam))
    assert team.participant[0].member.reference == "PractitionerRole/ragna-koordinator"
    team.participant[0].member.reference = "PractitionerRole/bjarte-koordinator"
    changed = team.update(smart.server)
    assert changed["meta"]["versionId"] == "2"
    again = CareTeam.read("teamet", smart.server)
    assert again.participant[0].member.reference == "PractitionerRole/bjarte-koordinator"
    assert Practitioner.read("bjarte", smart.server).name[0].family == "Øvregård"
    smart.server.session.close()


def test_fhirpy_gets_only_the_recipients_resources(service: Service) -> None:
    """A recipient's client finds one team, one person, and the directory, and no other resource."""
    client = SyncFHIRClient(f"{service.address}/fhir", authorization=service.token(HOSPITAL))
    assert [team.id for team in client.resources("CareTeam")] == ["teamet"]
    assert [person.id for person in client.resources("Patient")] == ["torill"]
    assert {person.id for person in client.resources("Practitioner")} == {"ragna", "bjarte"}
    with pytest.raises(ResourceNotFound):
        client.reference("CareTeam", "odds-team").to_resource()


def test_no_birth_number_reaches_the_log_of_the_process(service: Service) -> None:
    """A birth number in a GET, a POST, a path or a broken request is in no line of the log."""
    address, headers = f"{service.address}/fhir", {"Authorization": service.token(HOSPITAL)}
    for number in (PERSON_NUMBER, OTHER_NUMBER):
        token = f"{FNR}|{number}"
        requests.get(f"{address}/CareTeam", params={"patient.identifier": token}, headers=headers, timeout=10)
        form = {"patient.identifier": token}
        requests.post(f"{address}/CareTeam/_search", data=form, headers=headers, timeout=10)
        requests.get(f"{address}/Patient/{number}", headers=headers, timeout=10)
        requests.get(f"{address}/{number}?x={number}", headers=headers | {"X-Request-Id": number}, timeout=10)
        with socket.create_connection(("127.0.0.1", urlsplit(service.address).port or 0)) as raw:
            raw.sendall(f"GET /{number} {number}\r\n{number}\r\n\r\n".encode())
            raw.recv(1000)
    log = service.log.read_text()
    assert log.count('"search-type"') == 4
    for number in (PERSON_NUMBER, OTHER_NUMBER):
        assert number not in log

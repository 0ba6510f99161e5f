"""Residue of a recipient is given back to it, and another recipient neither sees it nor removes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.security.development import Wish
from tests.rest.test_consent import as_writer, edited, write
from tests.rest.world import STRANGER_NUMBER

if TYPE_CHECKING:
    from tests.rest.conftest import House

BESIDE = {"system": "https://epj.example/tiltak", "value": "4711"}
CLINIC = {
    "id": "klinikken",
    "aktiv": True,
    "navn": "Fjordvik klinikk",
    "identer": [{"id": "i1", "type": "orgnr", "verdi": STRANGER_NUMBER}],
}


def opened(world: House) -> None:
    """The sak in which the hospital and a clinic see tiltak, but not all of the sak."""
    answer = world.municipality("PUT", "/kommune/v1/organisasjoner/klinikken", json=CLINIC)
    assert answer.status_code == 201, answer.json

    def permit(sak: dict[str, Any]) -> None:
        sak["samtykker"][0]["regler"][0]["del"] = ["person", "tiltak"]
        clinic = {"id": "klinikken-samtykke", "mottaker": {"organisasjon": "klinikken"}}
        sak["samtykker"].append({**sak["samtykker"][0], **clinic})

    write(world, edited(permit))


def made(world: House) -> str:
    """The address of a new tiltak by the hospital, with residue in it."""
    tiltak = {
        "resourceType": "ServiceRequest",
        "identifier": [BESIDE],
        "status": "active",
        "intent": "plan",
        "code": {"text": "Poliklinisk kontroll"},
        "subject": {"reference": "Patient/torill"},
        "performer": [{"reference": "Organization/klinikken"}],
    }
    answer = as_writer(world, "POST", "/fhir/ServiceRequest", json=tiltak)
    assert answer.status_code == 201, answer.json
    return f"/fhir/ServiceRequest/{answer.json['id']}"


def test_residue_is_given_back_to_its_sender_and_to_the_municipality(world: House) -> None:
    """The hospital's own residue is given to it and to the municipality, and not to the clinic."""
    opened(world)
    address = made(world)
    assert world.hospital("GET", address).json["identifier"] == [BESIDE]
    assert world.municipality("GET", address).json["identifier"] == [BESIDE]
    assert "identifier" not in world.stranger("GET", address).json


def test_residue_stays_when_another_recipient_changes_the_part(world: House) -> None:
    """The clinic completes the tiltak, and the hospital's residue is unchanged."""
    opened(world)
    address = made(world)
    read = world.stranger("GET", address)
    clinic = Wish("organisasjon", "epj", STRANGER_NUMBER, scope="system/*.cruds")
    body = {**read.json, "status": "completed"}
    answer = world.call(clinic, "PUT", address, json=body, headers={"If-Match": read.headers["ETag"]})
    assert answer.status_code == 200, answer.json
    now = world.hospital("GET", address).json
    assert (now["status"], now["identifier"]) == ("completed", [BESIDE])
    assert "identifier" not in world.stranger("GET", address).json


def test_an_owner_cannot_replace_hidden_residue(world: House) -> None:
    """The municipality's residue on the hospital's tiltak stays, and residue in its place is refused."""
    opened(world)
    address = made(world)
    whole = world.municipality("GET", address)
    theirs = {**whole.json, "identifier": [{"system": "https://fagsystem.example", "value": "7"}]}
    answer = world.municipality("PUT", address, json=theirs, headers={"If-Match": whole.headers["ETag"]})
    assert answer.status_code == 200, answer.json
    read = world.hospital("GET", address)
    assert "identifier" not in read.json
    headers = {"If-Match": read.headers["ETag"]}
    refused = as_writer(world, "PUT", address, json={**read.json, "identifier": [BESIDE]}, headers=headers)
    assert (refused.status_code, refused.json["issue"][0]["expression"]) == (
        403,
        ["ServiceRequest.identifier"],
    )
    ended = as_writer(world, "PUT", address, json={**read.json, "status": "completed"}, headers=headers)
    assert ended.status_code == 200, ended.json
    assert world.municipality("GET", address).json["identifier"] == theirs["identifier"]


def test_residue_that_is_put_back_keeps_its_sender(world: House) -> None:
    """The municipality puts the tiltak back with its keys in another order, and the sender stays."""
    opened(world)
    address = made(world)
    whole = world.municipality("GET", address)
    turned = dict(reversed(list(whole.json.items())))
    turned["identifier"] = [dict(reversed(list(BESIDE.items())))]
    answer = world.municipality("PUT", address, json=turned, headers={"If-Match": whole.headers["ETag"]})
    assert (answer.status_code, answer.headers["ETag"]) == (200, whole.headers["ETag"])
    assert world.hospital("GET", address).json["identifier"] == [BESIDE]

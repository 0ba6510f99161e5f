"""A deny closes access however it names the recipient, or is refused; no deny is without effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.canonical import BASE as PROFILE
from tests.rest.conftest import BASE
from tests.rest.test_consent import as_writer
from tests.rest.world import ENH, FNR, HOSPITAL_NUMBER, STRANGER_NUMBER

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

TEAM = "/fhir/CareTeam/teamet"
NUMBER = {"identifier": {"system": ENH, "value": HOSPITAL_NUMBER}}
RECIPIENT = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]
}
PRIVACY = {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
SHARING = {"system": f"{PROFILE}/CodeSystem/ip-samtykketype", "code": "opplysningsutveksling"}
LABEL = [{"system": f"{PROFILE}/CodeSystem/ip-del", "code": "koordinator"}]


def deny(actor: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Consent in the adapter's shape that denies the coordinator to an actor."""
    said = {"type": "deny", "actor": [{"role": RECIPIENT, "reference": actor}], "securityLabel": LABEL}
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [PRIVACY]},
        "category": [{"coding": [SHARING]}],
        "patient": {"reference": "Patient/torill"},
        "dateTime": "2026-02-01",
        "performer": [{"reference": "Patient/torill"}],
        "policyRule": {"text": "Nei"},
        "provision": {"type": "deny", "provision": [{**said, **more}]},
    }


def post(world: House, consent: dict[str, Any]) -> TestResponse:
    """POST by the municipality."""
    return world.municipality("POST", "/fhir/Consent", json=consent)


@pytest.mark.parametrize(
    "actor",
    [
        {"reference": "Organization/sykehuset"},
        {"reference": f"{BASE}/Organization/sykehuset"},
        {"reference": "Organization/sykehuset", "type": "Organization", "display": "Sykehuset"},
        {"reference": "Organization/sykehuset", **NUMBER},
        {"type": "Organization", **NUMBER},
        NUMBER,
    ],
    ids=["reference", "address", "type", "both", "type and number", "number"],
)
def test_a_deny_closes_for_every_way_to_name_the_recipient(world: House, actor: dict[str, Any]) -> None:
    """A deny by reference, by address or by organisation number closes, and the Consent is given back."""
    assert world.hospital("GET", TEAM).status_code == 200
    answer = post(world, deny(actor))
    assert answer.status_code == 201, answer.json
    assert world.hospital("GET", TEAM).status_code == 404
    given = answer.json["provision"]["provision"][0]["actor"][0]["reference"]
    assert given == {**actor, "reference": "Organization/sykehuset"}


def test_a_deny_closes_for_a_unit_of_the_same_transaction(world: House) -> None:
    """A deny by the number of a new Organization names that Organization, in any order of the entries."""
    unit = {
        "resourceType": "Organization",
        "id": "klinikken",
        "name": "Prøveklinikken",
        "identifier": [{"system": ENH, "value": STRANGER_NUMBER}],
    }
    sent = {**deny({"identifier": {"system": ENH, "value": STRANGER_NUMBER}}), "id": "nei"}
    entry = [
        {
            "fullUrl": f"{BASE}/{one['resourceType']}/{one['id']}",
            "resource": one,
            "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"},
        }
        for one in (sent, unit)
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entry}
    assert world.municipality("POST", "/fhir", json=bundle).status_code == 200
    samtykker = world.municipality("GET", "/kommune/v1/saker/saken").json["samtykker"]
    denied = next(one for one in samtykker if one["id"] == "nei")
    assert denied["mottaker"]["organisasjon"] == "klinikken"


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"class": [{"system": "urn:x", "code": "a"}]}, "class"),
        ({"dataPeriod": {"start": "2026"}}, "dataPeriod"),
        ({"provision": [{"type": "permit"}]}, "provision"),
    ],
)
def test_a_deny_with_an_unknown_actor_is_refused(world: House, more: dict[str, Any], place: str) -> None:
    """The refusal has the place; nothing is stored, and access is unchanged."""
    before = world.municipality("GET", "/kommune/v1/saker/saken").data
    answer = post(world, deny(NUMBER, **more))
    assert answer.status_code == 422
    (issue,) = answer.json["issue"]
    assert issue["details"]["coding"][0]["code"] == "must-be-understood"
    assert issue["expression"][0].endswith(place)
    assert world.municipality("GET", "/kommune/v1/saker/saken").data == before


def test_a_recipient_cannot_probe_for_an_employees_birth_number(world: House) -> None:
    """An actor with a birth number gets the same answer, whether the number is an employee's or not."""
    named = {"identifier": {"system": FNR, "value": "12818149849"}}
    answers = []
    for identer in ([], [{"id": "i1", "type": "fnr", "verdi": "12818149849"}]):
        read = world.municipality("GET", "/kommune/v1/ansatte/ragna")
        headers = {"If-Match": read.headers["ETag"]}
        body = {**read.json, "identer": identer}
        kept = world.municipality("PUT", "/kommune/v1/ansatte/ragna", json=body, headers=headers)
        assert kept.status_code == 200, kept.json
        answers.append(as_writer(world, "POST", "/fhir/Consent", json=deny(named) | {"status": "proposed"}))
    assert [one.status_code for one in answers] == [201, 201]
    first, second = world.municipality("GET", "/kommune/v1/saker/saken").json["samtykker"][1:]
    assert first["mottaker"] == second["mottaker"]
    assert "identifikator" in first["mottaker"]

"""The security labels of a sender become emner of the part, or are refused at their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.canonical import BASE
from tests.rest.test_consent import as_writer, edited, write
from tests.rest.test_own_residue import opened

if TYPE_CHECKING:
    from tests.rest.conftest import House

pytestmark = pytest.mark.no_sql

ACT, HOW = (
    "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
)
EMNE = f"{BASE}/CodeSystem/ip-emne"
TILTAK: dict[str, Any] = {
    "resourceType": "ServiceRequest",
    "status": "active",
    "intent": "plan",
    "code": {"text": "Samtaler"},
    "subject": {"reference": "Patient/torill"},
}


def labelled(system: str, code: str) -> dict[str, Any]:
    """A ServiceRequest with a security label."""
    return {**TILTAK, "meta": {"security": [{"system": system, "code": code}]}}


@pytest.mark.parametrize(
    ("system", "code", "topics"),
    [
        (EMNE, "psykisk-helse-rus", ["psykisk-helse-rus"]),
        (EMNE, "barnevern", ["barnevern"]),
        (ACT, "PSY", ["psykisk-helse-rus"]),
        (ACT, "SUD", ["psykisk-helse-rus"]),
        (HOW, "N", None),
        ("https://epj.example/merker", "gul", None),
    ],
)
def test_a_label_becomes_an_emne(world: House, system: str, code: str, topics: list[str] | None) -> None:
    """A label that stands for an emne limits access; HOW#N and a label of the sender's own system do not."""
    opened(world)
    sent = labelled(system, code)
    answer = world.municipality("POST", "/fhir/ServiceRequest", json=sent)
    assert answer.status_code == 201, answer.json
    (tiltak,) = world.municipality("GET", "/kommune/v1/saker/saken").json["tiltak"]
    assert tiltak.get("emner") == topics
    address = f"/fhir/ServiceRequest/{tiltak['id']}"
    assert world.hospital("GET", address).status_code == (404 if topics else 200)
    assert world.municipality("GET", address).json["meta"]["security"] == sent["meta"]["security"]


def test_a_sender_may_label_a_resource_out_of_its_own_access(world: House) -> None:
    """A hospital without access to an emne stores a resource with it, and gets no resource back."""
    opened(world)
    answer = as_writer(world, "POST", "/fhir/ServiceRequest", json=labelled(EMNE, "psykisk-helse-rus"))
    assert (answer.status_code, answer.json["issue"][0]["details"]["coding"][0]["code"]) == (201, "not-given")
    (tiltak,) = world.municipality("GET", "/kommune/v1/saker/saken").json["tiltak"]
    assert (tiltak["emner"], tiltak["eier"]) == (["psykisk-helse-rus"], {"organisasjon": "sykehuset"})


def test_a_missing_label_removes_no_emne(world: House) -> None:
    """A recipient cannot remove an emne by leaving the label out."""

    def plan(sak: dict[str, Any]) -> None:
        sak["tiltak"] = [{"id": "t1", "status": "aktiv", "tittel": "Samtaler", "emner": ["barnevern"]}]

    write(world, edited(plan))
    read = world.municipality("GET", "/fhir/ServiceRequest/t1")
    body = {**read.json, "meta": {"security": [{"system": EMNE, "code": "skole-ppt"}]}}
    answer = world.municipality(
        "PUT", "/fhir/ServiceRequest/t1", json=body, headers={"If-Match": read.headers["ETag"]}
    )
    assert answer.status_code == 200, answer.json
    (tiltak,) = world.municipality("GET", "/kommune/v1/saker/saken").json["tiltak"]
    assert tiltak["emner"] == ["barnevern", "skole-ppt"]


@pytest.mark.parametrize(
    ("system", "code"), [(HOW, "R"), (HOW, "V"), (ACT, "HIV"), (EMNE, "ukjent"), (EMNE, "alle")]
)
def test_a_label_that_is_not_enforced_is_refused(world: House, system: str, code: str) -> None:
    """A label without an emne is refused, since as residue the label would seem to be enforced."""
    opened(world)
    answer = as_writer(world, "POST", "/fhir/ServiceRequest", json=labelled(system, code))
    assert answer.status_code == 422
    issue = answer.json["issue"][0]
    assert (issue["details"]["coding"][0]["code"], issue["expression"]) == (
        "label-not-heeded",
        ["ServiceRequest.meta.security[0]"],
    )

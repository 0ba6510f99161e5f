"""https://hl7.org/fhir/R4/http.html#create."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.stored import read_stored, render

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

FHIR = {"Content-Type": "application/fhir+json"}
SCHOOL: dict[str, Any] = {
    "resourceType": "Organization",
    "id": "mine",
    "active": True,
    "name": "Bakken skole",
}


def post(house: House, resource: dict[str, Any], **headers: str) -> TestResponse:
    """The municipality's POST."""
    path = f"/fhir/{resource['resourceType']}"
    return house.municipality("POST", path, data=render(resource), headers=FHIR | headers)


def test_a_create_gives_an_id_and_tells_where(house: House) -> None:
    """201 with the resource, an id of ours whatever it said, Location of the version, and ETag."""
    answer = post(house, SCHOOL)
    created = read_stored(answer.data)
    assert answer.status_code == 201
    assert created["id"] != "mine"
    assert (
        answer.headers["Location"] == f"https://adapter.example/fhir/Organization/{created['id']}/_history/1"
    )
    assert answer.headers["ETag"] == 'W/"1"'
    assert "Last-Modified" in answer.headers
    assert read_stored(house.municipality("GET", f"/fhir/Organization/{created['id']}").data) == created


def test_plain_json_is_taken(house: House) -> None:
    """Content-Type application/json, as fhirpy sends it."""
    assert house.municipality("POST", "/fhir/Organization", json=SCHOOL).status_code == 201


def test_minimal_is_location_without_body(house: House) -> None:
    """Prefer: return=minimal gives no body, and Location still tells the id."""
    answer = post(house, SCHOOL, Prefer="return=minimal")
    assert (answer.status_code, answer.data) == (201, b"")
    assert answer.headers["Location"].endswith("/_history/1")
    assert "Content-Type" not in answer.headers


def test_a_refused_create_leaves_nothing(house: House) -> None:
    """What is not valid R4 is 400 with every place, and the store is as it was."""
    answer = post(house, SCHOOL | {"active": "yes", "colour": "red"})
    assert answer.status_code == 400
    places = {issue["expression"][0] for issue in read_stored(answer.data)["issue"]}
    assert places == {"Organization.active", "Organization.colour"}
    assert read_stored(house.municipality("GET", "/fhir/Organization").data)["total"] == 0

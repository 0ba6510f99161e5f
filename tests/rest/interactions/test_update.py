"""https://hl7.org/fhir/R4/http.html#update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored, render

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

TEAM = "/fhir/CareTeam/teamet"
FHIR = {"Content-Type": "application/fhir+json"}


def team(world: House) -> dict[str, Any]:
    """The CareTeam as it stands."""
    return read_stored(world.municipality("GET", TEAM).data)


def put(world: House, resource: dict[str, Any], if_match: str | None, **headers: str) -> TestResponse:
    """The municipality's PUT of a resource to its own address."""
    told = FHIR | headers | ({} if if_match is None else {"If-Match": if_match})
    path = f"/fhir/{resource['resourceType']}/{resource['id']}"
    return world.municipality("PUT", path, data=render(resource), headers=told)


def code(answer: TestResponse) -> str:
    """Our own code of the first issue."""
    found: str = read_stored(answer.data)["issue"][0]["details"]["coding"][0]["code"]
    return found


def test_a_change_makes_a_version(world: House) -> None:
    """200 with the resource as it now is, its new ETag, and no Location."""
    answer = put(world, team(world) | {"name": "Rundt Torill"}, 'W/"1"')
    assert (answer.status_code, answer.headers["ETag"]) == (200, 'W/"2"')
    assert "Location" not in answer.headers
    assert read_stored(answer.data) == team(world)
    assert team(world)["name"] == "Rundt Torill"


def test_what_changes_nothing_makes_no_version(world: House) -> None:
    """A PUT of what was read gives the same ETag and leaves no trace in the history."""
    answer = put(world, team(world), 'W/"1"')
    assert (answer.status_code, answer.headers["ETag"]) == (200, 'W/"1"')
    assert read_stored(world.municipality("GET", f"{TEAM}/_history").data)["total"] == 1


def test_if_match_is_read_as_clients_write_it(world: House) -> None:
    """Weak, strong, list and star: the write goes through if one of them is the version there is."""
    for version, form in enumerate(['W/"{}"', '"{}"', 'W/"99", W/"{}"', "*"], start=1):
        answer = put(world, team(world) | {"name": f"Navn {version}"}, form.format(version))
        assert (answer.status_code, answer.headers["ETag"]) == (200, f'W/"{version + 1}"')


def test_a_write_that_has_not_seen_the_version_is_refused(world: House) -> None:
    """Without If-Match 428, with an old one 412, with what is no tag 400; nothing is changed."""
    before = team(world)
    for if_match, status, expected in (
        (None, 428, "if-match-missing"),
        ('W/"2"', 412, "version-conflict"),
        (f'"{"x" * 8000}"', 412, "version-conflict"),
        ("1", 400, "if-match-invalid"),
        ('*, W/"1"', 400, "if-match-invalid"),
    ):
        answer = put(world, before | {"name": "Ny"}, if_match)
        assert (answer.status_code, code(answer)) == (status, expected)
    assert team(world) == before


def test_what_a_rule_finds_is_told_at_its_element(world: House) -> None:
    """Rules are about the record; the client is told the place in the resource it sent."""
    gone = {"member": {"reference": "PractitionerRole/ingen"}}
    sent = team(world) | {"participant": [*team(world)["participant"], gone]}
    answer = put(world, sent, 'W/"1"')
    (issue,) = read_stored(answer.data)["issue"]
    assert (answer.status_code, code(answer)) == (422, "reference-broken")
    assert issue["expression"] == ["CareTeam.participant[1].member"]


def test_the_municipality_creates_under_an_id_it_chooses(world: House) -> None:
    """201 with Location of the first version; https://hl7.org/fhir/R4/http.html#upsert."""
    organisation = {"resourceType": "Organization", "id": "skolen", "active": True, "name": "Bakken skole"}
    answer = put(world, organisation, None)
    assert answer.status_code == 201
    assert answer.headers["Location"] == "https://adapter.example/fhir/Organization/skolen/_history/1"
    assert (answer.headers["ETag"], read_stored(answer.data)["name"]) == ('W/"1"', "Bakken skole")


def test_a_resource_may_come_and_go_in_xml(world: House) -> None:
    """XML in, XML out, JSON read: one resource."""
    resource = team(world) | {"name": "Rundt Torill & co"}
    answer = world.municipality(
        "PUT",
        TEAM,
        data=xml.render(resource),
        headers={
            "Content-Type": "application/fhir+xml",
            "Accept": "application/fhir+xml",
            "If-Match": 'W/"1"',
        },
    )
    assert answer.status_code == 200
    assert xml.parse(answer.data) == team(world)
    assert team(world)["name"] == "Rundt Torill & co"


@pytest.mark.parametrize("preference", ["minimal", "representation", "OperationOutcome"])
def test_prefer_says_how_much_comes_back(world: House, preference: str) -> None:
    """Nothing, the resource or an OperationOutcome; the ETag always, and Preference-Applied tells which."""
    answer = put(world, team(world) | {"name": "Ny"}, 'W/"1"', Prefer=f"return={preference}")
    assert (answer.status_code, answer.headers["ETag"]) == (200, 'W/"2"')
    assert answer.headers["Preference-Applied"] == f"return={preference}"
    assert ("Content-Location" in answer.headers) == (preference == "representation")
    if preference == "minimal":
        assert answer.data == b""
    elif preference == "OperationOutcome":
        OperationOutcome.model_validate(read_stored(answer.data))
    else:
        assert read_stored(answer.data)["resourceType"] == "CareTeam"


def test_version_and_time_in_the_resource_are_the_servers(world: House) -> None:
    """meta.versionId and meta.lastUpdated that a client sends are not read."""
    sent = team(world) | {"name": "Ny", "meta": {"versionId": "77", "lastUpdated": "1999-01-01T00:00:00Z"}}
    meta = read_stored(put(world, sent, 'W/"1"').data)["meta"]
    assert meta["versionId"] == "2"
    assert meta["lastUpdated"] > "2026"

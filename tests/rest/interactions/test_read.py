"""https://hl7.org/fhir/R4/http.html#read and #cread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.fhir.codec.stored import read_stored

if TYPE_CHECKING:
    from tests.rest.conftest import House


def test_a_read_gives_the_resource_and_its_version(world: House) -> None:
    """ETag is the version, Last-Modified its time, and meta says the same."""
    answer = world.municipality("GET", "/fhir/CareTeam/teamet")
    resource = read_stored(answer.data)
    assert answer.status_code == 200
    assert (resource["resourceType"], resource["id"]) == ("CareTeam", "teamet")
    assert answer.headers["ETag"] == f'W/"{resource["meta"]["versionId"]}"' == 'W/"1"'
    assert answer.headers["Last-Modified"].endswith("GMT")
    assert resource["meta"]["lastUpdated"].endswith("Z")
    assert answer.headers["Vary"] == "Accept, Authorization"


def test_what_the_client_has_is_not_sent_again(world: House) -> None:
    """If-None-Match with the version there is gives 304, its ETag and no body."""
    for tag in ('W/"1"', '"1"', "*", 'W/"7", W/"1"'):
        answer = world.municipality("GET", "/fhir/CareTeam/teamet", headers={"If-None-Match": tag})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", 'W/"1"')
    other = world.municipality("GET", "/fhir/CareTeam/teamet", headers={"If-None-Match": 'W/"2"'})
    assert other.status_code == 200


def test_hidden_and_unknown_are_one_answer(world: House) -> None:
    """What is not shared answers, byte for byte, as what never existed and as what cannot be."""
    paths = [
        "/fhir/CareTeam/odds-team",
        "/fhir/CareTeam/odds-team/_history",
        "/fhir/CareTeam/odds-team/_history/1",
        "/fhir/CareTeam/none",
        "/fhir/CareTeam/none/_history",
        "/fhir/CareTeam/none/_history/1",
        "/fhir/CareTeam/teamet/_history/2",
        "/fhir/CareTeam/teamet/_history/x",
        "/fhir/CareTeam/teamet/_history/99999999999999999999",
        "/fhir/CareTeam/no_id%00",
        f"/fhir/CareTeam/{'x' * 65}",
    ]
    answers = [world.hospital("GET", path) for path in paths]
    seen = {
        (
            answer.status_code,
            answer.data,
            tuple(pair for pair in answer.headers if pair[0] not in {"Date", "X-Request-Id"}),
        )
        for answer in answers
    }
    assert len(seen) == 1
    assert answers[0].status_code == 404


def test_a_recipient_reads_what_is_shared_and_no_more(world: House) -> None:
    """A permit for koordinator gives the CareTeam and a minimal Patient; a stranger gets neither."""
    assert world.hospital("GET", "/fhir/CareTeam/teamet").status_code == 200
    patient = read_stored(world.hospital("GET", "/fhir/Patient/torill").data)
    assert set(patient) <= {"resourceType", "id", "meta", "text", "identifier", "name", "birthDate", "gender"}
    for path in ("/fhir/CareTeam/teamet", "/fhir/Patient/torill"):
        assert world.stranger("GET", path).status_code == 404

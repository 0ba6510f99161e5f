"""Requests at the edges of the doors: other methods, chunked bodies, parts, and numbers in paths."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from adapter.app.requests import LARGEST_BODY

if TYPE_CHECKING:
    from tests.rest.conftest import House

pytestmark = pytest.mark.no_sql
FHIR = {"Content-Type": "application/fhir+json"}
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}


@pytest.mark.parametrize("method", ["FOO", "PROPFIND", "TRACE", "DELETE"])
@pytest.mark.parametrize(
    ("path", "status", "allow"),
    [
        ("/fhir/CareTeam", 405, "GET, HEAD, OPTIONS, POST"),
        ("/fhir/CareTeam/x", 405, "GET, HEAD, OPTIONS, PUT"),
        ("/fhir/metadata", 405, "GET, HEAD, OPTIONS"),
        ("/fhir/CareTeam/$x", 404, None),
        ("/fhir/nope/x/y", 404, None),
        ("/nowhere", 404, None),
    ],
)
def test_every_other_method_gets_the_answer_of_the_table(
    house: House, method: str, path: str, status: int, allow: str | None
) -> None:
    """405 names the methods of the address, and an unknown address is 404, whatever the method."""
    answer = house.municipality(method, path)
    assert (answer.status_code, answer.headers.get("Allow")) == (status, allow)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/fhir/CareTeam", 200), ("/fhir", 200), ("/fhir/CareTeam/$apply", 404), ("/fhir/Basic/1", 404)],
)
def test_options_names_the_methods_of_an_address(house: House, path: str, status: int) -> None:
    """OPTIONS has the Allow of the address and no body; an operation and an unknown address are 404."""
    answer = house.municipality("OPTIONS", path)
    assert answer.status_code == status
    assert ("Allow" in answer.headers) == (status == 200)
    assert bool(answer.data) == (status != 200)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/fhir/CareTeam"),
        ("PUT", "/fhir/CareTeam/x"),
        ("PUT", "/kommune/v1/saker/x"),
        ("POST", "/fhir"),
    ],
)
def test_a_chunked_body_that_is_too_large_is_413_and_never_cut(house: House, method: str, path: str) -> None:
    """A body without a length is refused as one with a length; the beginning is not taken for the whole."""
    whole = b'{"resourceType":"CareTeam","id":"x"}'
    body = io.BytesIO(whole + b" " * LARGEST_BODY)
    answer = house.municipality(
        method,
        path,
        input_stream=body,
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 413, answer.text[:300]


@pytest.mark.parametrize("type_", ["01019012345", {"a": "01019012345"}, "x" * 100_000, None, 5])
def test_a_part_of_no_known_type_is_not_r4(
    house: House, type_: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A body that is tagged SUBSETTED is judged as R4 first; no answer and no log line repeats its type."""
    sent = {"resourceType": type_, "meta": {"tag": [SUBSETTED] * 50}}
    answer = house.municipality("POST", "/fhir/CareTeam", json=sent, headers=FHIR)
    assert answer.status_code == 400
    assert len(answer.data) < 2_000
    assert "01019012345" not in answer.text + capsys.readouterr().out


def test_a_code_stands_once_in_a_log_line(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """A body with a thousand faults of one kind makes a line of bounded length."""
    sent = {"resourceType": "CareTeam", "meta": {"tag": [SUBSETTED] * 1000}}
    assert house.municipality("POST", "/fhir/CareTeam", json=sent, headers=FHIR).status_code == 422
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["result"] == ["only-a-part"]


@pytest.mark.parametrize("version", ["2147483648", "99999999999999999999999", "0"])
def test_a_version_beyond_all_versions_is_unknown(world: House, version: str) -> None:
    """A number no version has is 404 at the municipal door, however large."""
    answer = world.municipality("GET", f"/kommune/v1/saker/saken/versjoner/{version}")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("path", "about"),
    [
        ("/kommune/v1/saker/saken", ["sak/saken"]),
        ("/kommune/v1/saker/saken/versjoner/1", ["sak/saken"]),
        ("/kommune/v1/saker/saken/versjoner", ["sak/saken"]),
        ("/kommune/v1/saker/saken/rest", ["sak/saken"]),
        ("/kommune/v1/saker?antall=1", ["sak/odd-saken"]),
        ("/kommune/v1/endringer", None),
    ],
)
def test_a_read_at_the_municipal_door_is_logged_with_its_records(
    world: House, path: str, about: list[str] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names the records that were told, with their versions."""
    first = world.municipality("GET", "/kommune/v1/saker?antall=1").json["poster"][0]["id"]
    assert world.municipality("GET", path).status_code == 200
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    expected = [f"sak/{first}"] if about == ["sak/odd-saken"] else about
    assert line["about"] == expected
    assert (line["result"] or [""])[0].startswith(expected[0] if expected else "")


@pytest.mark.parametrize("url", ["CareTeam/x_y", "CareTeam/%78", "CareTeam/æ", "CareTeam/x?_format=json"])
def test_an_entry_whose_id_is_none_is_refused_at_its_url(world: House, url: str) -> None:
    """The fault of an address is told at request.url, not at the resource."""
    resource = {"resourceType": "CareTeam", "id": "x"}
    entry = {"resource": resource, "request": {"method": "PUT", "url": url}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    answer = world.municipality("POST", "/fhir", json=bundle, headers=FHIR)
    (issue,) = answer.json["issue"]
    assert issue["expression"] == ["Bundle.entry[0].request.url"]

"""Rules of every address of the FHIR door: formats, refusals, headers, and secrets that stay secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome

from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored
from adapter.fhir.definitions import facts
from adapter.fhir.validation.issues import ERROR_CODES
from adapter.record import parts
from adapter.rest.routes import TYPES
from adapter.security.development import Wish
from tests.rest.world import HOSPITAL_NUMBER, PERSON_NUMBER

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

pytestmark = pytest.mark.no_sql

JSON, XML = "application/fhir+json", "application/fhir+xml"
RESOURCE = {"Content-Type": JSON}


def codes(answer: TestResponse) -> list[str]:
    """The adapter's codes in a refusal of either format, after a check that the OperationOutcome is valid."""
    read = xml.parse if "xml" in answer.content_type else read_stored
    outcome = read(answer.data)
    OperationOutcome.model_validate(outcome)
    for issue in outcome["issue"]:
        assert issue["details"]["coding"][0]["system"] == ERROR_CODES
        assert issue["details"]["text"]
        assert issue["diagnostics"]
    return [issue["details"]["coding"][0]["code"] for issue in outcome["issue"]]


def test_the_served_types_are_the_types_of_the_record_parts() -> None:
    """Every resource type of a part is served, and no other type."""
    assert set(TYPES) == set(parts.TYPES)


REFUSED: list[tuple[str, str, dict[str, str], bytes, int, str]] = [
    ("GET", "/fhir/Observation/x", {}, b"", 404, "address-unknown"),
    ("GET", "/fhir", {}, b"", 405, "method-not-allowed"),
    ("GET", "/fhir/", {}, b"", 405, "method-not-allowed"),
    ("GET", "/fhir//Patient/x", {}, b"", 404, "address-unknown"),
    ("GET", "/fhir/Patient/x/$everything", {}, b"", 404, "operation-unoffered"),
    ("GET", "/fhir/Patient/$match", {}, b"", 404, "operation-unoffered"),
    ("GET", "/fhir/$export", {}, b"", 404, "operation-unoffered"),
    ("POST", "/fhir/$validate", RESOURCE, b"{}", 404, "operation-unoffered"),
    ("GET", "/fhir/CarePlan/$validate", {}, b"", 405, "method-not-allowed"),
    ("GET", "/nowhere", {}, b"", 404, "address-unknown"),
    ("DELETE", "/Patient/x", {}, b"", 404, "address-unknown"),
    ("DELETE", "/fhir/Observation/x", {}, b"", 404, "address-unknown"),
    ("DELETE", "/fhir/Patient/x", {}, b"", 405, "delete-unoffered"),
    ("DELETE", "/fhir/Patient?identifier=x", {}, b"", 405, "delete-unoffered"),
    ("DELETE", "/fhir/Patient/x/_history/1", {}, b"", 405, "method-not-allowed"),
    ("PATCH", "/fhir/Patient/x", {}, b"{}", 405, "patch-unoffered"),
    ("PUT", "/fhir/Patient", {}, b"{}", 405, "conditional-update-unoffered"),
    ("PUT", "/fhir/Patient?identifier=x", RESOURCE, b"{}", 405, "conditional-update-unoffered"),
    ("POST", "/fhir/Patient/x", RESOURCE, b"{}", 405, "method-not-allowed"),
    ("POST", "/fhir/metadata", {}, b"{}", 405, "method-not-allowed"),
    ("GET", "/fhir/Patient/x?_count=1", {}, b"", 400, "parameter-unknown"),
    ("GET", "/fhir/Patient/x?_summary=count", {}, b"", 400, "search-value-invalid"),
    ("GET", "/fhir/Patient/x?_elements=colour", {}, b"", 400, "search-value-invalid"),
    ("GET", "/fhir/Patient/x/_history?_summary=true", {}, b"", 400, "parameter-unknown"),
    ("GET", "/fhir/Patient/x/_history?_count=1", {}, b"", 400, "parameter-unknown"),
    ("GET", "/fhir/Patient?name=%FF", {}, b"", 400, "parameters-unreadable"),
    ("GET", "/fhir/Patient?_format=ttl", {}, b"", 406, "format-unavailable"),
    ("GET", "/fhir/Patient/x", {"Accept": "text/html"}, b"", 406, "format-unavailable"),
    ("POST", "/fhir/Patient", {"Content-Type": "text/plain"}, b"{}", 415, "media-type-unsupported"),
    ("POST", "/fhir/Patient", {}, b"{}", 415, "media-type-unsupported"),
    (
        "POST",
        "/fhir/Patient",
        {**RESOURCE, "Content-Encoding": "gzip"},
        b"{}",
        415,
        "media-type-unsupported",
    ),
    ("POST", "/fhir/Patient/_search", RESOURCE, b"{}", 415, "media-type-unsupported"),
    ("POST", "/fhir/Patient", RESOURCE, b"x" * (5 * 1024 * 1024 + 1), 413, "body-too-large"),
    ("POST", "/fhir/Patient", RESOURCE, b"{", 400, "json-syntax"),
    ("POST", "/fhir/Patient", RESOURCE, b"[]", 400, "json-root"),
    ("POST", "/fhir/Patient", RESOURCE, b'{"resourceType":"CareTeam"}', 400, "type-differs"),
    ("POST", "/fhir/Patient", RESOURCE, b'{"active":true}', 400, "resource-type-missing"),
    ("PUT", "/fhir/Patient/x", RESOURCE, b"{}", 400, "resource-type-missing"),
    ("POST", "/fhir", RESOURCE, b'{"type":"transaction"}', 400, "resource-type-missing"),
    (
        "POST",
        "/fhir/Patient?identifier=x",
        RESOURCE,
        b'{"resourceType":"Patient"}',
        400,
        "parameter-unknown",
    ),
    ("POST", "/fhir/Patient", {**RESOURCE, "If-None-Exist": "a=b"}, b"{}", 400, "condition-unsupported"),
    ("PUT", "/fhir/Patient/x", {**RESOURCE, "If-None-Match": "*"}, b"{}", 400, "condition-unsupported"),
    ("PUT", "/fhir/Patient/x_y", RESOURCE, b'{"resourceType":"Patient","id":"x_y"}', 400, "id-invalid"),
    ("PUT", "/fhir/Patient/x", RESOURCE, b'{"resourceType":"Patient","id":"y"}', 400, "id-differs"),
    ("PUT", "/fhir/Patient/x", RESOURCE, b'{"resourceType":"Patient"}', 400, "id-differs"),
    (
        "PUT",
        "/fhir/Patient/x",
        RESOURCE,
        b'{"resourceType":"Patient","id":"x","a":1}',
        400,
        "element-unknown",
    ),
]
"""Method, path, headers and body; the status and code of the refusal."""


@pytest.mark.parametrize("media_type", [JSON, XML])
def test_a_refusal_is_an_operation_outcome_in_the_requested_format(house: House, media_type: str) -> None:
    """Refusals of address, method, format, type, size and syntax have status, code and both languages."""
    for method, path, headers, body, status, code in REFUSED:
        told = {"Accept": media_type, **headers}
        answer = house.municipality(method, path, headers=told, data=body)
        assert (method, path, answer.status_code, codes(answer)) == (method, path, status, [code])
        assert answer.mimetype == (media_type if status != 406 else JSON)
        assert ("Allow" in answer.headers) == (status == 405)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_refused_delete_names_the_element_and_value_to_set(house: House) -> None:
    """DELETE of each type names an element of the type and a value that R4 allows there."""
    for type_ in TYPES:
        answer = house.municipality("DELETE", f"/fhir/{type_}/x")
        (issue,) = read_stored(answer.data)["issue"]
        told = re.search(rf"Set {type_}\.(\w+) to ([\w-]+) ", issue["diagnostics"])
        assert told, issue["diagnostics"]
        element = facts(type_).elements[told[1]]
        values = next(iter(element.codes.values())) if element.codes else {"true", "false"}
        assert told[2] in values
        assert told[2] == ("false" if told[1] == "active" else "entered-in-error")
        assert f"{type_}.{told[1]} til {told[2]}" in issue["details"]["text"]
        assert "If-Match" in issue["diagnostics"]


def test_an_unsupported_interaction_names_the_alternative(house: House) -> None:
    """The refusal of an unsupported interaction names the alternative in both languages."""
    for method, path, onward in (
        ("PATCH", "CarePlan/x", "PUT"),
        ("PUT", "CarePlan?identifier=x", "PUT to /fhir/CarePlan/<id>"),
        ("POST", "CarePlan/$apply", "/fhir/metadata"),
        ("GET", "CarePlan/x/$everything", "/fhir/metadata"),
    ):
        answer = house.municipality(method, f"/fhir/{path}", headers=RESOURCE, data=b"{}")
        (issue,) = read_stored(answer.data)["issue"]
        assert onward in issue["diagnostics"]
        assert issue["code"] == "not-supported"
        assert onward.replace(" to ", " til ") in issue["details"]["text"]


def test_a_body_without_a_type_is_refused_as_missing_resource_type(house: House) -> None:
    """The refusal says that resourceType is missing, and names the expected type."""
    answer = house.municipality("POST", "/fhir/CareTeam", headers=RESOURCE, data=b'{"status": "active"}')
    (issue,) = read_stored(answer.data)["issue"]
    assert issue["diagnostics"] == (
        "The element resourceType is missing. Send a resource of type “CareTeam”."
    )
    assert (issue["expression"], issue["location"]) == (["CareTeam.resourceType"], ["Line[1] Col[1]"])


def test_every_error_in_a_body_has_its_place(house: House) -> None:
    """One refusal has every error, each with FHIRPath, line and column."""
    body = b'{\n  "resourceType": "CareTeam",\n  "status": "aktiv",\n  "subject": {"reference": 5}\n}'
    answer = house.municipality("POST", "/fhir/CareTeam", headers=RESOURCE, data=body)
    assert answer.status_code == 400
    told = {issue["expression"][0]: issue["location"] for issue in read_stored(answer.data)["issue"]}
    assert told["CareTeam.status"] == ["Line[3] Col[3]"]
    assert told["CareTeam.subject.reference"] == ["Line[4] Col[15]"]


def test_every_invalid_token_gets_the_same_401(house: House) -> None:
    """401 has WWW-Authenticate and the same body, whatever fault the token has."""
    wrong = [
        "",
        "Bearer",
        "Bearer x",
        "Basic YTpi",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        f"Bearer {'x' * 9000}",
    ]
    seen = set()
    for path in ("/fhir/Patient/x", "/fhir/Patient", "/fhir/Patient/x/_history"):
        for headers in ({}, *({"Authorization": sent} for sent in wrong)):
            answer = house.call(None, "GET", path, headers=headers)
            assert (answer.status_code, codes(answer)) == (401, ["auth-required"])
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            seen.add(answer.data)
    assert len(seen) == 1


def test_a_missing_scope_is_403(house: House) -> None:
    """A token without the scope for an interaction is refused with the interaction and the type."""
    wish = Wish("organisasjon", "epj", HOSPITAL_NUMBER, scope="system/CareTeam.r")
    for method, path in (
        ("GET", "/fhir/CareTeam"),
        ("GET", "/fhir/Patient/x"),
        ("POST", "/fhir/CareTeam/_search"),
    ):
        answer = house.call(wish, method, path)
        assert (answer.status_code, codes(answer)) == (403, ["scope-missing"])
    assert house.call(wish, "GET", "/fhir/CareTeam/x").status_code == 404


def test_metadata_needs_no_token(house: House) -> None:
    """/metadata is open to every caller, in both formats, and valid by an independent model of R4."""
    answer = house.call(None, "GET", "/fhir/metadata")
    statement = read_stored(answer.data)
    CapabilityStatement.model_validate(statement)
    assert statement["implementation"]["url"] == "https://adapter.example/fhir"
    in_xml = house.call(None, "GET", "/fhir/metadata?_format=xml")
    assert xml.parse(in_xml.data) == statement
    assert house.call(None, "GET", "/fhir/metadata?mode=full").data == answer.data
    assert house.call(None, "GET", "/fhir/metadata?mode=terminology").status_code == 400


def test_an_answer_has_the_media_type_the_client_asked_for(world: House) -> None:
    """JSON and XML hold the same resource; Content-Type is the requested media type, in UTF-8."""
    path = "/fhir/CareTeam/teamet"
    in_json = world.municipality("GET", path)
    assert in_json.headers["Content-Type"] == "application/fhir+json; charset=utf-8"
    for ask in ({"headers": {"Accept": "text/xml"}}, {"query_string": {"_format": "text/xml"}}):
        in_xml = world.municipality("GET", path, **ask)
        assert in_xml.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert xml.parse(in_xml.data) == read_stored(in_json.data)
    pretty = world.municipality("GET", f"{path}?_pretty=true")
    assert pretty.data.startswith(b'{\n  "resourceType": "CareTeam"')
    assert read_stored(pretty.data) == read_stored(in_json.data)


def test_head_is_get_without_a_body(world: House) -> None:
    """HEAD gives the headers of GET. RFC 9110 § 9.3.2."""
    for path in ("/fhir/CareTeam/teamet", "/fhir/CareTeam", "/fhir/metadata"):
        got, head = world.municipality("GET", path), world.municipality("HEAD", path)
        assert head.data == b""
        for header in ("ETag", "Last-Modified", "Content-Type", "Content-Length"):
            assert head.headers.get(header) == got.headers.get(header)


def test_a_request_id_is_returned(world: House) -> None:
    """The client's X-Request-Id is in the answer, so that the logs of both sides can be compared."""
    answer = world.hospital("GET", "/fhir/CareTeam/none", headers={"X-Request-Id": "abc-1"})
    assert answer.headers["X-Request-Id"] == "abc-1"


def test_an_internal_error_gives_the_request_id_and_nothing_else(
    world: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """500 is an OperationOutcome with the request id, without trace, message or values."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"a fault that quotes {PERSON_NUMBER}")

    monkeypatch.setattr("adapter.rest.answers.resource_bytes", broken)
    answer = world.municipality("GET", "/fhir/CareTeam/teamet", headers={"X-Request-Id": "abc-1"})
    assert (answer.status_code, codes(answer)) == (500, ["fault"])
    assert b"abc-1" in answer.data
    assert b"RuntimeError" not in answer.data
    assert PERSON_NUMBER not in answer.text + capsys.readouterr().out


def test_a_log_line_has_caller_address_versions_and_permit(
    world: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log line has caller, organisation, purpose, interaction, type, id, versions and permit."""
    capsys.readouterr()
    world.hospital("GET", "/fhir/CareTeam/teamet")
    line = read_stored(capsys.readouterr().out.strip().encode())
    told = {name: line[name] for name in ("caller", "organisation", "purpose", "interaction", "type", "id")}
    assert told == {
        "caller": "epj",
        "organisation": HOSPITAL_NUMBER,
        "purpose": "TREAT",
        "interaction": "read",
        "type": "CareTeam",
        "id": "teamet",
    }
    assert line["result"] == ["CareTeam/teamet/_history/1"]
    assert line["permit"] == ["samtykket"]


@pytest.mark.parametrize("path", ["/fhir/Goal/12856812055", "/fhir/Patient/12856812055"])
def test_a_birth_number_as_id_is_refused(world: House, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A birth number as id is refused at the id, and neither the refusal nor the log repeats it."""
    type_, id_ = path.split("/")[2:]
    more = {
        "lifecycleStatus": "active",
        "description": {"text": "Gå"},
        "subject": {"reference": "Patient/torill"},
    }
    body = {"resourceType": type_, "id": id_, **(more if type_ == "Goal" else {})}
    answer = world.municipality("PUT", path, json=body)
    assert answer.status_code == 422
    found = [(one["details"]["coding"][0]["code"], *one["expression"]) for one in answer.json["issue"]]
    assert found == [("birth-number-as-id", type_)]
    assert id_ not in answer.text + capsys.readouterr().out

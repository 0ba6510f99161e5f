"""The doors and the command give the same verdict, and an invalid resource is never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.validation.verdict import validate
from tests.fhir.test_verdict import FAULTS, SCRIPT, URL, doubtful

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

pytestmark = pytest.mark.no_sql

TEAM = "/fhir/CareTeam/teamet"
FHIR = {"Content-Type": "application/fhir+json"}
WRONG: dict[str, dict[str, Any]] = {
    "none": {},
    "unknown element": FAULTS["unknown element"],
    "script": FAULTS["script"],
    "list": {"category": {"text": "x"}},
    "code": {"status": "aktiv"},
}
SCRIPTED = {"status": "generated", "div": SCRIPT}


def _styled(style: str) -> dict[str, Any]:
    """A narrative with a style attribute."""
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><p style="{style}">a</p></div>'
    return {"status": "additional", "div": div}


def stored(world: House) -> dict[str, Any]:
    """The CareTeam as it is stored."""
    return read_stored(world.municipality("GET", TEAM).data)


def issues(answer: TestResponse) -> list[tuple[str, str]]:
    """Severity and code of each issue."""
    told = read_stored(answer.data)["issue"]
    return [(issue["severity"], issue["details"]["coding"][0]["code"]) for issue in told]


@pytest.mark.parametrize("count", [0, 199, 200, 450])
def test_warnings_never_change_the_answer_to_a_write(world: House, count: int) -> None:
    """An invalid PUT or POST is 400 and stores nothing, with or without warnings; a valid one is stored."""
    before = stored(world)
    for fault, changes in WRONG.items():
        for at in (0, 9):
            sent = doubtful({**before, **changes}, count, at)
            body, headers = render(sent), {**FHIR, "If-Match": "*"}
            changed = world.municipality("PUT", TEAM, data=body, headers=headers)
            if fault == "none":
                assert changed.status_code == 200
                continue
            for answer in (changed, world.municipality("POST", "/fhir/CareTeam", data=body, headers=FHIR)):
                assert answer.status_code == 400
                assert {severity for severity, _ in issues(answer)} == {"error"}
    kept = stored(world)
    assert {"foo", "text"}.isdisjoint(kept.keys() - before.keys())
    assert kept["status"] == before["status"]
    assert world.municipality("GET", "/fhir/CareTeam?_format=xml").status_code == 200


def test_warnings_hide_no_error_in_a_transaction(world: House) -> None:
    """A transaction with a script after 300 warnings is 400, and nothing of it is stored."""
    team = doubtful({**stored(world), "text": SCRIPTED}, 300)
    entry = {"resource": team, "request": {"method": "PUT", "url": "CareTeam/teamet"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    answer = world.municipality("POST", "/fhir", data=render(bundle), headers=FHIR)
    assert (answer.status_code, issues(answer)[0]) == (400, ("error", "txt-1"))
    assert b"script" not in world.municipality("GET", TEAM).data


def test_the_door_and_the_command_give_the_same_place(world: House) -> None:
    """An error in a choice or in a primitive's extension has line and column of the key that was sent."""
    sent = {**stored(world), "_status": {"extension": [{"url": "x", "valueCode": "y"}]}}
    sent["note"] = [{"text": "a", "authorString": 1}]
    body, key = render(sent), b'"authorString"'
    headers = {**FHIR, "If-Match": "*"}
    told = read_stored(world.municipality("PUT", TEAM, data=body, headers=headers).data)["issue"]
    found = {issue["expression"][0]: issue["location"] for issue in told}
    known = {one.expression: [f"Line[{one.line}] Col[{one.column}]"] for one in validate(body).errors}
    assert found == known
    assert found["CareTeam.note[0].author"] == [f"Line[1] Col[{body.index(key) + 1}]"]
    assert found["CareTeam.status.extension[0].url"] != ["Line[1] Col[1]"]


IMAGE = "background-image: url(data: image/png;base64,iVBORw0KGgo=)"
LOADED = "background-image: url(https://x.example/a.png)"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"text": _styled(IMAGE)}, 200),
        ({"text": _styled(LOADED)}, 400),
        ({"extension": [{"url": "relative-url", "valueString": "x"}]}, 400),
        ({"extension": [{"url": URL, "extension": [{"url": "navn", "valueString": "x"}]}]}, 200),
        ({"period": {"start": "2026-01-01", "end": "2026-01-01T12:00:00Z"}}, 400),
    ],
)
def test_the_door_accepts_what_the_command_finds_valid(
    world: House, changes: dict[str, Any], status: int
) -> None:
    """A style without a link and an absolute url are valid; a period of uncertain order is not."""
    body = render({**stored(world), **changes})
    answer = world.municipality("PUT", TEAM, data=body, headers={**FHIR, "If-Match": "*"})
    assert answer.status_code == status
    assert validate(body).is_valid == (status == 200)

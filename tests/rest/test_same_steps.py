"""A recipient's write takes the same database steps for a hidden resource as for an unknown one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from adapter.app import create_app
from adapter.fhir.canonical import BASE
from adapter.settings import Settings
from adapter.storage import RecipientReader
from tests.rest.conftest import Clock, House
from tests.rest.world import FNR, OTHER_NUMBER, RECORDS, UNUSED_NUMBER

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from werkzeug.test import TestResponse

BY_NUMBER = {"subject": {"identifier": {"system": FNR, "value": "{number}"}}}
BY_REFERENCE = {"subject": {"reference": "Patient/{person}"}}
GOAL = {"resourceType": "Goal", "lifecycleStatus": "proposed", "description": {"text": "Gå trappa"}}
NEED = {"resourceType": "ServiceRequest", "status": "active", "intent": "proposal", "code": {"text": "Hjelp"}}
PLAN = {"resourceType": "CarePlan", "status": "draft", "intent": "plan"}
CONSENT = {
    "resourceType": "Consent",
    "status": "proposed",
    "scope": {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "treatment"}]
    },
    "category": [{"text": "Samtykke"}],
    "policyRule": {"text": "pbrl § 4-1"},
    "patient": {"identifier": {"system": FNR, "value": "{number}"}},
}
HIDDEN = {"number": OTHER_NUMBER, "person": "odd", "team": "odds-team", "family": "lyngstad"}
UNKNOWN = {"number": UNUSED_NUMBER, "person": "ola", "team": "olas-team", "family": "lyngsund"}
ROWS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a goal of a person by number": ("POST", "/fhir/Goal", {**GOAL, **BY_NUMBER}),
    "a goal of a person by reference": ("POST", "/fhir/Goal", {**GOAL, **BY_REFERENCE}),
    "a need of a person by number": ("POST", "/fhir/ServiceRequest", {**NEED, **BY_NUMBER}),
    "a plan of a person by number": ("POST", "/fhir/CarePlan", {**PLAN, **BY_NUMBER}),
    "a consent of a person by number": ("POST", "/fhir/Consent", CONSENT),
    "a goal in the place of a team": ("PUT", "/fhir/Goal/{team}", {**GOAL, **BY_NUMBER, "id": "{team}"}),
    "a person": ("PUT", "/fhir/Patient/{person}", {"resourceType": "Patient", "id": "{person}"}),
}


class Steps:
    """The statements that a database gets, and the number of steps of its virtual machine."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.count = 0

    def __call__(self) -> int:
        """Count one step, as SQLite's progress handler."""
        self.count += 1
        return 0

    def watch(self, connection: sqlite3.Connection, *_: object) -> None:
        """Count the steps of a connection of the pool."""
        connection.set_trace_callback(self.statements.append)
        connection.set_progress_handler(self, 1)


@pytest.fixture
def watched(migrated_sqlite: Path, tmp_path: Path) -> Iterator[tuple[House, Steps]]:
    """The small municipality on SQLite, and the steps of its database."""
    path = tmp_path / "adapter.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    settings = Settings.from_environment(
        {
            "ADAPTER_DATABASE_URL": f"sqlite:///{path}",
            "ADAPTER_VAR": str(tmp_path / "var"),
            "ADAPTER_BASE_URL": "https://adapter.example",
        }
    )
    clock, steps = Clock(), Steps()
    app = create_app(settings, now=clock)
    store = app.extensions["repository"].store
    house = House(app.test_client(), settings.var, clock)
    for plural, record in RECORDS:
        assert (
            house.municipality("PUT", f"/kommune/v1/{plural}/{record['id']}", json=record).status_code == 201
        )
    event.listen(store._engine, "checkout", steps.watch)
    yield house, steps
    store.close()


def named(template: Any, names: dict[str, str]) -> Any:
    """The template with the names filled in."""
    if isinstance(template, dict):
        return {key: named(value, names) for key, value in template.items()}
    if isinstance(template, list):
        return [named(value, names) for value in template]
    return template.format(**names) if isinstance(template, str) else template


def effort(
    house: House, steps: Steps, row: tuple[str, str, dict[str, Any]], names: dict[str, str]
) -> tuple[int, str, list[str], int]:
    """The answer to a hospital's write, its statements without values, and the number of steps."""
    method, path, body = named(list(row), names)
    steps.statements.clear()
    steps.count = 0
    answer: TestResponse = house.hospital(method, path, json=body)
    shapes = [re.sub(r"'[^']*'|\b\d+\b", "?", statement) for statement in steps.statements]
    return answer.status_code, answer.text, shapes, steps.count


@pytest.mark.parametrize("name", ROWS)
def test_a_hidden_person_takes_the_steps_of_an_unknown_one(watched: tuple[House, Steps], name: str) -> None:
    """Answer, statements and number of steps are the same, so that time does not reveal a hidden person."""
    house, steps = watched
    effort(house, steps, ROWS[name], UNKNOWN)  # the first call compiles the statements
    hidden = effort(house, steps, ROWS[name], HIDDEN)
    assert hidden == effort(house, steps, ROWS[name], UNKNOWN)
    assert hidden[0] in {403, 404, 422}
    assert hidden[2]
    assert hidden[3] > 0


@pytest.mark.parametrize("asked", ["name={family}", "name=Li,{family}&_total=none", "name:contains={family}"])
def test_a_hidden_name_takes_the_steps_of_an_unknown_one(watched: tuple[House, Steps], asked: str) -> None:
    """A search by the name of a hidden person works like one by a name that nobody has."""
    house, steps = watched
    row = ("GET", f"/fhir/Patient?{asked}", {})
    effort(house, steps, row, UNKNOWN)
    hidden, unknown = effort(house, steps, row, HIDDEN), effort(house, steps, row, UNKNOWN)
    assert hidden[1].replace(HIDDEN["family"], UNKNOWN["family"]) == unknown[1]
    assert (hidden[0], *hidden[2:]) == (200, *unknown[2:])
    assert '"entry"' not in hidden[1]
    assert hidden[3] > 0
    seen = effort(house, steps, row, {**HIDDEN, "family": "bakkehaug"})
    assert '"entry"' in seen[1]


def test_a_recipients_reader_has_no_look_up_of_records() -> None:
    """A RecipientReader has queries for publications only."""
    asked = {name for name in vars(RecipientReader) if not name.startswith("_")}
    assert asked == {
        "published",
        "published_history",
        "published_many",
        "published_or_deleted",
        "published_version",
        "search",
    }


ASKED = {
    "a person": {"reference": "Patient/{person}"},
    "a version of a person": {"reference": "Patient/{person}/_history/1"},
    "a resource of another type": {"reference": "CareTeam/{team}"},
}
KIN = f"{BASE}/StructureDefinition/ip-relatedperson"


@pytest.mark.parametrize("name", ASKED)
def test_validate_takes_the_same_steps_for_a_hidden_target(watched: tuple[House, Steps], name: str) -> None:
    """A profile that asks for the target of a reference looks for a hidden one as for an unknown one."""
    house, steps = watched
    kin = {"resourceType": "RelatedPerson", "meta": {"profile": [KIN]}, "patient": ASKED[name]}
    row = ("POST", "/fhir/RelatedPerson/$validate", kin)
    effort(house, steps, row, UNKNOWN)
    hidden = effort(house, steps, row, HIDDEN)
    assert hidden == effort(house, steps, row, UNKNOWN)
    assert hidden[0] == 200
    assert hidden[2]

"""The statements of an interaction, counted by table and kind; never by time."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.rest.conftest import Clock, opened
from tests.rest.world import CASE, CONSENT, RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.rest.conftest import House

GOALS = 20
ANY = {"If-Match": "*"}
_KIND = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|BEGIN|COMMIT|ROLLBACK)\b\s*(\w+)?", re.I)


@pytest.fixture
def counted(migrated_sqlite: Path, tmp_path: Path) -> Iterator[House]:
    """The small municipality with twenty goals in the sak, all given to the hospital."""
    path = tmp_path / "counted.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    goals = [{"id": f"m{n}", "tekst": f"Mål {n}", "status": "aktiv"} for n in range(GOALS)]
    regel = {"id": "r1", "virkning": "tillat", "del": ["koordinator", "team", "mal"]}
    sak = {**CASE, "maal": goals, "samtykker": [{**CONSENT, "regler": [regel]}]}
    with opened(f"sqlite:///{path}", tmp_path, Clock()) as house:
        for base, body in RECORDS:
            record = sak if body is CASE else body
            answer = house.municipality("PUT", f"/kommune/v1/{base}/{body['id']}", json=record)
            assert answer.status_code == 201, answer.json
        yield house


@contextmanager
def statements() -> Iterator[Counter[str]]:
    """Every statement that SQLite gets, by its kind and first table (``SELECT publication``)."""
    found: Counter[str] = Counter()

    before = ""

    def note(sql: str) -> None:
        nonlocal before
        match = _KIND.match(sql)
        kind = match[1].upper() if match else sql.split(maxsplit=1)[0]
        table = (match[2] or "") if match and kind in {"INSERT INTO", "UPDATE", "DELETE FROM"} else ""
        if kind == "SELECT":
            table = re.findall(r"\bFROM (\w+)", sql)[0]
        name = f"{kind} {table}".strip()
        if name != before or not name.startswith("INSERT"):  # the rows of one INSERT are told one by one
            found[name] += 1
        before = name

    def trace(connection: Any, *_: object) -> None:
        connection.set_trace_callback(note)

    event.listen(Engine, "checkout", trace)
    try:
        yield found
    finally:
        event.remove(Engine, "checkout", trace)


def shown(found: Counter[str]) -> dict[str, int]:
    """The statements in the order of their names, without the beginning and end of transactions."""
    return {name: found[name] for name in sorted(found) if name not in {"BEGIN", "COMMIT", "ROLLBACK"}}


def goal(number: int, text: str) -> dict[str, Any]:
    """A goal as a client sends it."""
    return {
        "resourceType": "Goal",
        "id": f"m{number}",
        "lifecycleStatus": "active",
        "description": {"text": text},
        "subject": {"reference": "Patient/torill"},
    }


WRITE = {
    "DELETE FROM publication_key": 1,
    "INSERT INTO blob": 1,
    "INSERT INTO change": 1,
    "INSERT INTO publication": 1,
    "INSERT INTO publication_key": 1,
    "INSERT INTO record_version": 1,
    "INSERT INTO search_index": 1,
    "SELECT blob": 2,
    "SELECT clock": 1,
    "SELECT holder": 2,
    "SELECT permit": 1,
    "SELECT publication": 4,
    "SELECT record": 2,
    "SELECT residue": 1,
    "UPDATE clock": 1,
    "UPDATE publication": 1,
    "UPDATE publication_key": 1,
    "UPDATE record": 1,
}
"""A write of parts that stood: the snapshot is read with 13 statements, and 10 follow under the lock."""


def test_a_read_asks_who_calls_and_what_it_was_given(counted: House) -> None:
    """A read is one statement after the look-up of the caller's organisation."""
    with statements() as found:
        assert counted.hospital("GET", "/fhir/CareTeam/teamet").status_code == 200
    assert shown(found) == {"SELECT publication": 1, "SELECT record_key": 1}


def test_a_search_with_includes_is_two_statements(counted: House) -> None:
    """A page and its includes are one statement each, beside the caller and the secret of page links."""
    with statements() as found:
        answer = counted.hospital("GET", "/fhir/Goal?patient=torill&_include=Goal:patient")
    assert len(answer.json["entry"]) == GOALS + 1
    assert shown(found) == {"SELECT publication": 2, "SELECT record_key": 1, "SELECT secret": 1}


def test_a_put_of_a_changed_part_is_at_most_25_statements(counted: House) -> None:
    """Each table is read and written once, whatever the number of recipients."""
    with statements() as found:
        answer = counted.municipality(
            "PUT", "/fhir/Goal/m3", json=goal(3, "Svømme"), headers={"If-Match": "*"}
        )
    assert answer.status_code == 200
    assert shown(found) == WRITE
    assert sum(WRITE.values()) <= 25


def test_a_put_that_changes_nothing_reads_and_takes_no_lock(counted: House) -> None:
    """The part as it stands is placed, found equal, and read again."""
    for _ in range(2):
        with statements() as found:
            counted.municipality("PUT", "/fhir/Goal/m3", json=goal(3, "Svømme"), headers=ANY)
    read = ("clock", "holder", "record", "residue")
    assert shown(found) == {"SELECT publication": 2, **{f"SELECT {table}": 1 for table in read}}


def test_a_transaction_of_20_has_the_statements_of_one(counted: House) -> None:
    """The entries of a transaction about one sak are read and written together."""
    entries = [
        {
            "resource": goal(number, f"Nytt mål {number}"),
            "request": {"method": "PUT", "url": f"Goal/m{number}", "ifMatch": "*"},
        }
        for number in range(GOALS)
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    with statements() as found:
        assert counted.municipality("POST", "/fhir", json=bundle).status_code == 200
    assert shown(found) == WRITE

"""Silence: neither the answer nor the work of a search depends on hidden resources."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.search.query import parse
from adapter.storage import Store, search_statements
from tests.storage.given import FNR, HOSPITAL, NURSE, T0, WARD, patient, publish, team, to

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALLER = (NURSE, WARD, HOSPITAL, "directory")
QUERIES: list[tuple[str, list[tuple[str, str]]]] = [
    ("CareTeam", []),
    ("CareTeam", [("patient.identifier", f"{FNR}|{{number}}")]),
    ("CareTeam", [("patient.identifier", "{number}"), ("status", "active")]),
    ("CareTeam", [("patient", "{person}")]),
    ("CareTeam", [("participant", "Practitioner/{person}")]),
    ("CareTeam", [("status", "active")]),
    ("CareTeam", [("_id", "t-{person}")]),
    ("CareTeam", [("_lastUpdated", "ge2020")]),
    ("CareTeam", [("_lastUpdated", "ge2020"), ("_sort", "-_lastUpdated")]),
    ("Patient", []),
    ("Patient", [("name", "{family}")]),
    ("Patient", [("name", "{family},{person}")]),
    ("Patient", [("name", "berg")]),
    ("Patient", [("name", "b")]),
    ("Patient", [("name", "{family}"), ("identifier", "{number}")]),
    ("Patient", [("name:exact", "{family}")]),
    ("Patient", [("name:contains", "{family}")]),
    ("Patient", [("name:missing", "true")]),
]


@pytest.fixture
def sqlite_store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Store]:
    """A store on SQLite, whose engine counts its steps.

    Another organisation comes last in every index: where an index ends, SQLite takes one step less.
    """
    path = tmp_path / "adapter.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    opened = Store(f"sqlite:///{path}")
    fill(opened, 98, 99, "organisasjon/youngest")
    yield opened
    opened.close()


def fill(store: Store, first: int, last: int, *recipients: str) -> None:
    """Store saker of people with these serial numbers, published to the municipality and ``recipients``."""
    for serial in range(first, last):
        resources = (
            patient(
                f"p{serial}", f"0181{serial:07d}", name=[{"family": f"Berg{serial:03}", "given": ["Kari"]}]
            ),
            team(
                f"t-p{serial}",
                f"p{serial}",
                participant=[{"member": {"reference": f"Practitioner/p{serial}"}}],
            ),
        )
        wanted = [to(recipient, resource) for recipient in ("kommune", *recipients) for resource in resources]
        publish(store, *wanted, record=f"s{serial}")


@contextmanager
def counted(connection: sqlite3.Connection) -> Iterator[list[int]]:
    """The number of steps SQLite's machine takes inside the block."""
    steps = [0]

    def count() -> int:
        steps[0] += 1
        return 0

    connection.set_progress_handler(count, 1)
    try:
        yield steps
    finally:
        connection.set_progress_handler(None, 1)


def effort(store: Store, person: int) -> list[tuple[int | None, int]]:
    """For each query about a person: the number of matches, and the steps it takes."""
    efforts = []
    for type_, pairs in QUERIES:
        names: dict[str, Any] = {
            "number": f"0181{person:07d}",
            "person": f"p{person}",
            "family": f"Berg{person:03}",
        }
        query = parse(type_, [(name, value.format(**names)) for name, value in pairs])
        with store.read() as reader:
            driver = reader._connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            with counted(driver) as steps:
                found = reader.for_recipients(CALLER, "TREAT", T0).search(query, count=10)
            efforts.append((found.total, steps[0]))
    return efforts


def test_a_search_for_a_hidden_person_works_like_one_for_an_unknown_person(sqlite_store: Store) -> None:
    """A search for a person hidden from the caller takes exactly the steps of one for an unknown person."""
    fill(sqlite_store, 0, 3, HOSPITAL)
    fill(sqlite_store, 100, 103)
    assert effort(sqlite_store, 101) == effort(sqlite_store, 999)
    assert effort(sqlite_store, 1) != effort(sqlite_store, 999)


def test_the_work_of_a_search_does_not_grow_with_hidden_saker(sqlite_store: Store) -> None:
    """Fifty more hidden saker change neither the matches nor the steps."""
    fill(sqlite_store, 0, 3, HOSPITAL)
    before = effort(sqlite_store, 1)
    fill(sqlite_store, 100, 150, "organisasjon/other")
    assert effort(sqlite_store, 1) == before


def test_a_name_that_is_common_among_hidden_people_stays_rare(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How common a name is, which decides how it is searched, is counted among the caller's own people."""
    monkeypatch.setattr("adapter.storage.search.COMMON", 4)
    monkeypatch.setattr("adapter.storage.search_statements.COMMON", 4)
    search_statements.commonness.cache_clear()
    fill(sqlite_store, 0, 3, HOSPITAL)
    before = effort(sqlite_store, 1)
    fill(sqlite_store, 100, 150)
    assert effort(sqlite_store, 1) == before
    fill(sqlite_store, 3, 8, HOSPITAL)
    assert effort(sqlite_store, 101) == effort(sqlite_store, 999)
    search_statements.commonness.cache_clear()

"""A database made by the first schema: every later migration leaves each recipient the answers of before.

``of_0001`` holds it as SQL, for both databases, and the answers its own program gave (``answers.txt``). The
code of that schema made them once: three stories of ``tests/examples`` with what they refer to, by
``Repository.put_record`` a minute apart, on one day; on the next day four more versions of a goal, the goal
by FHIR with an extension (residue), a samtykke withdrawn (closed rows), a samtykke to NAV from 2027-02-01
(a permit to come), a tiltak deleted (tombstone), and a team renamed. The SQL is ``sqlite3``'s ``iterdump``
and ``pg_dump --inserts``, without comments and settings; the answers are those of ``answers.answers``, the
same of both databases. None of the files is made again: a later schema adds a folder of its own.
"""

from __future__ import annotations

import gzip
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from adapter.storage import ChangeNote, Store
from adapter.storage.engine import make_engine
from adapter.storage.migrations import upgrade
from tests.storage.answers import answers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import PostgreSQL

FOLDER = Path(__file__).parent / "of_0001"
KEYS = 488
"""The keys in the register of the first schema: of open, superseded and closed publications."""

LATER = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def first_schema(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The URL of the database of the first schema, at an instant some weeks after its last change."""
    monkeypatch.setattr("time.time_ns", lambda: int(LATER.timestamp()) * 10**9)
    sql = gzip.decompress((FOLDER / f"{request.param}.sql.gz").read_bytes()).decode()
    if request.param == "sqlite":
        with sqlite3.connect(tmp_path / "first.db") as connection:
            connection.executescript(sql)
        yield f"sqlite:///{tmp_path}/first.db"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.create("first")
    with psycopg.connect(url.replace("+psycopg", "")) as opened:
        opened.execute(sql.encode())
    yield url
    server.drop("first")


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    """The rows of a query."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]
    finally:
        engine.dispose()


def told(url: str) -> list[str]:
    """The answers to all recipients, at the instants of the pinned ones."""
    pinned = gzip.decompress((FOLDER / "answers.txt.gz").read_bytes()).decode().splitlines()
    instants = sorted({int(line.split(" ")[2]) for line in pinned})
    recipients = sorted(rows(url, "SELECT DISTINCT recipient, purpose FROM publication"))
    keys = sorted(rows(url, "SELECT DISTINCT type, resource_id FROM publication WHERE type <> '-'"))
    store = Store(url)
    store.check()
    try:
        assert pinned
        return list(answers(store, recipients, keys, instants))  # type: ignore[arg-type]
    finally:
        store.close()


def test_every_recipient_gets_the_answers_of_before(first_schema: str) -> None:
    """Reads, versions, histories and searches, now and at each later boundary, are those of before."""
    upgrade(first_schema)
    pinned = gzip.decompress((FOLDER / "answers.txt.gz").read_bytes()).decode().splitlines()
    assert told(first_schema) == pinned


def test_the_register_keeps_the_keys_of_open_publications_alone(first_schema: str) -> None:
    """Keys of closed publications, and of those superseded long ago, are gone after the upgrade.

    Names became keys later; they are those of open publications too.
    """
    of_open = rows(
        first_schema,
        "SELECT count(*) FROM publication_key k JOIN publication p ON p.id = k.publication"
        " WHERE p.closed_seq IS NULL AND p.to_seq = 4611686018427387904",
    )
    assert rows(first_schema, "SELECT count(*) FROM publication_key") == [(KEYS,)]
    upgrade(first_schema)
    assert rows(first_schema, "SELECT count(*) FROM publication_key WHERE param <> 'name'") == of_open
    assert of_open < [(KEYS,)]
    of_others = rows(
        first_schema,
        "SELECT count(*) FROM publication_key k JOIN publication p ON p.id = k.publication"
        " WHERE p.closed_seq IS NOT NULL OR p.to_seq < 4611686018427387904",
    )
    assert of_others == [(0,)]


def test_a_rebuilt_register_equals_the_upgraded_one(first_schema: str) -> None:
    """The upgrade makes the keys that reindexing makes."""
    every = "SELECT * FROM publication_key ORDER BY recipient, type, param, value, system, publication"
    upgrade(first_schema)
    upgraded = rows(first_schema, every)
    store = Store(first_schema)
    note = ChangeNote("test", None, None, None, "test", "reindex")
    with store.write(note, LATER) as writer:
        writer.reindex()
    store.close()
    assert rows(first_schema, every) == upgraded


def test_reproject_is_due_until_it_is_done(first_schema: str) -> None:
    """The upgrade tells that the publications are of another projection, until they are made anew."""
    assert upgrade(first_schema)
    assert upgrade(first_schema)
    store = Store(first_schema)
    with store.write(ChangeNote("test", None, None, None, "test", "db reproject"), LATER) as writer:
        writer.put_projection()
    store.close()
    assert not upgrade(first_schema)

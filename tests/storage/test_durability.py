"""Durability: an acknowledged write survives a crash, and a database that cannot promise it is refused."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from adapter.errors import Unavailable
from adapter.storage import Store, engine
from adapter.storage.migrations import upgrade
from tests.databases import running_postgresql
from tests.storage.given import HOSPITAL, NOTE, T0, publish, team, to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from adapter.storage import Reader
    from tests.databases import PostgreSQL

WRITER = """
import sys
from tests.storage.given import HOSPITAL, NOTE, T0, change_to, team, to
from adapter.storage import Store
store, name = Store(sys.argv[1]), sys.argv[2]
turn = 0
while True:
    turn += 1
    with store.write(NOTE, T0) as writer:
        writer.put_record("sak", f"{name}-{turn}", 1, {"turn": turn})
        resources = [team(f"{name}-{turn}-{part}", name=f"{turn}") for part in range(5)]
        change_to(writer, [to(HOSPITAL, resource) for resource in resources], f"{name}-{turn}")
    print(f"{name}-{turn}", flush=True)
"""


def codes(error: pytest.ExceptionInfo[Unavailable]) -> list[str]:
    """The codes of the findings of a refusal."""
    return [finding.code for finding in error.value.findings]


def test_a_durable_migrated_database_passes_the_check(store: Store) -> None:
    """A durable, migrated and writable database is ready."""
    store.check()
    assert store.writable()


@pytest.mark.parametrize(
    ("pragma", "setting"),
    [
        ("synchronous=NORMAL", "synchronous"),
        ("journal_mode=DELETE", "journal_mode"),
        ("foreign_keys=OFF", "foreign_keys"),
    ],
)
def test_sqlite_with_an_unsafe_setting_is_refused(
    tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch, pragma: str, setting: str
) -> None:
    """The settings are read back from the connection, and the refusal names the unsafe one."""
    path = tmp_path / "adapter.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    prepare = engine._prepare_sqlite

    def careless(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute(f"PRAGMA {pragma}").close()

    monkeypatch.setattr(engine, "_prepare_sqlite", careless)
    store = Store(f"sqlite:///{path}")
    with pytest.raises(Unavailable) as caught:
        store.check()
    store.close()
    assert codes(caught) == ["database-not-durable"]
    assert setting in caught.value.findings[0].en


def test_a_database_in_memory_is_refused() -> None:
    """A database in memory is lost with the process, so it is refused."""
    store = Store("sqlite://")
    with pytest.raises(Unavailable):
        store.check()
    store.close()


def test_the_options_of_a_postgresql_url_are_kept_beside_our_own(postgresql: PostgreSQL) -> None:
    """`?options=` in the URL sets what the adapter does not set itself; a setting of its own holds."""
    url = postgresql.url("template")
    options = (
        "?options=-c%20statement_timeout%3D1234%20-c%20timezone%3DEurope%2FOslo&options=-c%20work_mem%3D5MB"
    )
    opened = engine.make_engine(url + options)
    with opened.connect() as connection:
        names = ("statement_timeout", "work_mem", "timezone", "lock_timeout")
        found = [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]
    opened.dispose()
    assert found == ["1234ms", "5MB", "UTC", f"{engine.BUSY_SECONDS}s"]


def test_postgresql_with_an_unsafe_setting_is_refused(postgresql: PostgreSQL) -> None:
    """``synchronous_commit=off`` loses the last commits in a crash; the refusal names it."""
    store = Store(postgresql.create("careless", "template"))
    with store._engine.begin() as connection:
        connection.execute(text("ALTER DATABASE careless SET synchronous_commit = off"))
    store.close()
    with pytest.raises(Unavailable) as caught:
        store.check()
    store.close()
    assert codes(caught) == ["database-not-durable"]
    assert "synchronous_commit" in caught.value.findings[0].en


def test_an_unmigrated_database_is_refused(tmp_path: Path) -> None:
    """An empty database gets another code than a database that does not answer."""
    (tmp_path / "new.db").touch()
    store = Store(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(Unavailable) as caught:
        store.check()
    store.close()
    assert codes(caught) == ["database-not-migrated"]


def test_a_missing_database_is_unavailable(tmp_path: Path) -> None:
    """A missing file or server gives 503, and no empty file is made."""
    places = {
        f"sqlite:///{tmp_path}/no #such.db": "database-missing",
        "postgresql://nobody@127.0.0.1:1/none": "database-unavailable",
    }
    for url, code in places.items():
        store = Store(url)
        for act in (store.check, store.read().__enter__, store.write(NOTE, T0).__enter__):
            with pytest.raises(Unavailable) as caught:
                act()
            assert codes(caught) == [code]
        assert not store.writable()
        store.close()
    assert list(tmp_path.iterdir()) == []


def test_a_read_only_database_answers_reads_alone(tmp_path: Path, migrated_sqlite: Path) -> None:
    """A read-only database answers reads, refuses writes as Unavailable, and is not writable."""
    path = tmp_path / "adapter.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    store = Store(f"sqlite:///file:{path}?mode=ro&uri=true")
    with store.read() as reader:
        assert reader.seq() == 0
    assert not store.writable()
    with pytest.raises(Unavailable) as caught:
        store.write(NOTE, T0).__enter__()
    store.close()
    assert codes(caught) == ["database-no-store"]


@contextlib.contextmanager
def writers(url: str, count: int) -> Iterator[tuple[list[subprocess.Popen[str]], list[str]]]:
    """Processes that write as fast as they can, and the ids of acknowledged writes."""
    acknowledged: list[str] = []

    def listen(process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            acknowledged.extend(line.strip() for line in process.stdout)

    serial = f"{time.monotonic_ns()}"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url, f"w{serial}{number}"],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        for number in range(count)
    ]
    listeners = [threading.Thread(target=listen, args=(process,)) for process in processes]
    for listener in listeners:
        listener.start()
    try:
        yield processes, acknowledged
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for listener in listeners:
            listener.join()


def whole(store: Store, acknowledged: list[str]) -> int:
    """Every acknowledged record is there, and every stored record is whole; returns the number of records."""
    with store.read() as reader:
        there = {record.id for record in reader.records("sak", None, 1_000_000)}
        assert set(acknowledged) <= there
        feed = [change.seq for change in reader.changes(0, 1_000_000)]
        assert feed == list(range(1, reader.seq() + 1))
        for id_ in there:
            keys = [("CareTeam", f"{id_}-{part}") for part in range(5)]
            assert len(reader.for_recipients((HOSPITAL,), "TREAT", T0).published_many(keys)) == 5
    return len(there)


@pytest.mark.slow
def test_a_killed_writer_loses_no_acknowledged_record(store: Store, database_url: str) -> None:
    """After kill -9 at random moments, each acknowledged record is there and none is half stored."""
    chance = random.Random(7)  # noqa: S311
    acknowledged: list[str] = []
    for _ in range(8):
        with writers(database_url, 3) as (_, told):
            deadline = time.monotonic() + 20
            while not told and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(chance.uniform(0.005, 0.3))
        acknowledged += told
    assert whole(store, acknowledged) >= len(acknowledged) > 8
    if database_url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.slow
def test_a_postgresql_crash_loses_no_acknowledged_record(tmp_path: Path) -> None:
    """A server killed under load and restarted has lost no write, and the same store serves at once."""
    with running_postgresql() as server:
        url = server.create("crash")
        upgrade(url)
        store = Store(url)
        acknowledged: list[str] = []
        for _ in range(4):
            with writers(url, 2) as (_, told):
                deadline = time.monotonic() + 20
                while len(told) < 20 and time.monotonic() < deadline:
                    time.sleep(0.01)
                server.stop("immediate")
                with pytest.raises(Unavailable), store.read() as reader:
                    reader.seq()
            server.start()
            acknowledged += told
            assert whole(store, acknowledged) >= len(acknowledged)
            publish(store, to(HOSPITAL, team("after")), record="after")
        store.close()
    assert len(acknowledged) >= 80


@pytest.mark.slow
def test_connections_closed_by_a_restart_are_replaced() -> None:
    """Connections that the server closed between requests are replaced, for reads and writes."""
    with running_postgresql() as server:
        url = server.create("restarted")
        upgrade(url)
        store = Store(url)
        for turn in range(2):
            publish(store, to(HOSPITAL, team(name=str(turn))))
            server.stop("fast")
            server.start()
            with store.read() as reader:
                assert reader.seq() == turn + 1
        store.close()


@pytest.mark.slow
def test_a_server_lost_in_the_middle_of_a_request_is_unavailable() -> None:
    """Every request gets 503 while the server is gone; afterwards the same store serves again."""
    with running_postgresql() as server:
        url = server.create("vanished")
        upgrade(url)
        store = Store(url)
        publish(store, to(HOSPITAL, team()))

        def read_one(reader: Reader) -> object:
            return reader.for_recipients((HOSPITAL,), "TREAT", T0).published("CareTeam", "t1")

        def read_all(reader: Reader) -> object:
            return reader.records("sak", None, 5)

        def ask_twice(ask: Callable[[Reader], object]) -> None:
            with store.read() as reader:
                ask(reader)
                server.stop("immediate")
                ask(reader)

        for ask in (read_one, read_all):
            with pytest.raises(Unavailable):
                ask_twice(ask)
            server.start()
            with store.read() as reader:
                ask(reader)
        store.close()

"""The file of a store: what is seen of a moved, replaced or overwritten file, and what is left of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from typing import TYPE_CHECKING

import psycopg
import pytest

from adapter.errors import Unavailable
from adapter.storage import Store
from tests.storage.given import NOTE, T0

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.databases import PostgreSQL


@pytest.fixture
def path(tmp_path: Path, migrated_sqlite: Path) -> Path:
    """A migrated file."""
    copied = tmp_path / "adapter.db"
    shutil.copyfile(migrated_sqlite, copied)
    return copied


@pytest.fixture
def opened(path: Path) -> Iterator[Store]:
    """The store of the file, with one record."""
    store = Store(f"sqlite:///{path}")
    put(store, "a")
    yield store
    store.close()


def put(store: Store, id_: str, then: Callable[[], object] = lambda: None) -> None:
    """Write a record; ``then`` happens before the commit."""
    with store.write(NOTE, T0) as writer:
        writer.put_record("sak", id_, 1, {"id": id_})
        then()


def ids(path: Path) -> list[str]:
    """The ids of the records in a whole file."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [id_ for (id_,) in connection.execute("SELECT id FROM record ORDER BY id")]


def refused(act: Callable[[], object]) -> bool:
    """Tests whether the act is refused because the file is another."""
    with pytest.raises(Unavailable) as caught:
        act()
    return [finding.code for finding in caught.value.findings] == ["database-replaced"]


def by_backup(path: Path, target: Path) -> None:
    """A copy by SQLite's backup API."""
    with contextlib.closing(sqlite3.connect(path)) as one, contextlib.closing(sqlite3.connect(target)) as to:
        one.backup(to)


def by_vacuum(path: Path, target: Path) -> None:
    """A copy by VACUUM INTO."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def test_a_file_renamed_between_begin_and_commit_is_not_written(path: Path, opened: Store) -> None:
    """The write is refused and rolled back, and the renamed file is whole."""
    old = path.with_name("old.db")
    assert refused(lambda: put(opened, "b", lambda: path.rename(old)))
    assert refused(opened.check)
    assert ids(old) == ["a"]


def test_a_file_put_back_is_refused_until_restart(path: Path, opened: Store) -> None:
    """A refused file stays refused when its name is back; a new store serves it."""
    old = path.with_name("old.db")
    path.rename(old)
    assert refused(lambda: put(opened, "b"))
    old.rename(path)
    for _ in range(40):  # more than the pool has connections
        assert refused(lambda: put(opened, "b"))
        assert refused(lambda: opened.read().__enter__())
    assert not opened.writable()
    opened.close()
    again = Store(f"sqlite:///{path}")
    put(again, "c")
    again.close()
    assert ids(path) == ["a", "c"]


@pytest.mark.parametrize("copied", [by_backup, by_vacuum])
def test_a_file_overwritten_by_a_copy_of_itself_is_refused(
    path: Path, opened: Store, copied: Callable[[Path, Path], None]
) -> None:
    """The log is not written into the content that is there now, not even when the store is closed."""
    copied(path, path.with_name("copy.db"))
    put(opened, "b")
    shutil.copyfile(path.with_name("copy.db"), path)
    assert refused(lambda: put(opened, "c"))
    opened.close()
    assert ids(path) == ["a"]


def test_a_file_overwritten_by_its_own_bytes_of_before(path: Path, opened: Store) -> None:
    """Refused when the log has been written into the file since; else the log holds all that is later."""
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)
    put(opened, "b")
    shutil.copyfile(copy, path)
    put(opened, "c")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    assert ids(path) == ["a", "b", "c"]
    put(opened, "d")
    shutil.copyfile(copy, path)
    assert refused(lambda: put(opened, "e"))
    opened.close()
    assert ids(path) == []


def test_a_process_forked_before_sees_what_another_has_seen(path: Path) -> None:
    """A file put back is refused by a worker that has had no request meanwhile."""
    store = Store(f"sqlite:///{path}")
    store.check()
    store.disconnect()
    child = os.fork()
    if not child:
        old = path.with_name("old.db")
        put(store, "b")
        path.rename(old)
        seen = refused(store.check)
        old.rename(path)
        os._exit(0 if seen else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert refused(store.check)
    store.close()


def test_a_store_that_closes_and_opens_again_makes_a_new_log(path: Path, opened: Store) -> None:
    """SQLite removes the log with the last connection, which is no fault."""
    for id_ in "bcd":
        opened.disconnect()
        assert not path.with_name("adapter.db-wal").exists()
        put(opened, id_)
    opened.close()
    assert ids(path) == ["a", "b", "c", "d"]


def test_a_checkpoint_by_another_process_is_no_fault(path: Path, opened: Store) -> None:
    """Other processes of the adapter write the log into the file too."""
    for number in range(3):
        put(opened, f"b{number}")
        other = Store(f"sqlite:///{path}")
        put(other, f"c{number}")
        other.close()
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert len(ids(path)) == 7


def test_a_full_database_is_not_writable_until_a_probe_is_stored(postgresql: PostgreSQL) -> None:
    """PostgreSQL's disk_full at a write is remembered until the clock can be written again."""
    url = postgresql.create("no_room", "template")
    store = Store(url)
    assert store.writable()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$"
        )
        connection.execute(
            "CREATE TRIGGER full_disk BEFORE UPDATE ON clock FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
        with pytest.raises(Unavailable):
            put(store, "a")
        assert not store.writable()
        connection.execute("DROP TRIGGER full_disk ON clock")
    assert store.writable()
    put(store, "a")
    store.close()
    postgresql.drop("no_room")

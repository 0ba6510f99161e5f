"""`ip-adapter db backup` and `db restore`, on real files and a real PostgreSQL."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sqlite3
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from adapter.errors import Unavailable
from adapter.storage import Store
from tests.storage.given import NOTE, T0
from tests.test_cli import _at_home, run

if TYPE_CHECKING:
    from tests.databases import PostgreSQL

__all__ = ["_at_home"]

FIRST_SCHEMA = Path(__file__).parent / "storage" / "of_0001"


@pytest.fixture
def at(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of the database that the commands use."""
    monkeypatch.setenv("ADAPTER_DATABASE_URL", database_url)
    return database_url


def write(url: str, *ids: str) -> None:
    """One record each."""
    store = Store(url)
    for id_ in ids:
        with store.write(NOTE, T0) as writer:
            writer.put_record("sak", id_, 1, {"id": id_})
    store.close()


def content(url: str) -> tuple[str, list[str]]:
    """The epoke and the ids of the records."""
    store = Store(url)
    store.check()
    with store.read() as reader:
        ids = [record.id for record in reader.records("sak", None, 1000)]
    epoke = store.epoke()
    store.close()
    return epoke, ids


def path_of(url: str) -> Path:
    """The file of a SQLite URL."""
    return Path(url.removeprefix("sqlite:///"))


def test_a_backup_is_restored_with_a_new_epoke(at: str, tmp_path: Path) -> None:
    """Writes after the backup are gone, and the epoke is one that the database never had."""
    write(at, "a", "b")
    before, _ = content(at)
    assert run("db", "backup", tmp_path / "kopi") == 0
    write(at, "c")
    epokes = {before}
    for count in (2, 3):
        assert run("db", "restore", tmp_path / "kopi") == 0
        after, ids = content(at)
        assert ids == ["a", "b"]
        epokes.add(after)
        assert len(epokes) == count
        write(at, "d")


def test_a_backup_is_for_its_owner_and_alone(at: str, tmp_path: Path) -> None:
    """The file has mode 0600, nothing unfinished lies beside it, and no file is overwritten."""
    (tmp_path / "kopier").mkdir()
    file = tmp_path / "kopier" / "kopi"
    assert run("db", "backup", file) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    whole = file.read_bytes()
    assert run("db", "backup", file) == 2
    assert file.read_bytes() == whole
    assert [*file.parent.iterdir()] == [file]
    assert run("db", "backup", tmp_path / "ingen" / "kopi") == 2


def test_a_backup_while_writers_write_is_whole(at: str, tmp_path: Path) -> None:
    """Records and changes of a backup made under writes are those of one instant."""
    store, ended = Store(at), threading.Event()

    def work() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            with store.write(NOTE, T0) as writer:
                writer.put_record("sak", f"s{number}", 1, {"id": f"s{number}", "text": "x" * 20_000})

    working = threading.Thread(target=work)
    working.start()
    try:
        for number in range(5):
            assert run("db", "backup", tmp_path / f"kopi-{number}") == 0
    finally:
        ended.set()
        working.join()
        store.close()
    counts = []
    for number in range(5):
        assert run("db", "restore", tmp_path / f"kopi-{number}") == 0
        store = Store(at)
        with store.read() as reader:
            ids = {record.id for record in reader.records("sak", None, 1_000_000)}
            assert ids == {f"s{one}" for one in range(1, reader.seq() + 1)}
        store.close()
        counts.append(len(ids))
    assert counts == sorted(counts)
    assert counts[-1] > 0


def test_a_restore_is_refused_while_the_database_is_in_use(
    at: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A store, and any other program with the database open, is in its way; nothing is changed."""
    write(at, "a")
    assert run("db", "backup", tmp_path / "kopi") == 0
    write(at, "b")
    store = Store(at)
    store.check()
    assert run("db", "restore", tmp_path / "kopi") == 2
    assert "in use" in capsys.readouterr().err
    store.close()
    if at.startswith("sqlite"):
        other: contextlib.AbstractContextManager[object] = contextlib.closing(sqlite3.connect(path_of(at)))
    else:
        other = psycopg.connect(at.replace("+psycopg", ""))
    with other as connection:
        connection.execute("SELECT seq FROM clock").fetchone()  # type: ignore[attr-defined]
        assert run("db", "restore", tmp_path / "kopi") == 2
    assert content(at)[1] == ["a", "b"]
    assert run("db", "restore", tmp_path / "kopi") == 0
    assert content(at)[1] == ["a"]


def test_the_earlier_file_is_kept_with_its_log(tmp_path: Path, migrated_sqlite: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The earlier SQLite file lies beside the restored one, with every write that was in its log alone."""
    path = tmp_path / "adapter.db"
    shutil.copyfile(migrated_sqlite, path)
    monkeypatch.setenv("ADAPTER_DATABASE_URL", f"sqlite:///{path}")
    assert run("db", "backup", tmp_path / "kopi") == 0
    child = os.fork()
    if not child:  # ends as kill -9 does: the log stays
        write_and_die(f"sqlite:///{path}")
    assert os.waitpid(child, 0)[1] == 0
    assert path.with_name("adapter.db-wal").stat().st_size > 0
    assert run("db", "restore", tmp_path / "kopi") == 0
    (kept,) = tmp_path.glob("adapter.db.2*Z")
    assert content(f"sqlite:///{kept}")[1] == ["i-loggen"]
    assert content(f"sqlite:///{path}")[1] == []


def write_and_die(url: str) -> None:
    """Write, and end without closing."""
    with Store(url).write(NOTE, T0) as writer:
        writer.put_record("sak", "i-loggen", 1, {"id": "i-loggen"})
    os._exit(0)


@pytest.mark.parametrize("put_there", [True, False], ids=["replaced", "gone"])
def test_a_log_of_another_file_is_not_read(
    tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch, put_there: bool
) -> None:
    """After a crash, the log of a file that was moved is not read into another; a restore keeps it."""
    path = tmp_path / "adapter.db"
    shutil.copyfile(migrated_sqlite, path)
    monkeypatch.setenv("ADAPTER_DATABASE_URL", f"sqlite:///{path}")
    child = os.fork()
    if not child:
        write_and_die(f"sqlite:///{path}")
    os.waitpid(child, 0)
    path.rename(tmp_path / "old.db")
    if put_there:
        shutil.copyfile(migrated_sqlite, path)
        store = Store(f"sqlite:///{path}")
        with pytest.raises(Unavailable) as caught:
            store.check()
        store.close()
        assert [finding.code for finding in caught.value.findings] == ["database-log-of-another"]
    assert run("db", "restore", migrated_sqlite) == 0
    (log,) = tmp_path.glob("adapter.db.2*Z.log")
    log.rename(tmp_path / "old.db-wal")
    assert content(f"sqlite:///{tmp_path}/old.db")[1] == ["i-loggen"]
    assert content(f"sqlite:///{path}")[1] == []
    assert len([*tmp_path.glob("adapter.db.2*Z")]) == int(put_there)


@pytest.mark.parametrize(
    "bytes_", [b"", b"hei", b"SQLite format 3\0" + b"x" * 5000], ids=["empty", "text", "torn"]
)
def test_what_is_no_backup_is_refused(
    at: str, tmp_path: Path, bytes_: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is no whole backup changes nothing, and is told in one line."""
    write(at, "a")
    (tmp_path / "kopi").write_bytes(bytes_)
    before = content(at)
    assert run("db", "restore", tmp_path / "kopi") == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert content(at) == before
    assert not [*tmp_path.glob("*.unfinished*")]


def test_a_damaged_database_is_replaced_by_a_backup(
    tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that SQLite cannot read is what a backup is for."""
    path = tmp_path / "adapter.db"
    path.write_bytes(b"no database" * 1000)
    monkeypatch.setenv("ADAPTER_DATABASE_URL", f"sqlite:///{path}")
    assert run("db", "restore", migrated_sqlite) == 0
    assert content(f"sqlite:///{path}")[1] == []
    path.unlink()
    assert run("db", "restore", migrated_sqlite) == 0
    assert content(f"sqlite:///{path}")[1] == []


def test_an_older_sqlite_backup_asks_for_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A backup of the first schema is restored, and `db upgrade` is asked for; a newer one is refused."""
    monkeypatch.setenv("ADAPTER_DATABASE_URL", f"sqlite:///{tmp_path}/adapter.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "old")) as connection:
        connection.executescript(gzip.decompress((FIRST_SCHEMA / "sqlite.sql.gz").read_bytes()).decode())
    assert run("db", "restore", tmp_path / "old") == 0
    assert "Run ip-adapter db upgrade" in capsys.readouterr().err
    assert run("db", "upgrade") == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "old")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    capsys.readouterr()
    assert run("db", "restore", tmp_path / "old") == 2
    assert "newer" in capsys.readouterr().err


def test_an_older_dump_is_restored_over_a_newer_schema(
    postgresql: PostgreSQL,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On PostgreSQL too, and the tables that the older schema has not are gone."""
    older = postgresql.create("older")
    newer = postgresql.create("newer", "template")
    sql = gzip.decompress((FIRST_SCHEMA / "postgresql.sql.gz").read_bytes())
    with psycopg.connect(older.replace("+psycopg", "")) as opened:
        opened.execute(sql)
    monkeypatch.setenv("ADAPTER_DATABASE_URL", older)
    assert run("db", "backup", tmp_path / "old") == 0
    monkeypatch.setenv("ADAPTER_DATABASE_URL", newer)
    assert run("db", "restore", tmp_path / "old") == 0
    assert "Run ip-adapter db upgrade" in capsys.readouterr().err
    assert run("db", "upgrade") == 0
    content(newer)
    postgresql.drop("older")
    postgresql.drop("newer")


def test_the_password_is_not_on_the_command_line_and_missing_programs_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`pg_dump` gets the password in the environment; without `pg_dump` the exit code is 2."""
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$PGPASSWORD: $*" > "$(dirname "$0")/told"\n')
    program.chmod(0o755)
    monkeypatch.setenv(
        "ADAPTER_DATABASE_URL", "postgresql://kari:hemmelig@db.example:5433/ip?sslmode=require"
    )
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert run("db", "backup", tmp_path / "kopi") == 0
    password, _, line = (tmp_path / "told").read_text().partition(": ")
    assert password == "hemmelig"
    assert "hemmelig" not in line
    assert all(word in line for word in ("sslmode=require", "db.example", "5433", "user=kari", "dbname=ip"))
    monkeypatch.setenv("PATH", "")
    assert run("db", "backup", tmp_path / "ny") == 2
    assert "pg_dump is not installed" in capsys.readouterr().err

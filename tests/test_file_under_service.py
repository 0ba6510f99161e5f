"""A served SQLite file that is moved, replaced, overwritten or deleted: no acknowledged write is lost."""

from __future__ import annotations

import contextlib
import json
import resource
import shutil
import sqlite3
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.served import command, plain_environment, served

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.served import Served

pytestmark = pytest.mark.slow


def put(running: Served, id_: str) -> int:
    """The status of a PUT of an organisasjon at the municipal door; a 503 names a time to try again."""
    connection = HTTPConnection("127.0.0.1", running.port, timeout=20)
    body = json.dumps({"id": id_, "aktiv": True, "navn": f"Enhet {id_}"})
    headers = {"Content-Type": "application/json", "Connection": "close"}
    connection.request("PUT", f"/kommune/v1/organisasjoner/{id_}", body, headers)
    answer = connection.getresponse()
    answer.read()
    assert (answer.status == 503) == (answer.getheader("Retry-After") is not None)
    return answer.status


def ids(path: Path) -> set[str]:
    """The ids in a database file, which must be whole."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {id_ for (id_,) in connection.execute("SELECT id FROM record")}


def moved_and_replaced(path: Path) -> None:
    """`mv adapter.db old.db; cp backup.db adapter.db`."""
    path.rename(path.with_name("old.db"))
    shutil.copyfile(path.with_name("backup.db"), path)


def replaced(path: Path) -> None:
    """`ln adapter.db old.db; mv backup.db adapter.db`."""
    path.with_name("old.db").hardlink_to(path)
    path.with_name("backup.db").rename(path)


def renamed(path: Path) -> None:
    """`mv adapter.db old.db`."""
    path.rename(path.with_name("old.db"))


def deleted_logs(path: Path) -> None:
    """`rm adapter.db-wal adapter.db-shm`."""
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink()


def overwritten(path: Path) -> None:
    """`cp backup.db adapter.db`, into the same inode."""
    shutil.copyfile(path.with_name("backup.db"), path)


def overwritten_without_logs(path: Path) -> None:
    """`cp backup.db adapter.db; rm adapter.db-wal adapter.db-shm`."""
    overwritten(path)
    deleted_logs(path)


KEPT_IN: list[tuple[Callable[[Path], None], str | None]] = [
    (moved_and_replaced, "old.db"),
    (replaced, "old.db"),
    (renamed, "old.db"),
    (deleted_logs, "adapter.db"),
    (overwritten, None),
    (overwritten_without_logs, None),
]
"""The changes to the file, each with the file that must then hold every acknowledged write."""


@pytest.mark.parametrize(("happens", "kept_in"), KEPT_IN, ids=lambda one: getattr(one, "__name__", ""))
def test_a_file_that_is_no_longer_the_file(
    tmp_path: Path, happens: Callable[[Path], None], kept_in: str | None
) -> None:
    """No write is acknowledged after it, /readyz is not ready at once, and both files are whole."""
    environment = plain_environment(tmp_path, ADAPTER_AUTH="open", ADAPTER_WORKERS="2")
    command(environment, "db", "upgrade")
    path = tmp_path / "adapter.db"
    with served(environment) as running:
        before = {id_ for id_ in map("foer-{}".format, range(6)) if put(running, id_) == 201}
        command(environment, "db", "backup", tmp_path / "backup.db")
        between = {id_ for id_ in map("mellom-{}".format, range(6)) if put(running, id_) == 201}
        assert len(before | between) == 12
        happens(path)
        after = [put(running, f"etter-{number}") for number in range(12)]
        assert after == [503] * 12
        for _ in range(4):
            status, body = running.get("/readyz")
            assert status == 503
            assert json.loads(body)["reasons"] == ["database-replaced"]
            assert running.get("/kommune/v1/organisasjoner")[0] == 503
    if kept_in is not None:
        assert ids(tmp_path / kept_in) == before | between
    if path.exists() and kept_in != path.name:
        assert ids(path) == before
        with served(environment) as again:
            assert put(again, "ny") == 201
        assert ids(path) == before | {"ny"}


def workers(running: Served) -> list[int]:
    """The processes that answer requests."""
    pid = running.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc and prlimit of Linux")
def test_a_full_disk_is_not_ready_until_there_is_room(tmp_path: Path) -> None:
    """After a write that finds no room, /readyz of every worker is 503 until a probe is stored."""
    environment = plain_environment(tmp_path, ADAPTER_AUTH="open", ADAPTER_WORKERS="2")
    command(environment, "db", "upgrade")
    with served(environment) as running:
        assert [put(running, f"a{number}") for number in range(4)] == [201] * 4
        full = (tmp_path / "adapter.db-wal").stat().st_size
        for pid in workers(running):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
        assert put(running, "b") == 503
        for _ in range(6):
            status, body = running.get("/readyz")
            assert (status, json.loads(body)["reasons"]) == (503, ["database-not-writable"])
            assert running.get("/kommune/v1/organisasjoner")[0] == 200
        for pid in workers(running):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        assert running.get("/readyz")[0] == 200
        assert put(running, "b") == 201


def test_a_restore_is_refused_while_the_service_has_had_no_request(tmp_path: Path) -> None:
    """The service holds the file from its start to its end, also without a connection."""
    environment = plain_environment(tmp_path, ADAPTER_AUTH="open", ADAPTER_WORKERS="1")
    command(environment, "db", "upgrade")
    with served(environment) as running:
        assert put(running, "a") == 201
        command(environment, "db", "backup", tmp_path / "kopi")
        running.stop()
    with served(environment) as running:
        with pytest.raises(AssertionError, match="in use"):
            command(environment, "db", "restore", tmp_path / "kopi")
        assert put(running, "b") == 201
    command(environment, "db", "restore", tmp_path / "kopi")
    with served(environment) as running:
        assert put(running, "b") == 201
    assert ids(tmp_path / "adapter.db") == {"a", "b"}

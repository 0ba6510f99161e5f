"""The identity of a SQLite file: its place on the disk, and the name and state stored in the file."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from sqlalchemy import URL

_SELECT_CONTENT = "SELECT epoke, (SELECT schema_version FROM pragma_schema_version), seq FROM clock"


class Place(NamedTuple):
    """The answers of ``stat`` for the file and its two side files; an inode is 0 for a missing side file."""

    device: int
    inode: int
    size: int
    time: int
    log: int
    log_index: int


class Content(NamedTuple):
    """The values stored in the file, without its log: the epoke, the schema and the last change."""

    epoke: str
    schema: int
    seq: int


def path_of(url: URL) -> Path | None:
    """The path of a SQLite file; None for a database in memory or on a server."""
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or ":memory:" in f":{name}:{url.query.get('mode')}:":
        return None
    if "uri" in url.query:
        name = unquote(name.removeprefix("file:").partition("?")[0])
        name = name.removeprefix("//") if name.startswith("///") else name
    return Path(name).absolute()


def place(path: Path) -> Place | None:
    """The place of a file, None if it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return Place(
        found.st_dev,
        found.st_ino,
        found.st_size,
        found.st_mtime_ns,
        inode(f"{path}-wal"),
        inode(f"{path}-shm"),
    )


def inode(path: Path | str) -> int:
    """The inode of a file, 0 if it is not there."""
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def content(path: Path) -> Content | None:
    """The content of the file itself; None if it holds no such database.

    SQLite opens it: a file descriptor of our own would free SQLite's locks when it is closed
    (https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
    """
    with contextlib.suppress(sqlite3.Error):
        address = f"file:{quote(str(path))}?immutable=1&mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            return Content(*connection.execute(_SELECT_CONTENT).fetchone())
    return None

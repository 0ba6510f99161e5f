"""Backup of a database that may be in use, to one file: SQLite's backup API, or ``pg_dump``.

SQLite's backup reads one snapshot while writers go on (https://sqlite.org/backup.html); a dump in the custom
format does the same (https://www.postgresql.org/docs/current/app-pgdump.html).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import uuid
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from adapter.storage import postgresql_programs
from adapter.storage.database_file import watched
from adapter.storage.engine import make_engine
from adapter.storage.file_identity import path_of
from adapter.storage.postgresql_programs import CannotRun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def backup(url: str, file: Path) -> None:
    """Copy the database at a SQLAlchemy URL to a new file, which only its owner can read.

    A copy of SQLite has an epoke of its own, so that it never passes for the database it was made of.

    Raises:
        CannotRun: the file exists, or the copy cannot be made or written.
        Unavailable: the database cannot be reached.
    """
    if file.exists() or file.is_symlink():
        raise CannotRun(f"{file} exists already. Name a file that does not exist.")
    try:
        with _whole(file) as unfinished:
            if path_of(make_url(url)) is None:
                postgresql_programs.dump(url, unfinished)
            else:
                _copy(url, unfinished)
    except (OSError, sqlite3.Error) as error:
        raise CannotRun(f"{file} cannot be written: {error}") from error


@contextlib.contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """An empty file beside ``file``, which gets its name when it is filled and on the disk."""
    unfinished = file.with_name(f"{file.name}.{uuid.uuid4().hex}.unfinished")
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield unfinished
        sync(unfinished)
        if file.exists():
            raise CannotRun(f"{file} exists already. Name a file that does not exist.")
        unfinished.rename(file)
        sync(file.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _copy(url: str, unfinished: Path) -> None:
    engine = make_engine(url)
    file = watched(engine)
    connection = engine.raw_connection()
    try:
        with contextlib.closing(sqlite3.connect(unfinished)) as target:
            source = connection.driver_connection
            if not isinstance(source, sqlite3.Connection):
                raise TypeError(source)
            source.backup(target)
            rename_epoke(target)
    finally:
        connection.close()
        file.before_close()
        engine.dispose()
        file.release()


def rename_epoke(database: sqlite3.Connection) -> None:
    """Give a copy an epoke of its own, if its schema has one, and make it one file without a log."""
    with database:
        if any(name == "epoke" for _, name, *_ in database.execute("PRAGMA table_info(clock)")):
            database.execute("UPDATE clock SET epoke = ?", (str(uuid.uuid4()),))
    database.execute("PRAGMA journal_mode=DELETE").close()

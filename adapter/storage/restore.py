"""Restore of a backup in place of a database that nothing uses; the restored database has a new epoke.

The backup is copied beside the database, checked and given its epoke there; then it takes the place by one
rename. The database before it is kept beside it, with its log written into it.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, make_url, text

from adapter.storage import postgresql_programs, serving_lock
from adapter.storage.backup import rename_epoke, sync
from adapter.storage.engine import USERS_LOCK
from adapter.storage.file_identity import path_of
from adapter.storage.postgresql_programs import CannotRun
from adapter.storage.tables import SCHEMA, metadata

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

_IN_USE = "The database is in use. Stop the service and every other program that has it open, then try again."
_WITH_EPOKE = "0003"
"""The first schema whose clock has an epoke; the migration to it makes one."""


class Restored:
    """The result of a restore: whether the schema is an older one, and where the earlier database is.

    ``log`` is a log (``-wal``) that was left beside the database by a file that is no longer there.
    """

    def __init__(self, schema: str, kept: Path | None = None, log: Path | None = None) -> None:
        self.is_older = schema < SCHEMA
        self.kept = kept
        self.log = log


def restore(url: str, file: Path) -> Restored:
    """Put a backup in the place of the database at a SQLAlchemy URL, all or nothing.

    Raises:
        CannotRun: the database is in use, or the file is no whole backup of a schema that is known here.
    """
    path = path_of(make_url(url))
    if path is None:
        return _restore_postgresql(url, file)
    try:
        with serving_lock.hold_alone(path) as is_free:
            if not is_free:
                raise CannotRun(_IN_USE)
            return _restore_sqlite(path, file)
    except OSError as error:
        raise CannotRun(f"The database cannot be restored: {error}") from error


def _restore_sqlite(path: Path, file: Path) -> Restored:
    if path.exists() and file.samefile(path):
        raise CannotRun(f"{file} is the database itself. Name a backup.")
    coming = path.with_name(f"{path.name}.{uuid.uuid4().hex}.unfinished")
    try:
        os.close(os.open(coming, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        schema = _copied(file, coming)
        if path.exists():
            was = path.stat()
            os.chown(coming, was.st_uid, was.st_gid)
            coming.chmod(was.st_mode)
        sync(coming)
        return Restored(schema, *_put_in_place(coming, path))
    finally:
        for end in ("", "-journal"):
            coming.with_name(coming.name + end).unlink(missing_ok=True)


def _copied(file: Path, coming: Path) -> str:
    """Copy a backup, check the copy, and give it its epoke; returns the version of its schema."""
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source,
            contextlib.closing(sqlite3.connect(coming)) as target,
        ):
            source.backup(target)
            faults = [
                *target.execute("PRAGMA integrity_check(1)"),
                *target.execute("PRAGMA foreign_key_check"),
            ]
            if faults != [("ok",)]:
                raise CannotRun(f"{file} is damaged: {faults[0][0]}. Restore another backup.")
            (schema,) = target.execute("SELECT version_num FROM alembic_version").fetchone()
            _check_schema(schema, file)
            rename_epoke(target)
    except (sqlite3.Error, TypeError) as error:
        raise CannotRun(f"{file} is not a backup of an adapter's database: {error}") from error
    return str(schema)


def _check_schema(schema: str | None, file: Path) -> None:
    if schema is None or not re.fullmatch(r"[0-9]{4}", schema):
        raise CannotRun(f"{file} is not a backup of an adapter's database. Name another file.")
    if schema > SCHEMA:
        raise CannotRun(f"{file} has schema {schema}, newer than {SCHEMA}. Restore it with a newer version.")


def _put_in_place(coming: Path, path: Path) -> tuple[Path | None, Path | None]:
    """Rename the copy to the database's name; returns the earlier database, and a log that is not its own.

    The earlier database stays whole: its log is written into it, or kept beside it where it is damaged.
    """
    log, log_index = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    kept = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    stray = None
    if serving_lock.has_log_of_another(path):
        stray = kept.with_name(f"{kept.name}.log")
    elif path.exists():
        _fold(path)
    if path.exists():
        if serving_lock.is_open(path):
            raise CannotRun(_IN_USE)
        kept.hardlink_to(path)
    if log.exists():
        log.rename(stray or kept.with_name(f"{kept.name}-wal"))
    log_index.unlink(missing_ok=True)
    sync(path.parent)
    coming.rename(path)
    sync(path.parent)
    return kept if kept.exists() else None, stray


def _fold(path: Path) -> None:
    """Write a database's log into it and remove the log, which only its sole user can do."""
    with contextlib.closing(sqlite3.connect(path, timeout=0)) as database:
        try:
            database.execute("PRAGMA journal_mode=DELETE").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise CannotRun(_IN_USE) from error
        except sqlite3.DatabaseError:
            return


def _restore_postgresql(url: str, file: Path) -> Restored:
    """Restore a dump in one transaction, while no other connection to the database can be made."""
    schema = postgresql_programs.dumped_schema(file)
    _check_schema(schema, file)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            _take_alone(connection)
            tables = ", ".join(f'"{name}"' for name in ("alembic_version", *metadata.tables))
            named = f"UPDATE clock SET epoke = '{uuid.uuid4()}'"  # noqa: S608 - psql takes no parameters
            postgresql_programs.restore(
                url,
                file,
                before=(f"DROP TABLE IF EXISTS {tables} CASCADE",),
                after=(named,) if str(schema) >= _WITH_EPOKE else (),
            )
    finally:
        engine.dispose()
    return Restored(str(schema))


def _take_alone(connection: Connection) -> None:
    """Refuse a database with another connection, and let the service make none until this one is closed."""
    alone = connection.execute(text(f"SELECT pg_try_advisory_lock({USERS_LOCK})")).scalar_one()
    others = connection.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    ).scalar_one()
    if not alone or others:
        raise CannotRun(_IN_USE)

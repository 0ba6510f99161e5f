"""The store: the read and write transactions of a database, SQLite or PostgreSQL.

A reader sees one snapshot from its first query to its last. There is one writer at a time, because a writer
takes the clock first (SQLite: the write lock; PostgreSQL: the clock's row) and holds it to commit; so the
reads of a writer are still true when it writes, and changes are numbered in the order they commit.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adapter.errors import IssueType, Message, Unavailable
from adapter.storage import changes
from adapter.storage.engine import BUSY_SECONDS, check_durability, make_engine, reading, transaction, writing
from adapter.storage.instants import to_micros
from adapter.storage.publications import Tick
from adapter.storage.reader import Reader
from adapter.storage.tables import SCHEMA
from adapter.storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from adapter.storage.values import ChangeNote

NOT_MIGRATED = Message(
    "database-not-migrated",
    IssueType.NO_STORE,
    nb="Databasen har skjema {found}, men programmet krever {wanted}. Kjør ip-adapter db upgrade.",
    en="The database has schema {found}, but the program needs {wanted}. Run ip-adapter db upgrade.",
)
MISSING = Message(
    "database-missing",
    IssueType.NO_STORE,
    nb="Databasefilen finnes ikke eller kan ikke åpnes. Kjør ip-adapter db upgrade for å lage den.",
    en="The database file does not exist or cannot be opened. Run ip-adapter db upgrade to create it.",
)
UNREACHABLE = Message(
    "database-unavailable",
    IssueType.TRANSIENT,
    nb="Databasen svarer ikke nå. Prøv igjen.",
    en="The database does not answer now. Try again.",
)
BUSY = Message(
    "database-busy",
    IssueType.LOCK_ERROR,
    nb="Databasen er opptatt med andre skrivinger. Prøv igjen.",
    en="The database is busy with other writes. Try again.",
)
FULL = Message(
    "database-no-store",
    IssueType.NO_STORE,
    nb="Databasen kan ikke skrive nå, så endringen er ikke lagret. Varsle driften av tjenesten.",
    en="The database cannot write now, so the change is not stored. Notify the operator of the service.",
)


class Store:
    """The database behind a SQLAlchemy URL; threads may share it."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url)
        self._reading = reading(self._engine)
        self._writing = writing(self._engine)
        self._turn = threading.Lock()

    def check(self) -> None:
        """Refuse a database that may lose an acknowledged write, or has another schema than this program.

        Raises:
            Unavailable: each fault is named.
        """
        with _translated(), transaction(self._reading) as (connection, _):
            check_durability(connection)
            found = "-"
            if inspect(connection).has_table("alembic_version"):
                version = connection.execute(text("SELECT version_num FROM alembic_version"))
                found = version.scalar_one_or_none() or "-"
            if found != SCHEMA:
                raise Unavailable(NOT_MIGRATED.at(found=found, wanted=SCHEMA))

    def writable(self) -> bool:
        """Can a write begin now?"""
        try:
            with transaction(self._writing) as (connection, begun):
                if connection.dialect.name == "postgresql":
                    read_only = connection.execute(text("SHOW transaction_read_only")).scalar_one()
                    return bool(read_only == "off")
                connection.execute(text("UPDATE clock SET seq = seq"))
                begun.rollback()
        except (OperationalError, InterfaceError, PoolTimeout):
            return False
        return True

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A snapshot to read from.

        Raises:
            Unavailable: the database cannot be reached.
        """
        with _translated(), transaction(self._reading) as (connection, _):
            yield Reader(connection)

    @contextmanager
    def write(self, note: ChangeNote, at: datetime) -> Iterator[Writer]:
        """A transaction to write in: committed on leaving, rolled back by an exception.

        A transaction without writes is rolled back too: a write that changes nothing leaves no trace, not
        even a change number.

        Args:
            note: the caller and interaction, stored with the change.
            at: the instant of the change; ``Writer.at`` is later if the last change was later.

        Raises:
            Unavailable: the database cannot be reached, written to, or is busy for too long.
        """
        with self._in_turn(), _translated(), transaction(self._writing) as (connection, begun):
            writer = Writer(connection, note, Tick(*changes.tick(connection, to_micros(at))))
            yield writer
            if not writer.has_written:
                begun.rollback()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Queue the threads of this process: SQLite gives its write lock in no fair order."""
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise Unavailable(BUSY.at())
        try:
            yield
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close every connection of the pool."""
        self._engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn a database error into Unavailable, which reveals neither the query nor its values."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise Unavailable(_cause(error).at()) from error


def _cause(error: SQLAlchemyError) -> Message:
    """The message for a database error, by the database's own error code."""
    origin = getattr(error, "orig", None)
    name = getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None) or ""
    return next((message for prefix, message in _CAUSES.items() if name.startswith(prefix)), UNREACHABLE)


_CAUSES = {
    "SQLITE_CANTOPEN": MISSING,
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "55P03": BUSY,  # lock_not_available
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": FULL,
    "SQLITE_IOERR": FULL,
    "53": FULL,  # insufficient resources
    "25006": FULL,  # read_only_sql_transaction
}

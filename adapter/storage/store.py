"""The store: the read and write transactions of a database, SQLite or PostgreSQL.

A reader sees one snapshot from its first query to its last. There is one writer at a time, because a writer
takes the clock first (SQLite: the write lock; PostgreSQL: the clock's row) and holds it to commit; so the
reads of a writer are still true when it writes, and changes are numbered in the order they commit.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adapter.errors import IssueType, Message, Unavailable
from adapter.storage import changes
from adapter.storage.database_file import watched
from adapter.storage.engine import BUSY_SECONDS, check_durability, make_engine, reading, transaction, writing
from adapter.storage.file_identity import path_of
from adapter.storage.instants import to_micros
from adapter.storage.publications import Tick
from adapter.storage.reader import Reader
from adapter.storage.tables import SCHEMA
from adapter.storage.turn import Turn
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
DAMAGED = Message(
    "database-damaged",
    IssueType.NO_STORE,
    nb="Databasefilen er skadet. Stopp tjenesten, og legg tilbake en sikkerhetskopi med ip-adapter db "
    "restore.",
    en="The database file is damaged. Stop the service, and restore a backup with ip-adapter db restore.",
)

_ROOM = 1024 * 1024
"""The bytes that must be free, after a write has failed, before the database counts as writable again."""


class Store:
    """The database behind a SQLAlchemy URL; threads may share it."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url)
        self._file = watched(self._engine)
        self._reading = reading(self._engine)
        self._writing = writing(self._engine)
        self._turn = Turn(path_of(self._engine.url))

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
        """Can a write begin now? After a write that failed for want of space, a probe must be stored too."""
        failed = self._file.cannot_write
        try:
            with transaction(self._writing) as (connection, begun):
                if connection.dialect.name == "postgresql":
                    read_only = connection.execute(text("SHOW transaction_read_only")).scalar_one()
                    if read_only != "off":
                        return False
                if failed or connection.dialect.name == "sqlite":
                    connection.execute(text("UPDATE clock SET seq = seq"))
                if not failed:
                    begun.rollback()
            if failed:
                self._file.cannot_write = not self._file.has_room(_ROOM)
        except (DatabaseError, InterfaceError, PoolTimeout, Unavailable):
            return False
        return not self._file.cannot_write

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
        with self._in_turn(), self._remembered(), _translated():
            with transaction(self._writing) as (connection, begun):
                writer = Writer(connection, note, Tick(*changes.tick(connection, to_micros(at))))
                yield writer
                if not writer.has_written:
                    begun.rollback()
            self._file.check()
            if writer.has_written:
                self._file.cannot_write = False

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Wait for the turn of this writer."""
        with ExitStack() as stack:
            try:
                stack.enter_context(self._turn.taken(BUSY_SECONDS))
            except TimeoutError as error:
                raise Unavailable(BUSY.at()) from error
            yield

    @contextmanager
    def _remembered(self) -> Iterator[None]:
        """Note that the database cannot write, for :meth:`writable`."""
        try:
            yield
        except Unavailable as error:
            if any(finding.code == FULL.code for finding in error.findings):
                self._file.cannot_write = True
            raise

    def epoke(self) -> str:
        """The name of the database between two restores; numbers of changes compare within one alone.

        Raises:
            Unavailable: the database cannot be reached.
        """
        with _translated(), transaction(self._reading) as (connection, _):
            return changes.epoke(connection)

    def disconnect(self) -> None:
        """Close every connection of the pool, and keep the file from being restored: before a fork."""
        self._file.before_close()
        self._engine.dispose()
        self._turn.close()

    def close(self) -> None:
        """Close every connection of the pool, and let go of the file."""
        self.disconnect()
        self._file.release()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn a database error into Unavailable, which reveals neither the query nor its values."""
    try:
        yield
    except (DatabaseError, InterfaceError, PoolTimeout) as error:
        cause = _cause(error)
        if cause is None:
            raise
        raise Unavailable(cause.at()) from error


def _cause(error: SQLAlchemyError) -> Message | None:
    """The message for a database error, by the database's own error code; None for a fault of the program."""
    origin = getattr(error, "orig", None)
    name = getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None) or ""
    other = UNREACHABLE if isinstance(error, OperationalError | InterfaceError | PoolTimeout) else None
    return next((message for prefix, message in _CAUSES.items() if name.startswith(prefix)), other)


_CAUSES = {
    "SQLITE_CANTOPEN": MISSING,
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "55P03": BUSY,  # lock_not_available
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": FULL,
    "SQLITE_IOERR": FULL,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
    "53": FULL,  # insufficient resources
    "25006": FULL,  # read_only_sql_transaction
}

"""The database engine, and the check of its durability: an acknowledged write must survive a power cut.

SQLite's ``synchronous=NORMAL`` loses acknowledged commits at a power cut although it survives ``kill -9``,
so FULL is set on every connection and read back at start (https://sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from adapter.errors import IssueType, Message, Unavailable
from adapter.storage.compiled import on_driver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine, RootTransaction

BUSY_SECONDS = 5
"""The seconds a writer waits for the writer before it."""

USERS_LOCK = 4_812_002
"""PostgreSQL's advisory lock that each connection holds shared, and a restore holds alone."""

NOT_DURABLE = Message(
    "database-not-durable",
    IssueType.NO_STORE,
    nb="Databasen har {setting}={found}, så kvitterte endringer kan gå tapt. Sett {setting}={wanted}.",
    en="The database has {setting}={found}, so acknowledged changes could be lost. Set {setting}={wanted}.",
)
TOO_OLD = Message(
    "database-too-old",
    IssueType.NO_STORE,
    nb="Databasen er {found}, som er for gammel. Oppgrader til {wanted} eller nyere.",
    en="The database is {found}, which is too old. Upgrade to {wanted} or newer.",
)

_SQLITE = (("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"))
_POSTGRESQL = (("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"))
_OLDEST_SQLITE = (3, 35)  # RETURNING
_OLDEST_POSTGRESQL = 15


def make_engine(url: str, *, create: bool = False) -> Engine:
    """An engine for a SQLAlchemy URL; ``postgresql://`` means psycopg 3.

    ``?options=`` of a PostgreSQL URL is joined with the adapter's own options, which come last and hold.
    A missing SQLite file is made only if ``create`` is set: a file deleted while in use, or a wrong path,
    must not silently become an empty database.
    """
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite":
        found = parsed if create else _existing(parsed)
        engine = create_engine(found, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        own = f"-c lock_timeout={BUSY_SECONDS * 1000} -c timezone=UTC"
        options = " ".join([*parsed.normalized_query.get("options", ()), own])
        engine = create_engine(parsed, isolation_level="AUTOCOMMIT", connect_args={"options": options})
        event.listen(engine, "connect", _prepare_postgresql)
        engine.dialect.use_insertmanyvalues_wo_returning = True  # several rows are one statement
    event.listen(engine, "begin", _begin)
    return engine


def _existing(url: URL) -> URL:
    """The URL of a SQLite file that must exist; SQLite then refuses to make it."""
    if not url.database or url.database == ":memory:" or "uri" in url.query:
        return url
    return url.set(database=f"file:{quote(url.database)}", query={**url.query, "mode": "rw", "uri": "true"})


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Hold the lock of users for as long as the connection lives, so that a restore sees it."""
    connection.execute(f"SELECT pg_advisory_lock_shared({USERS_LOCK})").close()


def _begin(connection: Connection) -> None:
    """Begin a transaction with the statement of its engine; a driver by itself begins late, always alike."""
    with on_driver(connection, connection.get_execution_options().get("begin", "BEGIN")):
        pass


def reading(engine: Engine) -> Engine:
    """The same pool for reads: a transaction reads from one snapshot, and cannot write."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(begin="BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


def writing(engine: Engine) -> Engine:
    """The same pool for writes: on SQLite a transaction begins by taking the write lock."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(begin="BEGIN IMMEDIATE")
    return engine


def is_reading(connection: Connection) -> bool:
    """Tests whether a transaction of SQLite is one that reads."""
    return "begin" not in connection.get_execution_options()


@contextmanager
def transaction(engine: Engine) -> Iterator[tuple[Connection, RootTransaction]]:
    """A connection with a transaction begun: committed on leaving, rolled back by an exception.

    BEGIN fails on a connection that the database has closed since its last use; the connection is replaced.
    """
    connection, begun = _begun(engine)
    with connection, begun:
        yield connection, begun


def _begun(engine: Engine) -> tuple[Connection, RootTransaction]:
    connection = engine.connect()
    try:
        return connection, connection.begin()
    except DBAPIError as error:
        connection.close()
        if not error.connection_invalidated:
            raise
    connection = engine.connect()
    try:
        return connection, connection.begin()
    except DBAPIError:
        connection.close()
        raise


def check_durability(connection: Connection) -> None:
    """Refuse a database that could lose an acknowledged write.

    Raises:
        Unavailable: the database is too old or has unsafe settings; each is named.
    """
    findings = _sqlite_findings(connection) if _is_sqlite(connection) else _postgresql_findings(connection)
    if findings:
        raise Unavailable(*findings)


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _sqlite_findings(connection: Connection) -> list[Any]:
    findings = []
    version = connection.dialect.dbapi.sqlite_version_info  # type: ignore[union-attr]
    if version < _OLDEST_SQLITE:
        found = ".".join(map(str, version))
        findings.append(TOO_OLD.at(found=f"SQLite {found}", wanted="SQLite 3.35"))
    for setting, wanted in _SQLITE:
        found = str(connection.execute(text(f"PRAGMA {setting}")).scalar_one())
        if found != wanted:
            findings.append(NOT_DURABLE.at(setting=setting, wanted=wanted, found=found))
    return findings


def _postgresql_findings(connection: Connection) -> list[Any]:
    findings = []
    major = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    if major < _OLDEST_POSTGRESQL:
        findings.append(TOO_OLD.at(found=f"PostgreSQL {major}", wanted=f"PostgreSQL {_OLDEST_POSTGRESQL}"))
    for setting, wanted in _POSTGRESQL:
        found = str(connection.execute(text(f"SHOW {setting}")).scalar_one())
        if found != wanted:
            findings.append(NOT_DURABLE.at(setting=setting, wanted=wanted, found=found))
    return findings

"""One engine for each database, and the promises it must keep: an acknowledged write survives a power cut.

SQLite's ``synchronous=NORMAL`` loses acknowledged commits at a power cut although it survives ``kill -9``,
so FULL is set on every connection and read back at start (https://sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, make_url, text

from adapter.errors import IssueType, Message, Unavailable

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

BUSY_SECONDS = 5
"""How long a writer waits for the one before it."""

NOT_DURABLE = Message(
    "database-not-durable",
    IssueType.NO_STORE,
    "Databasen må ha {setting}={wanted}, men har {found}: kvitterte endringer kunne gå tapt",
    "The database must have {setting}={wanted}, but has {found}: acknowledged changes could be lost",
)
TOO_OLD = Message(
    "database-too-old",
    IssueType.NO_STORE,
    "Databasen er {found}; {wanted} eller nyere trengs",
    "The database is {found}; {wanted} or newer is needed",
)

_SQLITE = (("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"))
_POSTGRESQL = (("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"))
_OLDEST_SQLITE = (3, 35)  # RETURNING
_OLDEST_POSTGRESQL = 15


def make_engine(url: str) -> Engine:
    """An engine for a SQLAlchemy URL; ``postgresql://`` means psycopg 3."""
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = f"-c lock_timeout={BUSY_SECONDS * 1000} -c timezone=UTC"
    return create_engine(parsed, pool_pre_ping=True, connect_args={"options": options})


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions by itself, and always deferred; begin is said in _begin_sqlite.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    kind = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {kind}")


def reading(engine: Engine) -> Engine:
    """The same pool for reads: everything a request reads comes from one snapshot, and it cannot write."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def writing(engine: Engine) -> Engine:
    """The same pool for writes: on SQLite they begin by taking the write lock."""
    return engine.execution_options(writes=True)


def check_durability(connection: Connection) -> None:
    """Refuse a database that could lose what was acknowledged.

    Raises:
        Unavailable: naming each setting that is not as it must be.
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

"""Databases for tests: SQLite in a file, and a real PostgreSQL that the tests start themselves.

A test session starts one PostgreSQL from the system's packages, as an unprivileged user (PostgreSQL refuses
to run as root) and with fsync on; each test has its own database, copied from a migrated template.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from adapter.storage import Store
from adapter.storage.migrations import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

_SERIAL = count(1)
_UNPRIVILEGED = ("postgres", "nobody")


class PostgreSQL:
    """A running server; ``url(name)`` is the SQLAlchemy URL of one of its databases."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._data = folder / "data"
        self._binaries = binaries
        self._log = folder / "log"
        self.port = _free_port()

    def start(self) -> None:
        """Make the data folder if it is missing, and start the server."""
        if not self._data.exists():
            self._run("initdb", "-D", self._data, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on"
        self._run("pg_ctl", "-D", self._data, "-l", self._log, "-w", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; ``immediate`` is a crash for the database, ``fast`` only ends its connections."""
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def pid(self) -> int:
        """The process id of the server, whose children answer the connections."""
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://test@127.0.0.1:{self.port}/{database}"

    def create(self, name: str, template: str = "template1") -> str:
        """Make a database and give its URL."""
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database and its connections."""
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        address = f"postgresql://test@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._binaries / program), *map(str, arguments)]
        user = _unprivileged_user()
        as_whom: dict[str, Any] = {}
        if user is not None:
            as_whom = {"user": user, "group": pwd.getpwuid(user).pw_gid, "extra_groups": []}
        as_whom |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, cwd=self._data.parent, **as_whom)


def _unprivileged_user() -> int | None:
    """The user that runs PostgreSQL: another user if this process is root's, otherwise its own."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return next(known[name] for name in _UNPRIVILEGED if name in known)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def postgresql_binaries() -> Path | None:
    """The folder of the newest PostgreSQL, 15 or newer; None if it is not installed."""
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    on_path = shutil.which("initdb")
    found = sorted(debian, key=lambda path: int(path.parent.name)) or (
        [Path(on_path).parent] if on_path else []
    )
    return next((path for path in reversed(found) if (path / "initdb").exists()), None)


@contextmanager
def running_postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL started for the tests; a test is skipped with the reason if it is not installed."""
    binaries = postgresql_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (looked in /usr/lib/postgresql/*/bin and PATH)")
    folder = Path(tempfile.mkdtemp(prefix="adapter-postgresql-"))
    user = _unprivileged_user()
    if user is not None:
        os.chown(folder, user, -1)
    server = PostgreSQL(folder, binaries)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """The PostgreSQL of the test session, with a migrated database named ``template``."""
    with running_postgresql() as server:
        upgrade(server.create("template"))
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: PostgreSQL) -> str:
    """The name of a migrated PostgreSQL database, to copy."""
    del postgresql  # it makes the database
    return "template"


def _template(request: pytest.FixtureRequest, kind: str) -> Any:
    """The database to copy: with the small municipality in it for a test of the ``world``, else empty."""
    content = "filled" if "world" in request.fixturenames else "migrated"
    return request.getfixturevalue(f"{content}_{kind}")


@contextmanager
def _sqlite_url(request: pytest.FixtureRequest) -> Iterator[str]:
    template: Path = _template(request, "sqlite")
    folder: Path = request.getfixturevalue("tmp_path")
    path = folder / f"adapter-{next(_SERIAL)}.db"
    shutil.copyfile(template, path)
    yield f"sqlite:///{path}"


@contextmanager
def _postgresql_url(request: pytest.FixtureRequest) -> Iterator[str]:
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = f"test_{os.getpid()}_{next(_SERIAL)}"
    yield server.create(name, _template(request, "postgresql"))
    server.drop(name)


_DATABASES = {"sqlite": _sqlite_url, "postgresql": _postgresql_url}


def on_each_database(metafunc: pytest.Metafunc) -> None:
    """Run a test that has a database on each kind; one that is marked ``no_sql`` on SQLite alone."""
    if "database_url" in metafunc.fixturenames:
        is_one_enough = metafunc.definition.get_closest_marker("no_sql") is not None
        kinds = ["sqlite"] if is_one_enough else ["sqlite", "postgresql"]
        metafunc.parametrize("database_url", kinds, indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated database of the test's own, of the kind that ``on_each_database`` says."""
    with _DATABASES[request.param](request) as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty, migrated store for one test, which runs on each kind of database."""
    opened = Store(database_url)
    yield opened
    opened.close()

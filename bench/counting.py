"""The cost of a request in numbers that no other load on the machine can move.

The adapter answers in this process. Counted are its statements (as the tests count them), the calls of
``to_fhir`` and their distinct results, and the steps of SQLite's virtual machine: the work of its statements,
whatever their time.
"""

from __future__ import annotations

import contextlib
import io
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from adapter.app import create_app
from adapter.fhir.codec.stored import render
from adapter.mapping.mapping import PartMapping
from adapter.security.development import Wish, mint
from adapter.settings import EXAMPLE_CLIENT, Settings
from bench.municipality import HOSPITAL, SETTINGS, WARD
from bench.rows import Callers
from tests.rest.test_statements import shown, statements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from adapter.repository import Repository
    from bench.load import Request

_OK = (200, 201)


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one request; ``cpu`` is the least processor time of some calls, in milliseconds."""

    statements: int
    to_fhir: int
    distinct: int
    steps: int
    cpu: float


@dataclass(slots=True)
class Stopwatch:
    """Counts the steps of SQLite's virtual machine while it is on."""

    is_on: bool = False
    steps: int = 0

    def watch(self, connection: Any, *_: object) -> None:
        """Prepare a connection as it leaves the pool, and stop the tracing of an earlier count."""
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(None)
            connection.set_progress_handler(self._step if self.is_on else None, 1)

    def _step(self) -> int:
        self.steps += 1
        return 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count from now to the end."""
        self.is_on, self.steps = True, 0
        yield
        self.is_on = False


@dataclass(frozen=True, slots=True)
class House:
    """The adapter in this process, on a database."""

    client: FlaskClient
    repository: Repository
    var: Path
    _stopwatch: Stopwatch

    def callers(self) -> Callers:
        """The callers of the rows, with tokens for an hour from now."""
        return callers(self.var, self.get)

    def call(self, request: Request) -> bytes:
        """The body of the answer to a request, which must be 200 or 201."""
        body = request.once().body.encode() or None
        with _silence():
            answer = self.client.open(
                request.path, method=request.method, headers=dict(request.headers), data=body
            )
        if answer.status_code not in _OK:
            raise RuntimeError(f"{request.method} {request.path}: {answer.status_code} {answer.text[:600]}")
        return answer.data

    def counts(self, request: Request) -> Counts:
        """Answer a request some times, and count; the first ones fill what is kept in memory."""
        for _ in range(2):
            self.call(request)
        spent = []
        for _ in range(4):
            began = time.process_time()
            self.call(request)
            spent.append((time.process_time() - began) * 1000)
        with self._stopwatch.running():
            self.call(request)
        with statements() as found, _mappings() as made:
            self.call(request)
        return Counts(
            sum(shown(found).values()), len(made), len(set(made)), self._stopwatch.steps, min(spent)
        )

    def get(self, path: str) -> dict[str, Any]:
        """The JSON of a GET by the municipality's own system."""
        headers = dict(callers(self.var, self.get).municipality)
        with _silence():
            answer = self.client.get(path, headers=headers)
        if answer.status_code not in _OK:
            raise RuntimeError(f"{path}: {answer.status_code}")
        found: dict[str, Any] = answer.json
        return found


def _silence() -> contextlib.redirect_stdout[io.TextIOWrapper]:
    """Drops the log of interactions, which goes to standard output."""
    return contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO()))


def callers(var: Path, get: Any) -> Callers:
    """The municipality's own system and a ward, with tokens of the development issuer of a var folder."""
    now = datetime.now(UTC)
    wishes = (Wish("system", EXAMPLE_CLIENT), Wish("organisasjon", "epj", WARD, HOSPITAL))
    ours, ward = ({"Authorization": f"Bearer {mint(var, wish, now)}"} for wish in wishes)
    return Callers(ours, ward, get)


@contextmanager
def opened(url: str, var: Path) -> Iterator[House]:
    """The adapter on a migrated SQLite database, with the steps of SQLite counted."""
    settings = Settings.from_environment({**SETTINGS, "ADAPTER_VAR": str(var), "ADAPTER_DATABASE_URL": url})
    stopwatch = Stopwatch()
    event.listen(Engine, "checkout", stopwatch.watch)
    app = create_app(settings)
    try:
        yield House(app.test_client(), app.extensions["repository"], settings.var, stopwatch)
    finally:
        event.remove(Engine, "checkout", stopwatch.watch)
        app.extensions["repository"].store.close()


@contextmanager
def _mappings() -> Iterator[list[bytes]]:
    """The results of all calls of ``to_fhir``, rendered."""
    made: list[bytes] = []
    to_fhir = PartMapping.to_fhir

    def noted(self: PartMapping, *args: Any, **named: Any) -> dict[str, Any]:
        resource = to_fhir(self, *args, **named)
        made.append(render(resource))
        return resource

    PartMapping.to_fhir = noted  # type: ignore[method-assign]
    try:
        yield made
    finally:
        PartMapping.to_fhir = to_fhir  # type: ignore[method-assign]

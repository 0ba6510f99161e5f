"""One run over all rows and all servers, in rounds that alternate between the servers.

So other load on the machine comes upon all of them alike; a figure is the median of the rounds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import load
from bench.load import Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.load import Load
    from bench.rows import Row
    from bench.servers import Running

BARE, SQLITE, POSTGRESQL, SEKMET = "bare Flask", "SQLite", "PostgreSQL", "sekmet-fhir"

_WARM = 0.1
"""The seconds of the round that is not counted."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one round: those of the load, and the milliseconds of worker and database a request."""

    load: Load
    worker: float
    database: float

    @property
    def cpu(self) -> float:
        """The processor milliseconds of a request."""
        return self.worker + self.database


Measured = dict[tuple[str, str], list[Figures]]
"""The rounds of a row (by name) on a server (by name)."""


def measure(rows: Sequence[Row], running: Mapping[str, Running], rounds: int, seconds: float) -> Measured:
    """Measure the rows that each server can answer; a first, short round warms caches and connections."""
    asked = {
        (row.name, name): found
        for row in rows
        for name, server in running.items()
        if (found := requests_of(row, name))
        and (name != SEKMET or _is_alike(row, found, server, running[SQLITE]))
    }
    measured: Measured = {key: [] for key in asked}
    for number in range(rounds + 1):
        for row in rows:
            for name, server in running.items():
                if (key := (row.name, name)) in asked:
                    figures = _round(server, asked[key], row.connections, seconds if number else _WARM)
                    measured[key] += [figures] if number else []
    return measured


def keep_bodies(rows: Sequence[Row], server: Running, folder: Path) -> None:
    """Write the answers to the reads of a server as files for bare Flask."""
    folder.mkdir(exist_ok=True)
    for row in rows:
        if row.is_read:
            status, body = server.answer(row.requests[0])
            if status != 200:
                raise RuntimeError(f"{row.name}: {status}")
            (folder / _file(row)).write_bytes(body)


def _file(row: Row) -> str:
    return row.name.replace(" ", "-").replace("?", "-") + (".xml" if "XML" in row.name else ".json")


def requests_of(row: Row, server: str) -> list[Request]:
    """The requests of a row as a server is asked them; none if it cannot be."""
    if server == BARE:
        if not row.is_read:
            return []
        return [Request(one.method, f"/{_file(row)}", one.headers, one.body) for one in row.requests]
    if server == SEKMET:
        kept = {"Accept", "Content-Type"}
        return [
            Request(one.method, one.path, {k: v for k, v in one.headers.items() if k in kept}, one.body)
            for one in row.requests
            if one.path.startswith("/fhir")
        ]
    return list(row.requests)


def _is_alike(row: Row, requests: list[Request], theirs: Running, ours: Running) -> bool:
    """Does another server answer with as many resources as ours does?"""
    status, body = theirs.answer(requests[0].once())
    if status not in {200, 201}:
        return False
    return (
        not row.is_read or b"<" in body[:1] or _resources(body) == _resources(ours.answer(row.requests[0])[1])
    )


def _resources(body: bytes) -> int:
    """The number of resources of an answer, without what it says about itself."""
    found = json.loads(body)
    resources = [entry["resource"] for entry in found.get("entry", [{"resource": found}])]
    return sum(one["resourceType"] != "OperationOutcome" for one in resources)


def _round(server: Running, requests: Sequence[Request], connections: int, seconds: float) -> Figures:
    before = server.cpu()
    done = load.run(server.port, requests, seconds=seconds, connections=connections)
    worker, database = (
        (now - then) / (done.count + done.refused) * 1000
        for now, then in zip(server.cpu(), before, strict=True)
    )
    return Figures(done, worker, database)

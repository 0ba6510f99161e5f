"""One run over all rows and all servers, in rounds that alternate between the servers.

So other load on the machine comes upon all of them alike; a figure is the median of the rounds.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from bench import load
from bench.load import Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.goals import Goals
    from bench.load import Load
    from bench.rows import Row
    from bench.servers import Running

BARE, SQLITE, POSTGRESQL, SEKMET = "bare Flask", "SQLite", "PostgreSQL", "sekmet-fhir"
_LINE = "{:28}{:13}{:>9}{:>9}{:>9}{:>10}{:>9}{:>9}{:>7}  {}"

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
        if (found := _requests(row, name))
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


def _requests(row: Row, server: str) -> list[Request]:
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
    """Does another server give the same resources as ours does?"""
    status, body = theirs.answer(requests[0].once())
    if status not in {200, 201}:
        return False
    return not row.is_read or b"<" in body[:1] or _ids(body) == _ids(ours.answer(row.requests[0])[1])


def _ids(body: bytes) -> set[str]:
    found = json.loads(body)
    resources = [entry["resource"] for entry in found.get("entry", [{"resource": found}])]
    return {one["id"] for one in resources if one["resourceType"] != "OperationOutcome"}


def _round(server: Running, requests: Sequence[Request], connections: int, seconds: float) -> Figures:
    before = server.cpu()
    done = load.run(server.port, requests, seconds=seconds, connections=connections)
    worker, database = (
        (now - then) / (done.count + done.refused) * 1000
        for now, then in zip(server.cpu(), before, strict=True)
    )
    return Figures(done, worker, database)


def tell(
    rows: Sequence[Row], measured: Measured, statements: Mapping[str, int], goals: Goals, before: Measured
) -> None:
    """Print the table, and judge each figure; ``before`` are the same rows with fewer records, or empty."""
    head = ("", "", "worker", "database", "CPU ms", "requests", "p50 ms", "p99 ms", "state-", "goal")
    _say(_LINE.format(*head))
    _say(_LINE.format("", "", "CPU ms", "CPU ms", "in all", "a second", "", "", "ments", ""))
    for row in rows:
        for name in (BARE, SQLITE, POSTGRESQL, SEKMET):
            if rounds := measured.get((row.name, name)):
                told = _judged(row, name, rounds, statements, goals)
                told += _grown(row, name, rounds, before.get((row.name, name)), goals)
                _say(_line(row.name, name, rounds, statements.get(row.name), told))


def _line(row: str, name: str, rounds: Sequence[Figures], statements: int | None, told: str) -> str:
    worker, database, cpu = (median(getattr(one, field) for one in rounds) for field in _OWN)
    rate, p50, p99 = (median(getattr(one.load, field) for one in rounds) for field in ("rate", "p50", "p99"))
    count = statements if name == SQLITE and statements is not None else "-"
    figures = (f"{worker:.2f}", f"{database:.2f}" if database else "-", f"{cpu:.2f}")
    return _LINE.format(row, name, *figures, f"{rate:.0f}", f"{p50:.1f}", f"{p99:.1f}", count, told).rstrip()


_OWN = ("worker", "database", "cpu")


def _judged(
    row: Row, name: str, rounds: Sequence[Figures], statements: Mapping[str, int], goals: Goals
) -> str:
    """The goals of a row on a server, with a mark at each that is missed."""
    goal = {SQLITE: row.goal.sqlite, POSTGRESQL: row.goal.postgresql}.get(name)
    told = []
    if goal is not None:
        mark = goals.most(f"{row.name}, {name}, CPU ms", median(one.cpu for one in rounds), goal)
        told.append(f"{goal:g} ms {mark}")
    if name == SQLITE and row.name in statements and row.goal.statements is not None:
        most = row.goal.statements
        mark = goals.most(f"{row.name}, statements", statements[row.name], most, counted=True)
        told.append(f"{most} statements {mark}")
    return "; ".join(one.strip() for one in told)


def _grown(
    row: Row, name: str, rounds: Sequence[Figures], before: Sequence[Figures] | None, goals: Goals
) -> str:
    """The factor of processor time against fewer records, which is to be at most 1.5."""
    if not before or name == BARE:
        return ""
    factor = median(one.cpu for one in rounds) / median(one.cpu for one in before)
    mark = goals.most(f"{row.name}, {name}, factor of growth", factor, 1.5)
    return f"; x {factor:.2f} (1.5) {mark}".rstrip()


def compare_reads(measured: Measured, goals: Goals, short: float, whole: float, reads: Sequence[str]) -> None:
    """Print and judge how much of bare Flask's reads the adapter reaches for the same processor time.

    Args:
        measured: the run.
        goals: where misses are remembered.
        short: the share below which something is broken, on any machine.
        whole: the share to reach.
        reads: the names of the rows.
    """
    for name in reads:
        pairs = list(zip(measured[name, BARE], measured[name, SQLITE], strict=True))
        share = median(bare.cpu / ours.cpu for bare, ours in pairs)
        rates = median(ours.load.rate / bare.load.rate for bare, ours in pairs)
        about = f"{name}, SQLite: share of bare Flask"
        mark = (
            goals.least(about, share, whole)
            if share >= short
            else goals.least(about, share, short, counted=True)
        )
        _say(f"{about} by CPU {share:.2f}, by requests a second {rates:.2f}; goal {whole:g} {mark}".rstrip())


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

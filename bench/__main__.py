"""``make bench``: one run over all servers, growth, writers and validation, each figure beside its goal.

``SHORT=1`` takes less than three minutes, and exits with 1 only for what a busy machine cannot move.
``STRICT=1`` exits with 1 if any goal is missed. ``RECORDS`` is the number of records of the wide lists.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench import (
    counting,
    growth,
    interleaved,
    loading,
    machine,
    peer,
    rows,
    servers,
    side_by_side,
    table,
    validating,
    writers,
)
from bench.goals import Goals
from bench.interleaved import BARE, POSTGRESQL, SEKMET, SQLITE
from tests.databases import postgresql_binaries, running_postgresql

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.rows import Row

LOADED = {SQLITE: 55, POSTGRESQL: 30}
"""The records to load a second."""

READS = ("read", "read by a ward")
"""The rows that are compared with bare Flask."""

SERVED_IN_SHORT = {*READS, "5 hits", "PUT Goal"}
"""The rows that a short run serves; it counts all of them."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The size of a run.

    Args:
        records, last: the records at first and at last.
        rounds, seconds: of each row on each server.
        writing: the seconds of the eight writers.
        compared: the single reads compared with bare Flask.
        versions: the versions of one sak.
        is_short: whether times are printed only.
    """

    records: int
    last: int
    rounds: int
    seconds: float
    writing: float
    compared: int
    versions: tuple[int, ...]
    is_short: bool = False


WHOLE = Scale(1000, 10_000, 5, 1.0, 10.0, 2000, (1, 100, 1000))
SHORT = Scale(24, 72, 3, 0.25, 1.0, 600, (1, 10, 40), is_short=True)


def main() -> int:
    """Run the benchmark; the exit code."""
    is_set = {name: os.environ.get(name, "") not in {"", "0"} for name in ("SHORT", "STRICT")}
    scale = SHORT if is_set["SHORT"] else replace(WHOLE, last=int(os.environ.get("RECORDS", WHOLE.last)))
    goals = Goals()
    _say(f"machine: {machine.described()}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls, database = {SQLITE: f"sqlite:///{folder}/bench.db"}, list
        if postgresql_binaries() is not None:
            server = stack.enter_context(running_postgresql())
            urls[POSTGRESQL], database = server.create("bench"), servers.database_processes(server)
        else:
            _say("PostgreSQL is not installed, so its rows are missing")
        _Run(folder, urls, database, scale, goals).whole()
    if not scale.is_short:
        validating.main()
    return _verdict(goals, strict=is_set["STRICT"])


@dataclass(frozen=True, slots=True)
class _Run:
    folder: Path
    urls: Mapping[str, str]
    database: Callable[[], list[int]]
    scale: Scale
    goals: Goals

    def whole(self) -> None:
        """All of the run but validation."""
        scale = self.scale
        for name, rate in loading.first(self.urls, self.folder, scale.records).items():
            mark = self.goals.least(f"records loaded a second, {name}", rate, LOADED[name])
            _say(f"{name}: {rate:.1f} records loaded a second ({LOADED[name]}) {mark}".rstrip())
        with counting.opened(self.urls[SQLITE], self.folder) as house:
            few = self._table(house, scale.records, house_rows(house), {})
            counts = [growth.case(house, "p0")]
            for name in self.urls:
                database = self.database if name == POSTGRESQL else list
                writers.measure(name, self._environment(name), house, database, scale.writing, self.goals)
            for series in (
                growth.recipients(house),
                growth.parts(house),
                growth.versions(house, scale.versions),
            ):
                growth.tell(series, self.goals)
            growing = [SQLITE] if scale.is_short else list(self.urls)  # a short run counts, on SQLite alone
            loading.further([self.urls[name] for name in growing], self.folder, scale.records, scale.last)
            counts.append(growth.case(house, "p0"))
            growth.tell(growth.records((scale.records, scale.last), counts), self.goals)
            if not scale.is_short:
                self._table(house, scale.last, wide_rows(house), few)

    def _table(
        self, house: counting.House, records: int, asked: Sequence[Row], before: interleaved.Measured
    ) -> interleaved.Measured:
        """Measure and print the rows, with so many records."""
        scale, log = self.scale, self.folder / "log"
        with ExitStack() as stack:
            running = {
                name: stack.enter_context(
                    servers.adapter(
                        self._environment(name), log, database=self.database if name == POSTGRESQL else list
                    )
                )
                for name in self.urls
            }
            bodies = self.folder / "bodies"
            interleaved.keep_bodies(asked, running[SQLITE], bodies)
            running = {BARE: stack.enter_context(servers.bare_flask(bodies, log)), **running}
            if servers.SEKMET.exists() and not scale.is_short and not before:
                running[SEKMET] = stack.enter_context(servers.sekmet(self.folder, log))
                peer.fill(running[SEKMET], house)
            served = [row for row in asked if not scale.is_short or row.name in SERVED_IN_SHORT]
            measured = interleaved.measure(served, running, scale.rounds, scale.seconds)
            compared = [row for row in served if row.name in READS]
            side_by_side.compare(compared, running, scale.compared, self.goals)
        counts = {row.name: house.counts(row.requests[-1]) for row in asked}
        _say(
            f"\n{records} records of 16 parts; one worker, tokens, kept-alive connections (8; writes 1, "
            f"lists 2); median of {scale.rounds} x {scale.seconds:g} s; statements without BEGIN and COMMIT"
        )
        table.tell(served, measured, counts, self.goals, before)
        table.tell_counts(asked, counts, self.goals)
        _say("")
        return measured

    def _environment(self, name: str) -> dict[str, str]:
        return {"ADAPTER_VAR": str(self.folder), "ADAPTER_DATABASE_URL": self.urls[name]}


def house_rows(house: counting.House) -> list[Row]:
    """All rows."""
    callers = house.callers()
    return [*rows.reads(callers), *rows.writes(callers), *rows.lists(callers, _just_now())]


def wide_rows(house: counting.House) -> list[Row]:
    """The rows that the number of records could slow down."""
    wide = {"read", "read by a ward", "a plan with its includes", "the ward's question", "PUT Goal"}
    return [row for row in house_rows(house) if row.name in wide or row.name.startswith("list")]


def _just_now() -> str:
    """The instant a poll asks from: what the last minute has changed."""
    return (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _verdict(goals: Goals, *, strict: bool) -> int:
    """Print the goals that were missed; 1 if the run fails by them."""
    for miss in goals.counted:
        _say(f"missed, whatever the machine does: {miss}")
    for miss in goals.timed if strict else ():
        _say(f"missed: {miss}")
    if not goals.counted and not (strict and goals.timed):
        _say(f"no count is beyond its goal; {len(goals.timed)} times are")
    return 1 if goals.counted or (strict and goals.timed) else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

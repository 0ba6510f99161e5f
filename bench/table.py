"""The tables of the interleaved run: each figure with its goal, and a mark where it is missed."""

from __future__ import annotations

import sys
from statistics import median
from typing import TYPE_CHECKING

from bench.interleaved import BARE, POSTGRESQL, SEKMET, SQLITE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.counting import Counts
    from bench.goals import Goals
    from bench.interleaved import Figures, Measured
    from bench.rows import Row

_LINE = "{:28}{:13}{:>9}{:>9}{:>9}{:>10}{:>9}{:>9}{:>7}  {}"
_HEADS = (
    ("", "", "worker", "database", "CPU ms", "requests", "p50 ms", "p99 ms", "state-", "goal, CPU ms"),
    ("", "", "CPU ms", "CPU ms", "in all", "a second", "", "", "ments", ""),
)
_FLAT = 1.5
"""The most that a row may grow with the records of the municipality."""


def tell(
    rows: Sequence[Row], measured: Measured, counts: Mapping[str, Counts], goals: Goals, before: Measured
) -> None:
    """Print the rows and judge their times; ``before`` are the same rows with fewer records, or empty."""
    for head in _HEADS:
        _say(_LINE.format(*head))
    for row in rows:
        for name in (BARE, SQLITE, POSTGRESQL, SEKMET):
            if rounds := measured.get((row.name, name)):
                asked = str(counts[row.name].statements) if name == SQLITE else "-"
                told = _judged(row, name, rounds, goals)
                told += _grown(row, name, rounds, before.get((row.name, name)), goals)
                _say(_LINE.format(row.name, name, *_figures(rounds), asked, told))


def _figures(rounds: Sequence[Figures]) -> list[str]:
    worker, database, cpu = (
        median(getattr(one, field) for one in rounds) for field in ("worker", "database", "cpu")
    )
    rate, p50, p99 = (median(getattr(one.load, field) for one in rounds) for field in ("rate", "p50", "p99"))
    own = (f"{worker:.2f}", f"{database:.2f}" if database else "-", f"{cpu:.2f}")
    return [*own, f"{rate:.0f}", f"{p50:.1f}", f"{p99:.1f}"]


def _judged(row: Row, name: str, rounds: Sequence[Figures], goals: Goals) -> str:
    """The goal of a row on a server, with a mark if it is missed."""
    goal = {SQLITE: row.goal.sqlite, POSTGRESQL: row.goal.postgresql}.get(name)
    if goal is None:
        return ""
    return f"{goal:g} {goals.most(f'{row.name}, {name}, CPU ms', median(one.cpu for one in rounds), goal)}"


def _grown(
    row: Row, name: str, rounds: Sequence[Figures], before: Sequence[Figures] | None, goals: Goals
) -> str:
    """The factor of processor time against fewer records, which is to be at most 1.5."""
    if not before or name == BARE:
        return ""
    factor = median(one.cpu for one in rounds) / median(one.cpu for one in before)
    return f"; x {factor:.2f} ({_FLAT:g}) {goals.most(f'{row.name}, {name}, growth', factor, _FLAT)}"


def tell_counts(rows: Sequence[Row], counts: Mapping[str, Counts], goals: Goals) -> None:
    """Print and judge what was counted of each row."""
    _say("\ncounted on SQLite: statements (goal); calls of to_fhir of distinct results")
    for row in rows:
        found, most = counts[row.name], row.goal.statements
        asked = goals.most(f"{row.name}, statements", found.statements, most, counted=True)
        made = goals.most(f"{row.name}, to_fhir calls", found.to_fhir, found.distinct, counted=True)
        mapped = f"{found.to_fhir:5} of {found.distinct:3} {made}"
        _say(f"{row.name:28}{found.statements:5} ({most}) {asked:8}{mapped}")


def _say(line: str) -> None:
    sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()

"""Growth: what a write, a read and a list cost as recipients, parts, versions and records become more.

All of it is counted in this process on SQLite: statements, calls of ``to_fhir`` with their distinct results,
and steps of SQLite's virtual machine. The processor time stands beside, unjudged but by ``STRICT``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.load import Request
from bench.municipality import made_sak, put_sak
from bench.rows import put_of_sak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.counting import Counts, House
    from bench.goals import Goals

RECIPIENTS = (1, 4, 16, 64)
PARTS = (16, 50, 200)
FLAT = 1.5
"""The most that a figure may grow that ought not to grow at all."""

_GOALS_AND_OTHERS = 12
"""The parts of the story's sak that are not goals."""

_MEASURED = ("PUT", "read", "list")
_FIRST = 9100
"""The number of the first person of these saker."""


@dataclass(frozen=True, slots=True)
class Series:
    """A series of cases: what grows, its sizes, the counts of each by kind of request, and the goals.

    Args:
        steps: the most by which the steps of a write may grow, from the first size to the last.
        mapped: the same for calls of ``to_fhir``; None where more distinct contents are due.
    """

    name: str
    sizes: Sequence[int]
    counts: Sequence[Mapping[str, Counts]]
    steps: float
    mapped: float | None


def case(house: House, person: str) -> dict[str, Counts]:
    """The counts of a changed PUT of a sak, a read of its plan, and a list of the municipality's plans."""
    ours = dict(house.callers().municipality)
    requests = (
        put_of_sak(ours, house.get(f"/kommune/v1/saker/sak-{person}")),
        Request("GET", f"/fhir/CarePlan/{person}-plan", ours),
        Request("GET", "/fhir/CarePlan?_count=20&_total=none", ours),
    )
    return {name: house.counts(request) for name, request in zip(_MEASURED, requests, strict=True)}


def recipients(house: House) -> Series:
    """The growth with the permitted organisasjoner of a sak."""
    counts = []
    for number, size in enumerate(RECIPIENTS):
        put_sak(house.repository, made_sak(f"r{size}", _FIRST + number, permitted=size))
        counts.append(case(house, f"r{size}"))
    return Series("recipients", RECIPIENTS, counts, RECIPIENTS[-1], None)


def parts(house: House) -> Series:
    """The growth with the parts of a sak; more of them are goals."""
    counts = []
    for number, size in enumerate(PARTS):
        goals = size - _GOALS_AND_OTHERS
        put_sak(house.repository, made_sak(f"d{size}", _FIRST + 10 + number, goals=goals))
        counts.append(case(house, f"d{size}"))
    return Series("parts", PARTS, counts, PARTS[-1] / PARTS[0], 1)


def versions(house: House, sizes: Sequence[int]) -> Series:
    """The growth with the versions of one sak."""
    counts = []
    sak = made_sak("v", _FIRST + 20)
    put_sak(house.repository, sak)
    for size in sizes:
        while (version := house.repository.record("sak", sak["id"]).version) < size:
            sak["maal"][0]["tekst"] = f"Versjon {version}"
            put_sak(house.repository, sak)
        counts.append(case(house, "v"))
    return Series("versions", sizes, counts, FLAT, 1)


def records(sizes: Sequence[int], counts: Sequence[Mapping[str, Counts]]) -> Series:
    """The growth with the records of the municipality, counted before and after further ones were loaded."""
    return Series("records", sizes, counts, FLAT, 1)


def tell(series: Series, goals: Goals) -> None:
    """Print a series, each figure as a factor of that of the first size, and judge the last size."""
    sizes = " / ".join(map(str, series.sizes))
    _say(f"{series.name} {sizes}: statements, to_fhir, steps, CPU; x against the first (goal)")
    for kind in _MEASURED:
        for size, found in zip(series.sizes, series.counts, strict=True):
            _say(f"{'':4}{kind:6}{size:>7}  {_figures(found[kind], series.counts[0][kind])}")
        _judge(series, kind, goals)
    for size, found in zip(series.sizes, series.counts, strict=True):
        about = f"{series.name} {size}, to_fhir calls beyond distinct contents"
        mark = goals.most(about, found["PUT"].to_fhir - found["PUT"].distinct, 0, counted=True)
        if mark:
            _say(f"{'':4}{about} {mark}")


def _judge(series: Series, kind: str, goals: Goals) -> None:
    """Judge the growth of one kind of request: counted for any machine, the processor time for STRICT."""
    first, last = series.counts[0][kind], series.counts[-1][kind]
    judged = [("statements", 1.0, True), ("steps", series.steps if kind == "PUT" else FLAT, True)]
    if kind == "PUT" and series.mapped is not None:
        judged.append(("to_fhir", series.mapped, True))
    judged.append(("cpu", max(FLAT, series.steps) if kind == "PUT" else FLAT, False))
    for field, goal, counted in judged:
        factor = _factor(getattr(last, field), getattr(first, field))
        mark = goals.most(f"growth with {series.name}, {kind}, {field}", factor, goal, counted=counted)
        if mark:
            _say(f"{'':4}{kind} {field} x {factor:.2f} ({goal:g}) {mark}")


def _figures(found: Counts, first: Counts) -> str:
    named = ("statements", "to_fhir", "steps", "cpu")
    pairs = [(getattr(found, name), getattr(first, name)) for name in named]
    return "".join(f"{value:>9.4g} x{_factor(value, start):<7.2f}" for value, start in pairs)


def _factor(value: float, first: float) -> float:
    return value / first if first else 1.0 + value


def _say(line: str) -> None:
    sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()

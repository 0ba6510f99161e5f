"""Writers at once: writes a second, their time, refusals, and how long each holds and awaits the lock."""

from __future__ import annotations

import sys
from statistics import median
from typing import TYPE_CHECKING

from bench import load, rows, servers
from bench.counting import callers
from bench.load import quantile_99
from bench.serving import LOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench.counting import House
    from bench.goals import Goals

WRITERS = 8
SLOWEST, HELD = 400, 6
"""The most milliseconds of 99 of 100 writes, and those a write holds the lock."""

RATES = {"SQLite": 60, "PostgreSQL": 45}
"""The writes a second to reach."""


def measure(
    name: str,
    environment: Mapping[str, str],
    house: House,
    database: Callable[[], list[int]],
    seconds: float,
    goals: Goals,
) -> None:
    """Let eight writers change a sak each, print the figures and judge them."""
    lock = house.var / f"lock-{name}"
    lock.unlink(missing_ok=True)
    given = {**environment, LOCK: str(lock)}
    with servers.adapter(given, house.var / "log", database=database) as server:
        requests = rows.writers(callers(house.var, house.get), WRITERS)
        load.run(server.port, requests, seconds=0.1, connections=1)  # a new process writes alone at first
        lock.unlink(missing_ok=True)
        done = load.run(server.port, requests, seconds=seconds, connections=WRITERS)
    times = [tuple(map(float, line.split())) for line in lock.read_text().splitlines()]
    waited, held, committed = ([one[place] for one in times] for place in range(3))
    _tell(f"{name}: {WRITERS} writers", [
        ("writes/s", done.rate, goals.least, RATES[name]),
        ("p50 ms", done.p50, goals.most, None),
        ("p99 ms", done.p99, goals.most, SLOWEST),
        ("503", done.refused, goals.most, 0),
    ])  # fmt: skip
    _tell(f"{name}: the lock", [
        ("held p50 ms", median(held), goals.most, HELD),
        ("held p99 ms", quantile_99(held), goals.most, HELD),
        ("of it commit p50 ms", median(committed), goals.most, None),
        ("awaited p50 ms", median(waited), goals.most, None),
        ("awaited p99 ms", quantile_99(waited), goals.most, None),
    ])  # fmt: skip


def _tell(
    about: str, figures: list[tuple[str, float, Callable[[str, float, float | None], str], float | None]]
) -> None:
    """One line of figures, each with its goal and a mark if it is missed."""
    told = []
    for name, value, judge, goal in figures:
        mark = judge(f"{about}, {name}", value, goal)
        beside = "" if goal is None else f" ({goal:g}) {mark}"
        told.append(f"{name} {value:.4g}{beside}".rstrip())
    sys.stdout.write(f"{about}: {'; '.join(told)}\n")

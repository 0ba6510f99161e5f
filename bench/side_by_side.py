"""Reads of the adapter beside bare Flask, request by request: the share that other load hardly moves.

Rounds of seconds differ by a factor of five on a busy machine. Single requests in turns do not: measured at a
load of four on two cores, the share was from 0.36 to 0.39 in eight runs, and from 0.2 to 0.6 in rounds.
"""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING

from bench.interleaved import BARE, SQLITE, requests_of
from bench.load import exchange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.goals import Goals
    from bench.load import Request
    from bench.rows import Row
    from bench.servers import Running

BROKEN, REACHED = 0.3, 0.6
"""The share of bare Flask's reads below which something is broken, and the one to reach."""

_WARM = 50


def compare(rows: Sequence[Row], running: Mapping[str, Running], count: int, goals: Goals) -> None:
    """Print and judge how many of bare Flask's reads the adapter does in the same processor time.

    Args:
        rows: the reads.
        running: the servers by name; bare Flask and the adapter on SQLite are compared.
        count: the requests to each server.
        goals: where misses are remembered.
    """
    for row in rows:
        bare, ours = _spent([(running[name], requests_of(row, name)[0]) for name in (BARE, SQLITE)], count)
        share = bare / ours
        about = f"{row.name}, SQLite: share of bare Flask's reads"
        goal, counted = (REACHED, False) if share >= BROKEN else (BROKEN, True)
        mark = goals.least(about, share, goal, counted=counted)
        line = f"{about} in the same processor time {share:.2f} ({REACHED:g}) {mark}"
        sys.stdout.write(line.rstrip() + f"; one connection: {ours:.2f} ms against {bare:.2f} ms\n")


def _spent(asked: Sequence[tuple[Running, Request]], count: int) -> list[float]:
    """The median processor milliseconds of a request to each server, asked in turns."""
    spent: list[list[float]] = [[] for _ in asked]
    with ExitStack() as stack:
        connections = []
        for server, _ in asked:
            made = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=60))
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connections.append(made)
        for _ in range(_WARM + count):
            for (server, request), connection, into in zip(asked, connections, spent, strict=True):
                before = sum(server.cpu())
                exchange(connection, request.bytes(server.port))
                into.append((sum(server.cpu()) - before) * 1000)
    return [median(times[_WARM:]) for times in spent]

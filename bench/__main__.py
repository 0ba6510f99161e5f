"""Benchmark of reads of a CareTeam with token, permit and log, beside bare Flask with the same bytes.

The benchmark then measures the mapping alone and writes of records; ``python -m bench.loading 10000``
measures more writes. The last table is about validation.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench import load, loading, machine, mapping, servers, validating

if TYPE_CHECKING:
    from bench.load import Load

ROUNDS = 5
SECONDS = 4.0
EXAMPLES = Path("tests/examples")
TEAM = "/fhir/CareTeam/slagpasient-team"
HOSPITAL = ("--org", "317320507", "--parent", "314142101")
"""The token of a hospital with a samtykke to the coordinator in the team."""


def main() -> None:
    """Run the benchmarks and print one table."""
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        environment = {"ADAPTER_VAR": str(var), "ADAPTER_AUTH": "token", "ADAPTER_WORKERS": "2"}
        _command(environment, "db", "upgrade")
        _command(environment, "load", str(EXAMPLES))
        log = var / "log"
        ours = environment | {"PORT": str(_free_port())}
        with servers.adapter(ours, log) as adapter:
            token = _command(environment, "token", "--as", "organisasjon", *HOSPITAL)
            headers = {"Authorization": f"Bearer {token}"}
            body = servers.get(adapter.port, TEAM, headers)
            (var / "body").write_bytes(body)
            theirs = environment | {"PORT": str(_free_port())}
            with servers.bare_flask(var / "body", theirs, log) as bare:
                _compare(adapter, bare, headers, len(body))
    mapping.main()
    loading.main()
    validating.main()


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one run: those of the load, and the server's processor time of a read (microseconds)."""

    load: Load
    cpu: float


def _compare(adapter: servers.Running, bare: servers.Running, headers: dict[str, str], size: int) -> None:
    """The figures of both servers in alternating rounds, so that other load on the machine affects both."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(_run(bare, "/", {}))
        ours.append(_run(adapter, TEAM, headers))
    pairs = list(zip(ours, theirs, strict=True))
    rates = median(mine.load.rate / other.load.rate for mine, other in pairs)
    costs = median(other.cpu / mine.cpu for mine, other in pairs)
    _say(f"machine: {machine.described()}")
    _say(f"GET of a CareTeam of {size} bytes; 2 workers, 8 connections; median of {ROUNDS} x {SECONDS:.0f} s")
    _say(f"{'':34}{'reads/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU us':>9}")
    _say(_row("adapter: token, permit, log", ours))
    _say(_row("bare Flask, the same bytes", theirs))
    _say(f"adapter / bare Flask: {rates:.2f} of its reads, {costs:.2f} by processor time a read")
    _say(f"first 200 after start: {adapter.first_answer:.2f} s (bare Flask {bare.first_answer:.2f} s)")
    _say(
        f"memory of the largest worker after the runs: {adapter.megabytes_per_worker():.0f} MB "
        f"(bare Flask {bare.megabytes_per_worker():.0f} MB)"
    )


def _run(server: servers.Running, path: str, headers: dict[str, str]) -> Figures:
    before = server.cpu_seconds()
    run = load.run(server.port, load.request_bytes(path, server.port, headers), seconds=SECONDS)
    return Figures(run, (server.cpu_seconds() - before) / run.count * 1e6)


def _row(name: str, runs: list[Figures]) -> str:
    rate, p50, p99 = (median(getattr(run.load, field) for run in runs) for field in ("rate", "p50", "p99"))
    return f"{name:34}{rate:9.0f}{p50:9.1f}{p99:9.1f}{median(run.cpu for run in runs):9.0f}"


def _command(environment: dict[str, str], *arguments: str) -> str:
    code = "import sys; from adapter.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()

"""The servers of the benchmark, each a process with one worker, and the processor time they use.

They are bare Flask under the adapter's server, the adapter on a database, and sekmet-fhir, a FHIR server of
the Python Package Index that has neither tokens nor consent.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.municipality import SETTINGS
from tests.served import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bench.load import Request
    from tests.databases import PostgreSQL

_PATIENCE_SECONDS = 60
SEKMET = Path(sys.executable).with_name("sekmet")


@dataclass(frozen=True, slots=True)
class Running:
    """A running server: its port, its process, and the process ids of its database."""

    port: int
    pid: int
    database: Callable[[], list[int]] = field(default=list)

    def cpu(self) -> tuple[float, float]:
        """The processor time (seconds) of the server and of its database, since their start."""
        return sum(map(_cpu, [self.pid, *_children(self.pid)])), sum(map(_cpu, self.database()))

    def answer(self, request: Request) -> tuple[int, bytes]:
        """The status and body of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_SECONDS)
        connection.request(request.method, request.path, request.body.encode() or None, dict(request.headers))
        answer = connection.getresponse()
        return answer.status, answer.read()


def database_processes(server: PostgreSQL) -> Callable[[], list[int]]:
    """Finds the processes of a PostgreSQL."""
    postmaster = server.pid()
    return lambda: [postmaster, *_children(postmaster)]


@contextmanager
def adapter(
    environment: Mapping[str, str],
    log: Path,
    *,
    database: Callable[[], list[int]] = list,
) -> Iterator[Running]:
    """``ip-adapter serve`` with this environment, and its log in a file."""
    port = free_port()
    given = {**environment, **SETTINGS, "PORT": str(port)}
    with _started([sys.executable, "-m", "bench.serving"], given, log, port, "/readyz") as pid:
        yield Running(port, pid, database)


@contextmanager
def bare_flask(bodies: Path, log: Path) -> Iterator[Running]:
    """A Flask view with the bytes of the files of a folder, served like the adapter."""
    port = free_port()
    given = {**SETTINGS, "PORT": str(port), "ADAPTER_VAR": str(log.parent)}
    path = f"/{next(bodies.iterdir()).name}"
    with _started([sys.executable, "-m", "bench.bare", str(bodies)], given, log, port, path) as pid:
        yield Running(port, pid)


@contextmanager
def sekmet(folder: Path, log: Path) -> Iterator[Running]:
    """``sekmet serve`` on a SQLite file, without validation of what it gets."""
    port = free_port()
    settings = folder / "settings.yaml"
    settings.write_text('validation:\n  inbound: "off"\n')
    given = {
        "SEKMET_CONFIG": str(settings),
        "SEKMET_BASE_URL": f"http://127.0.0.1:{port}/fhir",
        "SEKMET_DB": str(folder / "sekmet.db"),
    }
    line = [str(SEKMET), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with _started(line, given, log, port, "/fhir/metadata") as pid:
        yield Running(port, pid)


@contextmanager
def _started(line: Sequence[str], given: Mapping[str, str], log: Path, port: int, path: str) -> Iterator[int]:
    outside = {k: v for k, v in os.environ.items() if not k.startswith("ADAPTER_") and k != "PORT"}
    with log.open("ab") as output:
        process = subprocess.Popen(list(line), env={**outside, **given}, stdout=output, stderr=output)
        try:
            _await_answer(process, port, path)
            yield process.pid
        finally:
            process.terminate()
            process.wait(_PATIENCE_SECONDS)


def _await_answer(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    until = time.perf_counter() + _PATIENCE_SECONDS
    while time.perf_counter() < until and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path)
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass
        time.sleep(0.01)
    raise RuntimeError("the server did not start; see its log")


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in children.split()]


def _cpu(pid: int) -> float:
    """The processor time of all threads of a process; 0 for one that has ended.

    The clock of another process has its id in its number (``clock_getcpuclockid`` of the C library), and
    counts nanoseconds where ``/proc`` counts hundredths of a second.
    """
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0

"""The servers of the benchmark: the adapter, and bare Flask under the same server."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Running:
    """A running server: its port, the time to its first 200, and its process."""

    port: int
    first_answer: float
    pid: int

    def megabytes_per_worker(self) -> float:
        """The largest worker's resident memory, in megabytes."""
        return max(_resident(worker) for worker in self._workers())

    def cpu_seconds(self) -> float:
        """The processor time of the workers since their start."""
        return sum(_cpu(worker) for worker in self._workers())

    def _workers(self) -> list[int]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(child) for child in children.split()]


@contextmanager
def adapter(environment: dict[str, str], log: Path) -> Iterator[Running]:
    """``ip-adapter serve`` with this environment, and its log in a file."""
    command = [sys.executable, "-c", "from adapter.cli import main; main(['serve'])"]
    with _started(command, environment, log, "/readyz") as running:
        yield running


@contextmanager
def bare_flask(body: Path, environment: dict[str, str], log: Path) -> Iterator[Running]:
    """A Flask view with the bytes of ``body``, served like the adapter."""
    with _started([sys.executable, "-m", "bench.bare", str(body)], environment, log, "/") as running:
        yield running


@contextmanager
def _started(command: list[str], environment: dict[str, str], log: Path, path: str) -> Iterator[Running]:
    port = int(environment["PORT"])
    began = time.perf_counter()
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=output, stderr=output)
        try:
            _await_answer(process, port, path)
            yield Running(port, time.perf_counter() - began, process.pid)
        finally:
            process.terminate()
            process.wait(_PATIENCE_SECONDS)


def get(port: int, path: str, headers: dict[str, str]) -> bytes:
    """Send one GET; RuntimeError for any answer but 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{path}: {answer.status}")
    return answer.read()


def _await_answer(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    until = time.perf_counter() + _PATIENCE_SECONDS
    while time.perf_counter() < until and process.poll() is None:
        try:
            get(port, path, {})
        except (OSError, RuntimeError):
            time.sleep(0.01)
        else:
            return
    raise RuntimeError("the server did not start; see its log")


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _cpu(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

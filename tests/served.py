"""The adapter in a process of its own, for tests of sockets, signals and workers."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

PATIENCE_SECONDS = 30
SERVE = (sys.executable, "-c", "from adapter.cli import main; main(['serve'])")


@dataclass(frozen=True, slots=True)
class Served:
    """A running adapter: where it listens, its process, and the file its output goes to."""

    port: int
    process: subprocess.Popen[bytes]
    output: Path

    def get(self, path: str, patience: float = 10, **headers: str) -> tuple[int, bytes]:
        """The status and body of a GET on a new connection; TimeoutError after ``patience`` seconds."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        connection.request("GET", path, headers={**headers, "Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def workers(self) -> list[int]:
        """The ids of the processes that serve."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(child) for child in children.split()]

    def stop(self) -> int:
        """Send SIGTERM and give the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)


def plain_environment(var: Path, **settings: str) -> dict[str, str]:
    """The environment of this process without settings of the adapter, and with the given ones."""
    outside = {k: v for k, v in os.environ.items() if not k.startswith("ADAPTER_") and k != "PORT"}
    return {**outside, "ADAPTER_VAR": str(var), **settings}


def command(environment: Mapping[str, str], *arguments: str | Path) -> str:
    """Run ``ip-adapter`` and give its output; the exit code must be 0."""
    code = "import sys; from adapter.cli import main; main(sys.argv[1:])"
    line = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(line, env=dict(environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def served(environment: Mapping[str, str], line: Sequence[str | Path] = SERVE) -> Iterator[Served]:
    """The adapter on a free port, ready to answer, and stopped at the end."""
    port = free_port()
    output = Path(environment["ADAPTER_VAR"]) / "output"
    with output.open("ab") as file:
        process = subprocess.Popen(
            list(map(str, line)),
            env={**environment, "PORT": str(port)},
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
        running = Served(port, process, output)
        try:
            _await(running)
            yield running
        finally:
            if process.poll() is None:
                running.stop()


def connected(running: Served) -> socket.socket:
    """A connection to the adapter, to close with ``with``."""
    return socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE_SECONDS)


def everything(sock: socket.socket) -> bytes:
    """The bytes of a connection until the adapter closes it."""
    return b"".join(iter(lambda: sock.recv(65536), b""))


def exchange(running: Served, sent: bytes) -> bytes:
    """The answer to these bytes on a new connection, until the adapter closes it."""
    with connected(running) as sock:
        sock.sendall(sent)
        return everything(sock)


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until ``holds``; a test fails if it takes too long."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def free_port() -> int:
    """A port without a listener."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(running: Served) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and running.process.poll() is None:
        try:
            if running.get("/readyz")[0] == http.HTTPStatus.OK:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the adapter is not ready: {running.output.read_text()}")

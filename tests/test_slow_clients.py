"""Slow clients hold no threads: reads beside them are answered, and the slow are ended in time."""

from __future__ import annotations

import socket
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.served import command, connected, everything, plain_environment, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.served import Served

pytestmark = pytest.mark.slow

PROMPTLY_SECONDS = 3
HEAD = b"GET /fhir/CareTeam HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "
BODY = b'{"resourceType":"CareTeam"}'
POST = b"POST /fhir/CareTeam HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/fhir+json\r\n"
PATIENT = b'{"resourceType":"Patient","id":"torill","name":[{"family":"Bakkehaug"}]}'
PUT_PATIENT = (
    b"PUT /fhir/Patient/torill HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/fhir+json\r\n"
)
SHORT = {"REQUEST_SECONDS": 2, "IDLE_SECONDS": 4, "BODY_MEMORY": 1_000_000, "CONNECTIONS": 20}
"""Limits of the server for tests that wait for them."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One process, an open door and an empty database."""
    made = plain_environment(tmp_path_factory.mktemp("slow"), ADAPTER_AUTH="open", ADAPTER_WORKERS="1")
    command(made, "db", "upgrade")
    return made


@pytest.fixture(scope="module")
def running(environment: dict[str, str]) -> Iterator[Served]:
    """The adapter with its own limits."""
    with served(environment) as adapter:
        yield adapter


@pytest.fixture(scope="module")
def hasty(environment: dict[str, str]) -> Iterator[Served]:
    """The adapter with the limits of ``SHORT``."""
    code = (
        "import adapter.server.connections as connections\n"
        f"vars(connections).update({SHORT})\n"
        "from adapter.cli import main\n"
        "main(['serve'])"
    )
    with served(environment, [sys.executable, "-c", code]) as adapter:
        yield adapter


def _answered(adapter: Served, reads: int = 4) -> int:
    """How many of some reads at the same time are answered, each promptly."""

    def is_answered(_: int) -> bool:
        with suppress(TimeoutError):
            return adapter.get("/fhir/CareTeam", PROMPTLY_SECONDS)[0] == 200
        return False

    with ThreadPoolExecutor(reads) as threads:
        return sum(threads.map(is_answered, range(reads)))


def _open(adapter: Served, stack: ExitStack, sent: bytes, count: int) -> list[socket.socket]:
    """Connections on which these bytes are sent and no more."""
    opened = [stack.enter_context(connected(adapter)) for _ in range(count)]
    for sock in opened:
        sock.sendall(sent)
    return opened


def test_reads_are_answered_beside_slow_bodies_and_heads(running: Served) -> None:
    """8 bodies that stop in the middle and 40 heads without an end stop no read, and can go on later."""
    with ExitStack() as stack:
        begun = POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY[:9]
        bodies = _open(running, stack, begun, 8)
        heads = _open(running, stack, HEAD, 40)
        time.sleep(0.5)
        assert _answered(running) == 4
        bodies[0].sendall(BODY[9:])
        assert b"OperationOutcome" in everything(bodies[0])
        heads[0].sendall(b"y\r\nConnection: close\r\n\r\n")
        assert everything(heads[0]).startswith(b"HTTP/1.1 200")


def test_reads_are_answered_beside_waiting_writes(running: Served, environment: dict[str, str]) -> None:
    """12 writes that wait for their turn stop no read, and each is answered when the turn is free."""
    path = Path(environment["ADAPTER_VAR"]) / "adapter.db"
    write = b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(PATIENT) + PATIENT
    with ExitStack() as stack:
        other = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
        other.execute("BEGIN IMMEDIATE")
        writes = _open(running, stack, PUT_PATIENT + write, 12)
        time.sleep(0.5)
        assert _answered(running) == 4
        other.execute("ROLLBACK")
        answers = [everything(sock).partition(b"\r\n")[0] for sock in writes]
    assert sorted(answers) == [b"HTTP/1.1 201 CREATED", *[b"HTTP/1.1 428 PRECONDITION REQUIRED"] * 11]


@pytest.mark.parametrize(
    ("begun", "drop"),
    [
        (HEAD, b"x"),
        (POST + b"Content-Length: 900\r\n\r\n", b" "),
        (POST + b"Content-Length: 900\r\n\r\n", b""),
    ],
    ids=["head", "body", "nothing more"],
)
def test_a_request_must_arrive_in_time(hasty: Served, begun: bytes, drop: bytes) -> None:
    """A request that is not whole in time gets 408 and the end, also when a byte comes now and then."""
    with connected(hasty) as sock:
        sock.sendall(begun)
        sock.settimeout(0.2)
        answer = b""
        for _ in range(50):
            with suppress(TimeoutError):
                answer = sock.recv(65536)
            if answer:
                break
            sock.sendall(drop)
        assert answer.startswith(b"HTTP/1.1 408")


def test_an_answer_must_be_taken_in_time(hasty: Served) -> None:
    """A client that asks for much and reads nothing stops no read, and loses its connection."""
    asked = b"GET /fhir/metadata HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 150
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(10)
        sock.connect(("127.0.0.1", hasty.port))
        sock.sendall(asked)
        time.sleep(1)
        assert _answered(hasty) == 4
        time.sleep(SHORT["REQUEST_SECONDS"] + PROMPTLY_SECONDS)
        taken = b""
        with suppress(ConnectionResetError):
            taken = everything(sock)
    assert taken.count(b"HTTP/1.1 200") < 150


def test_bodies_hold_a_bounded_memory(hasty: Served) -> None:
    """A body that would hold too much together with others gets 503 with Retry-After; the others go on."""
    size = SHORT["BODY_MEMORY"] * 2 // 3
    head = POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % size
    with connected(hasty) as first, connected(hasty) as second:
        first.sendall(head + b" " * (size - 1))
        time.sleep(0.3)
        second.sendall(head + b" " * (size - 1))
        refused = everything(second)
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"Retry-After: 1\r\n" in refused
        first.sendall(b" ")
        assert b"OperationOutcome" in everything(first)


def test_a_connection_beyond_the_limit_waits(hasty: Served) -> None:
    """A process with too many connections takes the next ones when idle ones have ended."""
    with ExitStack() as stack:
        idle = _open(hasty, stack, b"", SHORT["CONNECTIONS"] + 5)
        assert hasty.get("/fhir/CareTeam")[0] == 200
        assert everything(idle[0]) == b""

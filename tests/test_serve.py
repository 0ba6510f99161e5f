"""The adapter behind its server: processes, signals, limits and malformed requests on a socket."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapter.app.requests import LARGEST_BODY
from tests.served import (
    PATIENCE_SECONDS,
    SERVE,
    command,
    connected,
    eventually,
    everything,
    exchange,
    plain_environment,
    served,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.served import Served

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same for the tests of this module that do not stop it."""
    environment = plain_environment(
        tmp_path_factory.mktemp("shared"), ADAPTER_AUTH="open", ADAPTER_WORKERS="2"
    )
    command(environment, "db", "upgrade")
    with served(environment) as adapter:
        yield adapter


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Served]:
    """Two workers with an open door and an empty database."""
    environment = plain_environment(tmp_path, ADAPTER_AUTH="open", ADAPTER_WORKERS="2")
    command(environment, "db", "upgrade")
    with served(environment) as adapter:
        yield adapter


def test_serve_prints_its_address_and_then_log_lines(running: Served) -> None:
    """The first line is the address; every later line is the JSON of one interaction."""
    assert running.get("/fhir/CareTeam?_id=x")[0] == 200
    assert running.get("/fhir/CareTeam/x")[0] == 404
    assert running.stop() == 0
    first, *lines = running.output.read_text().splitlines()
    assert "serves municipality" in first
    assert [json.loads(line)["status"] for line in lines] == [200, 404]


def test_sigterm_lets_a_request_under_way_finish(running: Served) -> None:
    """A request whose body is still on its way at SIGTERM gets its answer."""
    body = b'{"resourceType":"CareTeam"}'
    head = "PUT /fhir/CareTeam/x HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as sock:
        sock.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
        time.sleep(0.5)
        stopping = threading.Thread(target=running.stop)
        stopping.start()
        time.sleep(0.5)
        sock.sendall(body[5:])
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
    stopping.join()
    assert answer.startswith(b"HTTP/1.1 4")
    assert b"OperationOutcome" in answer


NUMBER = b"12856812055"
PATIENT = b"GET /fhir/Patient?identifier=" + NUMBER
POST = b"POST /fhir/Patient HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
MALFORMED = {
    "version": (505, PATIENT + b" HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n"),
    "no version": (505, PATIENT + b"\r\n\r\n"),
    "field": (400, b"GET /fhir/Patient HTTP/1.1\r\nHost: 127.0.0.1\r\n" + NUMBER + b" : x\r\n\r\n"),
    "folded field": (400, b"GET /fhir/Patient HTTP/1.1\r\nHost: 127.0.0.1\r\n " + NUMBER + b"\r\n\r\n"),
    "bare line feed": (400, b"GET /fhir/Patient HTTP/1.1\r\nHost: a\nX: " + NUMBER + b"\r\n\r\n"),
    "line": (400, NUMBER + b"\r\n\r\n"),
    "address": (400, b"GET http://[" + NUMBER + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
    "two hosts": (400, b"GET /fhir/Patient HTTP/1.1\r\nHost: a\r\nHost: " + NUMBER + b"\r\n\r\n"),
    "long line": (414, PATIENT + b"&x=" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
    "long field": (431, POST + b"X: " + NUMBER + b"x" * 9000 + b"\r\n\r\n"),
    "many fields": (431, POST + b"".join(b"X-%d: 1\r\n" % number for number in range(64)) + b"\r\n"),
    "endless head": (431, POST + (b"X: " + NUMBER * 100 + b"\r\n") * 40),
    "two lengths": (400, POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n" + NUMBER),
    "length with a sign": (400, POST + b"Content-Length: +11\r\n\r\n" + NUMBER),
    "length of many digits": (400, POST + b"Content-Length: " + b"1" * 5000 + b"\r\n\r\n" + NUMBER),
    "length and coding": (400, POST + CHUNKED + b"Content-Length: 11\r\n\r\n" + NUMBER),
    "two codings": (400, POST + CHUNKED * 2 + b"\r\n" + NUMBER),
    "coding of HTTP/1.0": (400, POST.replace(b"1.1", b"1.0") + CHUNKED + b"\r\n" + NUMBER),
    "coding": (501, POST + b"Transfer-Encoding: xchunked\r\n\r\n" + NUMBER),
    "size of a chunk": (400, POST + CHUNKED + b"\r\n" + NUMBER + b"x\r\n"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_http_is_refused_and_not_logged(shared: Served, name: str) -> None:
    """A malformed, ambiguous or too large head is refused and closed; no birth number is told or logged."""
    status, sent = MALFORMED[name]
    answer = exchange(shared, sent)
    assert int(answer.split()[1]) == status
    assert b"connection: close" in answer.lower()
    assert NUMBER not in answer
    assert shared.get("/healthz")[0] == 200
    assert NUMBER.decode() not in shared.output.read_text()


CLOSE = b"Host: 127.0.0.1\r\nConnection: close\r\n"
VALIDATE = b"POST /fhir/CareTeam/$validate HTTP/1.1\r\nContent-Type: application/fhir+json\r\n" + CLOSE
BODY = b'{"resourceType":"CareTeam"}'
FAULTS = b'"OperationOutcome"'


def test_one_connection_carries_pipelined_requests(shared: Served) -> None:
    """Requests that are sent in one go on one connection are answered in their order."""
    paths = [b"/healthz", b"/fhir/CareTeam/x", b"/healthz"]
    sent = b"".join(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path for path in paths)
    answer = exchange(shared, sent + b"GET /fhir/metadata HTTP/1.1\r\n" + CLOSE + b"\r\n")
    statuses = [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 404, 200, 200]
    assert answer.rstrip().endswith(b"}")


def test_a_chunked_body_is_read(shared: Served) -> None:
    """A body in chunks, with an extension and a trailer, reaches the application whole."""
    chunks = b"5;a=b\r\n" + BODY[:5] + b"\r\n%x\r\n" % len(BODY[5:]) + BODY[5:] + b"\r\n0\r\nX: y\r\n\r\n"
    in_chunks = VALIDATE + CHUNKED + b"\r\n" + chunks
    whole = VALIDATE + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    empty = VALIDATE + b"Content-Length: 0\r\n\r\n"
    verdicts = [exchange(shared, sent).partition(b"\r\n\r\n")[2] for sent in (in_chunks, whole, empty)]
    assert FAULTS in verdicts[0]
    assert verdicts[0] == verdicts[1] != verdicts[2]


@pytest.mark.parametrize("expectation", [b"100-continue", b"100-Continue"])
def test_a_body_is_asked_for(shared: Served, expectation: bytes) -> None:
    """`Expect: 100-continue` gets 100 before the body is sent."""
    head = VALIDATE + b"Content-Length: %d\r\n" % len(BODY)
    with connected(shared) as sock:
        sock.sendall(head + b"Expect: " + expectation + b"\r\n\r\n")
        assert sock.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(BODY)
        assert FAULTS in everything(sock)


@pytest.mark.parametrize(
    ("field", "status"),
    [(b"", 200), (b"Content-Length: 99999999\r\n", 413), (b"Content-Length: x\r\n", 400)],
    ids=["no body", "too large", "malformed"],
)
def test_no_body_is_asked_for_where_none_is_read(shared: Served, field: bytes, status: int) -> None:
    """`Expect: 100-continue` on a request without a body, or one that is refused, gets the answer at once."""
    line = VALIDATE if field else b"GET /healthz HTTP/1.1\r\n" + CLOSE
    answer = exchange(shared, line + b"Expect: 100-continue\r\n" + field + b"\r\n")
    assert int(answer.split()[1]) == status


def test_a_body_that_is_too_large_is_refused_by_the_door(shared: Served) -> None:
    """Bodies beyond 5 MB get 413 as an OperationOutcome, by their stated length and by what is sent."""
    line = VALIDATE
    little_more, much_more = LARGEST_BODY + 1, 3 * LARGEST_BODY
    stated = line + b"Content-Length: %d\r\n\r\n"
    chunk = b"%x\r\n" % little_more + b" " * little_more + b"\r\n0\r\n\r\n"
    for sent in (
        stated % little_more + b" " * little_more,
        stated % much_more,
        line + CHUNKED + b"\r\n" + chunk,
    ):
        answer = exchange(shared, sent)
        assert answer.startswith(b"HTTP/1.1 413")
        assert FAULTS in answer


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_proxy_headers_reach_the_application_and_change_nothing(shared: Served, name: str) -> None:
    """The open door sees that a request came through a proxy, and refuses it."""
    assert shared.get("/fhir/CareTeam", **{name: "127.0.0.1"})[0] == 403


def test_a_request_without_host_is_to_the_address_of_the_socket(shared: Served) -> None:
    """HTTP/1.0 has no Host; the open door answers, since the socket's address is this machine."""
    assert exchange(shared, b"GET /fhir/CareTeam HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 200")


def test_a_process_that_crashes_is_started_anew(running: Served) -> None:
    """The other process answers meanwhile, and a new process takes the place of the one that was killed."""
    before = running.workers()
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    assert [running.get("/healthz")[0] for _ in range(20)] == [200] * 20
    eventually(lambda: len(running.workers()) == 2 and before[0] not in running.workers())
    assert before[1] in running.workers()
    assert running.get("/fhir/CareTeam")[0] == 200
    assert running.stop() == 0


def test_the_processes_end_with_their_parent(running: Served) -> None:
    """A parent that is killed takes its processes along, so that the address is free again."""
    workers = running.workers()
    running.process.kill()
    running.process.wait()
    eventually(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    with pytest.raises(ConnectionRefusedError):
        running.get("/healthz")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_closes_what_is_idle_and_refuses_what_is_new(running: Served, number: signal.Signals) -> None:
    """An idle connection is closed, a new one refused, and the exit code is 0."""
    with connected(running) as idle, connected(running) as used:
        used.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert used.recv(65536).startswith(b"HTTP/1.1 200")
        os.killpg(running.process.pid, number) if number == signal.SIGINT else running.process.send_signal(
            number
        )
        assert everything(idle) == everything(used) == b""
    assert running.process.wait(PATIENCE_SECONDS) == 0
    with pytest.raises(ConnectionRefusedError):
        running.get("/healthz")


def test_a_stop_takes_a_bounded_time(tmp_path: Path) -> None:
    """A request that does not end is cut off after the seconds to drain, and the exit code is 0."""
    environment = plain_environment(tmp_path, ADAPTER_AUTH="open")
    command(environment, "db", "upgrade")
    code = (
        "import adapter.server.connections as connections\n"
        "connections.DRAIN_SECONDS = 2\n"
        "from adapter.cli import main\n"
        "main(['serve'])"
    )
    with served(environment, [sys.executable, "-c", code]) as running, connected(running) as endless:
        endless.sendall(POST)
        time.sleep(0.5)
        assert running.stop() == 0  # it raises if the process is not gone in time


def test_an_address_in_use_is_told(running: Served, tmp_path: Path) -> None:
    """A second service at the same address exits with 2 and says why."""
    environment = plain_environment(tmp_path, ADAPTER_AUTH="open", PORT=str(running.port))
    done = subprocess.run(SERVE, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"port {running.port}: Address already in use" in done.stderr


def test_serve_stops_on_a_database_that_is_not_migrated(tmp_path: Path) -> None:
    """`serve` prints what to do and exits."""
    with pytest.raises(AssertionError, match="db upgrade"), served(plain_environment(tmp_path)):
        pass

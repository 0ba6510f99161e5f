"""The adapter behind gunicorn: workers, signals, and malformed requests on a socket."""

from __future__ import annotations

import json
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from adapter.cli.serve import configuration
from adapter.settings import Settings
from tests.served import command, plain_environment, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.served import Served

pytestmark = pytest.mark.slow


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


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /fhir/Patient?identifier=12856812055 HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /fhir/Patient HTTP/1.1\r\nHost: 127.0.0.1\r\n12856812055 : x\r\n\r\n",
        b"12856812055\r\n\r\n",
        b"GET /fhir/Patient?identifier=12856812055&x=" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /fhir HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12856812055",
        b"POST /fhir/Patient HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n12856812055",
    ],
    ids=["version", "header", "line", "long", "two lengths", "coding"],
)
def test_malformed_http_is_refused_and_not_logged(running: Served, sent: bytes) -> None:
    """A malformed request gets 4xx or 501 and is closed; no birth number in it is in the log."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as sock:
        sock.sendall(sent)
        answer = sock.recv(65536)
    assert answer.split()[1][:1] == b"4" or answer.split()[1] == b"501"
    assert running.get("/healthz")[0] == 200
    running.stop()
    assert "12856812055" not in running.output.read_text()


def test_serve_stops_on_a_database_that_is_not_migrated(tmp_path: Path) -> None:
    """`serve` prints what to do and exits."""
    with pytest.raises(AssertionError, match="db upgrade"), served(plain_environment(tmp_path)):
        pass


def test_gunicorn_trusts_no_proxy_and_has_no_access_log() -> None:
    """Gunicorn has no access log, no trusted proxy headers, and limits on requests."""
    options = configuration(Settings.from_environment({"ADAPTER_HOST": "::1", "PORT": "9"}))
    assert options["bind"] == "[::1]:9"
    assert options["accesslog"] is None
    assert options["secure_scheme_headers"] == {}
    assert options["limit_request_field_size"] <= 8190

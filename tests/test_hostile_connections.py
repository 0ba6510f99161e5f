"""Broken requests, and clients that leave in the middle, end their own connection and nothing else."""

from __future__ import annotations

import random
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.served import command, eventually, plain_environment, served

if TYPE_CHECKING:
    from tests.served import Served

pytestmark = pytest.mark.slow

HOST = b"Host: 127.0.0.1\r\n"
JSON = b"Content-Type: application/fhir+json\r\n"
REQUESTS = [
    b"GET /fhir/CareTeam HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /fhir/metadata HTTP/1.1\r\n" + HOST + b"\r\n",
    b"HEAD /healthz HTTP/1.0\r\n\r\n",
    b"GET /%ff%00 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    b"CONNECT a:1 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"POST /fhir/CareTeam/$validate HTTP/1.1\r\n" + HOST + JSON + b"Transfer-Encoding: chunked\r\n\r\n"
    b'5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n',
    b"POST /fhir HTTP/1.1\r\n" + HOST + b"Content-Length: 50\r\n\r\nabc",
    b"PUT /fhir/CareTeam/x HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999\r\n\r\n" + b"z" * 30_000,
    b"\r\n\r\n",
    b"\x00\xff\xfe",
]


def _broken(request: bytes, chance: random.Random) -> bytes:
    """The request, at times cut, and at times with another byte in it."""
    if chance.random() < 0.3:
        request = request[: chance.randint(0, len(request))]
    if request and chance.random() < 0.3:
        place = chance.randrange(len(request))
        request = request[:place] + bytes([chance.randrange(256)]) + request[place + 1 :]
    return request


def _client(adapter: Served, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same requests in every run
    for _ in range(50):
        with suppress(OSError), socket.create_connection(("127.0.0.1", adapter.port), timeout=0.2) as sock:
            for _ in range(chance.randint(1, 4)):
                sock.sendall(_broken(chance.choice(REQUESTS), chance))
                if chance.random() < 0.5:
                    sock.recv(chance.choice([1, 65536]))


def test_broken_requests_and_clients_that_leave_harm_no_process(tmp_path: Path) -> None:
    """The same processes serve afterwards, with no connection left open and no failure in the log."""
    environment = plain_environment(tmp_path, ADAPTER_AUTH="open", ADAPTER_WORKERS="2")
    command(environment, "db", "upgrade")
    with served(environment) as adapter:
        workers = adapter.workers()
        with ThreadPoolExecutor(12) as threads:
            list(threads.map(lambda seed: _client(adapter, seed), range(12)))
        assert [adapter.get("/fhir/CareTeam")[0] for _ in range(4)] == [200] * 4
        assert adapter.workers() == workers
        eventually(lambda: all(_open_sockets(worker) <= 1 for worker in workers))  # the listening one
        assert adapter.stop() == 0
        told = [line for line in adapter.output.read_text().splitlines() if not line.startswith("{")]
        assert len(told) == 1, told


def _open_sockets(process: int) -> int:
    """The number of sockets that a process has open."""
    found = 0
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):
            found += str(descriptor.readlink()).startswith("socket:")
    return found

"""Load over HTTP: prepared bytes on kept-alive connections, from other processes.

The load uses no client library, which would take more processor time than the server.
"""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain, count
from statistics import median, quantiles
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MARK = "@@@@@@@@@@@@@@@@@@@@"
"""Stands in a body for a number that is another one in every request."""

_UNAVAILABLE = 503


@dataclass(frozen=True, slots=True)
class Load:
    """The figures of one run: answers, answers per second, the time of one (milliseconds), and 503s."""

    count: int
    rate: float
    p50: float
    p99: float
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """A request without its server: method, path, header fields and body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str = ""

    def bytes(self, port: int) -> bytes:
        """The request as it is sent to a port of this machine."""
        body = self.body.encode()
        fields = {"Host": f"127.0.0.1:{port}", **self.headers}
        if body:
            fields["Content-Length"] = str(len(body))
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in fields.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + body

    def once(self) -> Request:
        """The request with numbers in place of its marks, others in each call."""
        return replace(self, body=self.body.replace(MARK, f"{time.time_ns():020}"))


def as_json(value: Any) -> str:
    """JSON in one line, as clients send it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def quantile_99(times: Sequence[float]) -> float:
    """The time that 99 of 100 are within."""
    return quantiles(times, n=100)[98] if len(times) > 1 else times[0]


def run(port: int, requests: Sequence[Request], *, seconds: float, connections: int) -> Load:
    """Send the requests over and over, one at a time on each connection, and each connection others.

    Raises:
        RuntimeError: an answer is neither 200 nor 201 nor 503.
    """
    processes = min(2, connections)
    sent = [request.bytes(port) for request in requests]
    mine = [
        [sent[place::connections] or sent for place in range(n, connections, processes)]
        for n in range(processes)
    ]
    with ProcessPoolExecutor(processes) as pool:
        jobs = [pool.submit(_work, port, some, seconds) for some in mine]
        answers = list(chain.from_iterable(job.result() for job in jobs))
    times = [spent for spent, status in answers if status != _UNAVAILABLE]
    if not times:
        raise RuntimeError("every request was answered 503")
    rate = len(times) / max(seconds, sum(times) / connections)
    refused = len(answers) - len(times)
    return Load(len(times), rate, median(times) * 1000, quantile_99(times) * 1000, refused)


def _work(port: int, mine: list[list[bytes]], seconds: float) -> list[tuple[float, int]]:
    answers: list[list[tuple[float, int]]] = [[] for _ in mine]
    faults: list[Exception] = []
    until = time.perf_counter() + seconds

    def connection(sent: list[bytes], into: list[tuple[float, int]]) -> None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as sock:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for turn in count():
                    request = _marked(sent[turn % len(sent)])
                    began = time.perf_counter()
                    status = exchange(sock, request)
                    into.append((time.perf_counter() - began, status))
                    if time.perf_counter() > until:
                        return
        except (OSError, RuntimeError, ValueError) as fault:
            faults.append(fault)

    threads = [Thread(target=connection, args=pair) for pair in zip(mine, answers, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(f"a connection failed: {faults[0]}")
    return list(chain.from_iterable(answers))


def _marked(request: bytes) -> bytes:
    mark = MARK.encode()
    return request.replace(mark, b"%020d" % time.time_ns()) if mark in request else request


def exchange(sock: socket.socket, request: bytes) -> int:
    """Send a request, read the whole answer, and return its status."""
    sock.sendall(request)
    data = sock.recv(65536)
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(sock)
    head = data[:end].lower()
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    rest = bytearray(data[end + 4 :])
    while len(rest) < length:
        rest += _more(sock)
    status = int(head[9:12])
    if status not in {200, 201, _UNAVAILABLE}:
        raise RuntimeError(
            f"{request[:60].decode(errors='replace')}: {status} {bytes(rest[:600]).decode(errors='replace')}"
        )
    return status


def _more(sock: socket.socket) -> bytes:
    data = sock.recv(65536)
    if not data:
        raise RuntimeError("the server closed the connection")
    return data

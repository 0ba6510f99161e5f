"""Load over HTTP: prepared bytes on kept-alive connections, from other processes.

The load uses no client library, which would take more processor time than the server.
"""

from __future__ import annotations

import socket
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from statistics import median, quantiles
from threading import Thread


@dataclass(frozen=True, slots=True)
class Load:
    """The figures of one run: answers per second, and the time of an answer (milliseconds)."""

    count: int
    rate: float
    p50: float
    p99: float


def request_bytes(path: str, port: int, headers: dict[str, str]) -> bytes:
    """The bytes of a GET request."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def run(port: int, request: bytes, *, seconds: float, connections: int = 8, processes: int = 2) -> Load:
    """Send ``request`` over and over; every answer must be 200. Raises RuntimeError for any other."""
    each = connections // processes
    with ProcessPoolExecutor(processes) as pool:
        jobs = [pool.submit(_work, port, request, seconds, each) for _ in range(processes)]
        times = list(chain.from_iterable(job.result() for job in jobs))
    return Load(len(times), len(times) / seconds, median(times) * 1000, quantiles(times, n=100)[98] * 1000)


def _work(port: int, request: bytes, seconds: float, connections: int) -> list[float]:
    times: list[list[float]] = [[] for _ in range(connections)]
    faults: list[Exception] = []
    until = time.perf_counter() + seconds

    def connection(mine: list[float]) -> None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while (began := time.perf_counter()) < until:
                    _exchange(sock, request)
                    mine.append(time.perf_counter() - began)
        except (OSError, RuntimeError, ValueError) as fault:
            faults.append(fault)

    threads = [Thread(target=connection, args=(mine,)) for mine in times]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(f"a connection failed: {faults[0]}")
    return list(chain.from_iterable(times))


def _exchange(sock: socket.socket, request: bytes) -> None:
    sock.sendall(request)
    data = sock.recv(65536)
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(sock)
    head = data[:end].lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(head.split(b"\r\n")[0].decode("ascii", "replace"))
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    while len(data) < end + 4 + length:
        data += _more(sock)


def _more(sock: socket.socket) -> bytes:
    data = sock.recv(65536)
    if not data:
        raise RuntimeError("the server closed the connection")
    return data

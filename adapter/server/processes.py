"""The processes of the server: forked over one listening socket, and started anew when one ends.

The parent holds the writing end of a pipe that every worker watches. Closing it is the one way to stop the
workers: the parent does so at SIGTERM and SIGINT, and the system does when the parent itself is killed.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import select
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING

from adapter.server.connections import DRAIN_SECONDS, Server

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

_STOP = {signal.SIGTERM, signal.SIGINT}
_QUEUE = 1024
"""Connections that wait at the socket for a process."""

_SHORT_LIFE_SECONDS = 1
"""A worker that ends sooner is started anew after this time: a crash at start must not be a busy loop."""

_SWITCH_SECONDS = 0.0005
"""Seconds after which a thread that computes gives way to one that has its answer from the database. With
Python's own 5 ms, a writer beside others that compute holds the lock that much longer for each statement."""

_NEW_OBJECTS = 20_000
"""Objects between two collections of garbage. A request makes thousands, nearly all freed without a
collection; with Python's own 700, collections took a tenth of the processor time of a request."""

_WITHOUT_CONTENT = {
    "total open connections reached the connection limit, no longer accepting new connections",
    "%d thread(s) still running",
    "Canceling %d pending task(s)",
}
"""Waitress's warnings that hold nothing of a request."""


def serve(
    application: WSGIApplication, host: str, port: int, workers: int, say_ready: Callable[[], None]
) -> None:
    """Serve a WSGI application until SIGTERM or SIGINT, in ``workers`` processes.

    Args:
        application: built already; it must hold no connection and no thread, since processes inherit it.
        host: the address to listen at.
        port: the port to listen at.
        workers: the number of processes.
        say_ready: called once, when the socket listens.

    Raises:
        OSError: the address cannot be listened at.
    """
    _log_without_content()
    listener = _listen(host, port)
    say_ready()
    gc.freeze()  # what is built stays shared between the processes
    _Workers(application, listener).run(workers)


class _Workers:
    """The worker processes, as their parent sees them."""

    def __init__(self, application: WSGIApplication, listener: socket.socket) -> None:
        self._application = application
        self._listener = listener
        self._lifeline, self._held = os.pipe()
        self._signals, self._written = os.pipe()
        self._began: dict[int, float] = {}

    def run(self, count: int) -> None:
        """Run ``count`` processes until SIGTERM or SIGINT, and then until they have finished."""
        os.set_blocking(self._written, False)
        signal.set_wakeup_fd(self._written)
        for number in (*_STOP, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)  # the number is written to the pipe
        for _ in range(count):
            self._start()
        while not _STOP & set(os.read(self._signals, 64)):
            for pid, status in self._ended():
                self._start_anew(pid, status)
        self._stop()

    def _start(self) -> None:
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            self._began[pid] = time.monotonic()
        else:
            self._work()

    def _work(self) -> None:
        """Serve in this new process, and end it."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number in _STOP:
                signal.signal(number, signal.SIG_IGN)  # a terminal and systemd send them to the parent too
            for end in (self._held, self._signals, self._written):
                os.close(end)
            sys.setswitchinterval(_SWITCH_SECONDS)
            gc.set_threshold(_NEW_OBJECTS)
            Server(self._application, self._listener).run_until_closed(self._lifeline)
            code = 0
        except Exception as error:  # noqa: BLE001 - its text may hold content
            _say(f"A worker process failed: {type(error).__name__}")
        finally:
            os._exit(code)  # without the clean-up that belongs to the parent

    def _ended(self) -> list[tuple[int, int]]:
        """The process ids and exit codes of the workers that have ended since the last call."""
        ended = []
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] in self._began:
                    ended.append((found[0], os.waitstatus_to_exitcode(found[1])))
        return ended

    def _start_anew(self, pid: int, code: int) -> None:
        _say(f"Worker process {pid} ended with code {code}; another one is started")
        if time.monotonic() - self._began.pop(pid) < _SHORT_LIFE_SECONDS:
            time.sleep(_SHORT_LIFE_SECONDS)
        self._start()

    def _stop(self) -> None:
        """Refuse new connections, let the workers finish, and kill those that do not in time."""
        self._listener.close()
        os.close(self._held)
        until = time.monotonic() + DRAIN_SECONDS + 2
        while self._began and time.monotonic() < until:
            for pid, _ in self._ended():
                del self._began[pid]
            if self._began and select.select([self._signals], [], [], 0.5)[0]:
                os.read(self._signals, 64)
        for pid in self._began:
            _say(f"Worker process {pid} did not finish in {DRAIN_SECONDS} s, and is ended")
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens at the address; ``::`` takes IPv4 too, as far as the system allows it."""
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    both = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
    return socket.create_server(address[:2], family=family, backlog=_QUEUE, dualstack_ipv6=both)


class _Log(logging.Handler):
    """The log of waitress without the content of requests: an unreadable one may hold a birth number."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line: a message known to hold no content, or else its place in waitress."""
        if record.msg in _WITHOUT_CONTENT:
            _say(record.getMessage())
        else:
            _say(f"A request failed in the server ({record.module}.{record.funcName})")


def _log_without_content() -> None:
    logger = logging.getLogger("waitress")
    logger.handlers, logger.propagate = [_Log()], False
    logger.setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a request that waits is no fault


def _say(line: str) -> None:
    sys.stderr.write(f"ip-adapter: {line}\n")
    sys.stderr.flush()

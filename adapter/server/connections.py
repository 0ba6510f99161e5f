"""One process of the server: its connections, with limits on time and memory, and its stop.

Waitress reads every request whole in its main thread, and only then gives it to a thread of the application;
so a slow client costs a connection and never a thread. A client that is too slow is ended by ``Channel``.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections import deque
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask
from waitress.wasyncore import file_dispatcher

from adapter.app.requests import LARGEST_BODY
from adapter.server.parsing import LARGEST_HEAD, Parser, Refusal

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

THREADS = 4
"""Requests one worker process works on at a time; most of a request is spent waiting for the database."""

REQUEST_SECONDS = 30
"""Seconds from the first byte of a request to its last; then 408. As long waits an answer to be taken."""

IDLE_SECONDS = 15
"""Seconds that a connection without a request stays open."""

DRAIN_SECONDS = 25
"""Seconds that running requests have to finish after SIGTERM; an orchestrator waits 30 s."""

_LAST_IDLE_SECONDS = 1
"""Seconds that an idle connection stays open after SIGTERM, for a request that is on its way."""

_DISCARD_SECONDS = 2
"""Seconds in which the rest of a refused request is read and dropped, so that its sender gets the answer."""

CONNECTIONS = 256
"""Open connections of one process; further ones wait in the queue of the socket."""

BODY_MEMORY = 64 * 1024 * 1024
"""Bytes of request bodies that one process holds; a body that grows beyond is refused with 503."""

_SMALL_BODY = 64 * 1024
_NEVER_TO_A_FILE = 2**40


class Task(WSGITask):  # type: ignore[misc]  # waitress has no types
    """One request in the application."""

    def start(self) -> None:
        """Begin; after SIGTERM the answer says that the connection closes."""
        super().start()
        if self.channel.server.stopping:
            self.set_close_on_finish()

    def finish(self) -> None:
        """Send the whole answer from this thread: head and body in one call of the system."""
        super().finish()
        self.channel.send_all()


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """One connection; a refused request is answered, and the rest of it is dropped before the end.

    Closing a socket with unread bytes would make the system drop the answer
    (https://www.rfc-editor.org/rfc/rfc9112#section-9.6).
    """

    parser_class = Parser
    task_class = Task
    request: Parser | None
    close_when_flushed: bool
    will_close: bool
    _is_cut = False
    _discards_until = 0.0

    def received(self, data: bytes) -> bool:
        """Take bytes of requests; refuse a body if the bodies of this process hold too much memory."""
        if self._discards_until:
            return False
        taken: bool = super().received(data)
        is_large = self.request is not None and self.request.body_bytes_received > _SMALL_BODY
        if is_large and self.server.bytes_held() > BODY_MEMORY:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        return taken

    def service(self) -> None:
        """Answer the oldest request, in a thread of the application."""
        request = self.requests[0]
        self._is_cut |= request.is_cut
        try:
            super().service()
        finally:
            self.server.task_dispatcher.end(request)

    def handle_write(self) -> None:
        """Send what stands in the buffers, and close what is to be closed."""
        if self.will_close or not (self._is_cut and self.close_when_flushed):
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if self.connected and not self.total_outbufs_len:
            self.close_when_flushed = False
            self._discards_until = time.monotonic() + _DISCARD_SECONDS
            try:
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:  # the client has gone
                self.will_close = True

    def bytes_held(self) -> int:
        """The bytes of request bodies that this connection holds."""
        requests = [*self.requests, *([self.request] if self.request else [])]
        return sum(request.body_bytes_received for request in requests)

    def send_all(self) -> None:
        """Send what stands in the buffers, as far as the client takes it."""
        with self.outbuf_lock:
            self._flush_exception(self._flush_some, do_close=False)

    def end_if_slow(self, idle_seconds: float) -> None:
        """End a request that is too long under way, an answer nobody takes, and an idle connection."""
        silent = time.time() - self.last_activity
        if self._discards_until:
            self.will_close |= time.monotonic() > self._discards_until
        elif self.total_outbufs_len:
            self.will_close |= silent > REQUEST_SECONDS
        elif not self.requests:
            if self.request is None:
                self.will_close |= silent > idle_seconds
            elif time.monotonic() - self.request.began > REQUEST_SECONDS:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer the request under way with a status; the connection closes after it."""
        with self.requests_lock:
            request: Any = self.request
            self.request = None
            request.error, request.completed, request.is_cut = Refusal(status), True, True
            self.requests.append(request)
            if len(self.requests) == 1:
                self.server.add_task(self)


class Threads(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress has no types
    """The threads of the application; one of them is always free of writes, which wait for each other.

    Without it, as many writes as there are threads would stop all reads.
    """

    def __init__(self) -> None:
        super().__init__()
        self._writes = 0
        self._waiting: deque[Channel] = deque()
        self._counting = threading.Lock()
        self.set_thread_count(THREADS)

    def add_task(self, task: Channel) -> None:
        """Give the oldest request of a connection to a thread; a write waits while the others hold writes."""
        if _is_write(task.requests[0]):
            with self._counting:
                if self._writes == THREADS - 1:
                    self._waiting.append(task)
                    return
                self._writes += 1
        super().add_task(task)

    def end(self, request: Parser) -> None:
        """Note that a request is answered; the write that has waited longest takes the place of a write."""
        if not _is_write(request):
            return
        with self._counting:
            following = self._waiting.popleft() if self._waiting else None
            self._writes -= following is None
        if following is not None:
            super().add_task(following)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Stop the threads, and drop the requests that still wait."""
        with self._counting:
            self._waiting.clear()
        return bool(super().shutdown(cancel_pending, timeout))


def _is_write(request: Parser) -> bool:
    """May the request wait for the writer's turn?"""
    return request.error is None and request.command not in {"GET", "HEAD", "OPTIONS"}


class Server(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """The connections of one process, over a socket that listens already."""

    channel_class = Channel
    stopping = False

    def __init__(self, application: WSGIApplication, listener: socket.socket) -> None:
        super().__init__(
            application,
            map={},
            _sock=listener,
            dispatcher=Threads(),
            adj=_adjustments(listener),
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )

    def run_until_closed(self, lifeline: int) -> None:
        """Serve until the other end of the pipe ``lifeline`` is closed; then let running requests finish."""
        _Lifeline(self, lifeline)
        while not self.stopping:
            self._turn(1)
        self._drain(time.monotonic() + DRAIN_SECONDS)

    def maintenance(self, now: float) -> None:  # noqa: ARG002 - waitress's signature
        """End slow and idle connections; waitress calls it each second."""
        for channel in list(self.active_channels.values()):
            channel.end_if_slow(_LAST_IDLE_SECONDS if self.stopping else IDLE_SECONDS)

    def bytes_held(self) -> int:
        """The bytes of request bodies that this process holds."""
        return sum(channel.bytes_held() for channel in self.active_channels.values())

    def _turn(self, seconds: float) -> None:
        self.asyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _drain(self, until: float) -> None:
        """Take the connections that wait, close the socket, and finish requests until the time ``until``."""
        while select.select([self.socket], [], [], 0)[0]:
            self.handle_accept()
        self.del_channel()
        self.socket.close()
        while self.active_channels and time.monotonic() < until:
            self.maintenance(until)
            self._turn(0.1)
        self.task_dispatcher.shutdown(timeout=max(0, until - time.monotonic()))


class _Lifeline(file_dispatcher):  # type: ignore[misc]  # waitress has no types
    """The reading end of a pipe that the parent process holds open: the server stops when it closes."""

    def __init__(self, server: Server, reading: int) -> None:
        super().__init__(reading, map=server._map)  # noqa: SLF001 - waitress has no other name for it
        self._server = server

    def writable(self) -> bool:
        """The pipe is only read: false."""
        return False

    def handle_read(self) -> None:
        """Stop the server."""
        self.handle_close()

    def handle_close(self) -> None:
        """Stop the server."""
        self._server.stopping = True
        self.close()


def _adjustments(listener: socket.socket) -> Adjustments:
    """Waitress's settings: proxy headers reach the application and change nothing; no content in files."""
    adjustments = Adjustments(
        sockets=[listener],
        threads=THREADS,
        clear_untrusted_proxy_headers=False,
        server_name=listener.getsockname()[0],
        ident=None,
        connection_limit=CONNECTIONS,
        cleanup_interval=1,
        max_request_header_size=LARGEST_HEAD,
        max_request_body_size=2 * LARGEST_BODY,
        inbuf_overflow=_NEVER_TO_A_FILE,
        outbuf_overflow=_NEVER_TO_A_FILE,
        outbuf_high_watermark=_NEVER_TO_A_FILE,
        log_socket_errors=False,
    )
    adjustments.send_bytes = _SMALL_BODY
    return adjustments

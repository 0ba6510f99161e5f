"""The queue of writers: first come, first served, between the threads of a process and between processes.

SQLite gives its write lock to whoever asks at the right moment, and lets the others sleep ever longer. So
processes queue in a file beside the database: each takes a number, holds a lock of the system on the byte of
that number, and waits until the byte of the number before is free. A process that ends, however it ends,
frees its byte. PostgreSQL has a fair queue of its own, on the row of the clock.

The queue is about order alone: the lock of the database is what keeps writers apart.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FIRST = 1024
"""The byte of number 0; the bytes before it hold the number that is next."""

_NUMBERS = 2**40
"""Numbers begin anew after as many writes."""

_POLL_SECONDS = 0.0005


class Turn:
    """The queue of the writers of one database.

    Args:
        database: the SQLite file; None for another database, whose processes queue by themselves.
    """

    def __init__(self, database: Path | None) -> None:
        self._threads = threading.Condition()
        self._next = self._served = 0
        self._gone: set[int] = set()
        self._file = _File(database) if database else None

    @contextmanager
    def taken(self, seconds: float) -> Iterator[None]:
        """The turn of this thread, in the order of asking.

        Raises:
            TimeoutError: the turn has not come within ``seconds``.
        """
        until = time.monotonic() + seconds
        self._wait(seconds)
        try:
            if self._file is None:
                yield
            else:
                with self._file.taken(until):
                    yield
        finally:
            with self._threads:
                self._serve_next()

    def close(self) -> None:
        """Close the file, which no thread waits in; the next turn opens it again."""
        if self._file is not None:
            self._file.close()

    def _wait(self, seconds: float) -> None:
        with self._threads:
            mine, self._next = self._next, self._next + 1
            if not self._threads.wait_for(lambda: self._served == mine, seconds):
                self._gone.add(mine)
                raise TimeoutError

    def _serve_next(self) -> None:
        self._served += 1
        while self._served in self._gone:
            self._gone.discard(self._served)
            self._served += 1
        self._threads.notify_all()


class _File:
    """The file in which processes queue; one thread of a process uses it at a time.

    The locks belong to the process, and the system drops them when the process closes the file: so it is
    opened once, and stays open.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._opened: tuple[int, int] | None = None

    @contextmanager
    def taken(self, until: float) -> Iterator[None]:
        """The turn of this process; without a place for the file, the processes do not queue."""
        file = self._open()
        if file is None:
            yield
            return
        mine = _take_number(file)
        try:
            while not _is_free(file, mine - 1):
                if time.monotonic() > until:
                    raise TimeoutError
                time.sleep(_POLL_SECONDS)
            yield
        finally:
            fcntl.lockf(file, fcntl.LOCK_UN, 1, _FIRST + mine)

    def close(self) -> None:
        """Close the file, if this process has opened it."""
        if self._opened is not None and self._opened[0] == os.getpid():
            os.close(self._opened[1])
        self._opened = None

    def _open(self) -> int | None:
        """The file, opened once in each process: a fork inherits the file, but no locks."""
        if self._opened is None or self._opened[0] != os.getpid():
            if not self._database.exists():
                return None
            path = self._database.with_name(f"{self._database.name}.queue")
            try:
                file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError:
                return None
            self._opened = (os.getpid(), file)
        return self._opened[1]


def _take_number(file: int) -> int:
    """The next number, with the lock on its byte."""
    fcntl.lockf(file, fcntl.LOCK_EX, 1, 0)
    try:
        mine = int.from_bytes(os.pread(file, 8, 0), "big") % _NUMBERS + 1
        os.pwrite(file, mine.to_bytes(8, "big"), 0)
        fcntl.lockf(file, fcntl.LOCK_EX, 1, _FIRST + mine)
    finally:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, 0)
    return mine


def _is_free(file: int, number: int) -> bool:
    """Has the process with this number ended its turn? A number of this process itself is free."""
    try:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, _FIRST + number)
    except OSError:
        return False
    fcntl.lockf(file, fcntl.LOCK_UN, 1, _FIRST + number)
    return True

"""The SQLite file that a store has opened, compared with what its path leads to now.

SQLite goes on writing to a file that has been renamed or deleted, and reads its log into whatever file has
the name now (https://sqlite.org/howtocorrupt.html). So the file is compared at each checkout of a connection
and before and after each commit: its device, inode and size, the inodes of its log (``-wal``) and log index
(``-shm``), and, when its size or time has changed, its epoke, its schema's version and the number of its last
change. A difference is final until restart, in every process of the service.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sqlite3
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from adapter.errors import IssueType, Message, Unavailable
from adapter.storage import serving_lock
from adapter.storage.engine import is_reading
from adapter.storage.file_identity import Content, Place, content, inode, path_of, place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection, Engine

REPLACED = Message(
    "database-replaced",
    IssueType.NO_STORE,
    nb="Databasefilen er flyttet, slettet eller erstattet mens tjenesten bruker den. Start tjenesten på "
    "nytt; legg tilbake en sikkerhetskopi bare med ip-adapter db restore, mens tjenesten er stoppet.",
    en="The database file was moved, deleted or replaced while the service uses it. Restart the service; "
    "restore a backup only with ip-adapter db restore, while the service is stopped.",
)

_ATTEMPTS = 5
"""The times a content is read, since a checkpoint by another process may be under way."""

_REPLACED, _CANNOT_WRITE, _SEQ, _LOG, _INDEX = 0, 1, slice(8, 16), slice(16, 24), slice(24, 32)
"""The places in the memory that the processes of a service share: two marks, and three numbers."""


class DatabaseFile:
    """The file of one store. It has no path for PostgreSQL and for a database in memory: never replaced."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._shared = mmap.mmap(-1, mmap.PAGESIZE)  # the processes that are forked later see the same bytes
        self._turn = threading.Lock()
        self._let_go: Callable[[], object] | None = None
        self._place: Place | None = None
        self._content: Content | None = None
        self._connections: dict[int, Any] = {}
        self._is_settled = False

    def check(self) -> None:
        """Refuse a file that is no longer the one that was opened.

        Raises:
            Unavailable: also for every later call, in every process of the service.
        """
        if self._place is None or self._path is None:
            return
        if not self._shared[_REPLACED]:
            if place(self._path) == self._place:
                return
            with self._turn:
                self._compare(self._path)
        if self._shared[_REPLACED]:
            raise Unavailable(REPLACED.at())

    @property
    def cannot_write(self) -> bool:
        """The outcome of the service's last write: true if it failed because the database cannot write."""
        return bool(self._shared[_CANNOT_WRITE])

    @cannot_write.setter
    def cannot_write(self, failed: bool) -> None:
        self._shared[_CANNOT_WRITE] = failed

    def has_room(self, size: int) -> bool:
        """Tests whether ``size`` bytes can be written beside the file; true where there is no file."""
        if self._path is None:
            return True
        probe = self._path.with_name(f"{self._path.name}.room-{os.getpid()}")
        try:
            with probe.open("xb") as file:
                file.write(bytes(size))
        except OSError:
            return False
        finally:
            probe.unlink(missing_ok=True)
        return True

    def release(self) -> None:
        """Let go of the lock, after the last connection was closed."""
        if self._let_go is not None:
            self._let_go()
            self._let_go = None

    def before_close(self) -> None:
        """Compare once more, because closing the last connection writes the log into the file."""
        with contextlib.suppress(Unavailable):
            self.check()
        if self._shared[_REPLACED]:
            for connection in list(self._connections.values()):
                self._settle(connection)

    def on_connecting(self, *_: object) -> None:
        """Note or compare the file before it is opened."""
        if self._path is not None:
            with self._turn:
                self._begin(self._path)
            self.check()

    def on_connect(self, connection: Any, _record: object) -> None:
        """Compare before anything is read from a new connection; SQLite has opened the file and no more."""
        self._connections[id(connection)] = connection
        try:
            self.check()
        except Unavailable:  # the connection has opened whatever is at the path now
            self._connections.pop(id(connection), None)
            connection.close()
            raise

    def on_checkout(self, connection: Any, _record: object, _proxy: object) -> None:
        """Compare before a transaction begins."""
        try:
            self.check()
        except Unavailable:
            self._settle(connection)
            raise

    def on_commit(self, connection: Connection) -> None:
        """Compare before COMMIT of a write is sent."""
        if not is_reading(connection):
            self.check()

    def on_close(self, connection: Any, _record: object) -> None:
        """Forget a connection."""
        self._connections.pop(id(connection), None)

    def _begin(self, path: Path) -> None:
        """Note the file at the first connection, and that SQLite has removed the log with the last one."""
        if self._let_go is None and path.exists():
            lock = serving_lock.hold_shared(path)
            if lock is not None:
                self._let_go = weakref.finalize(self, os.close, lock)
        if self._place is None:
            self._place, self._content = place(path), content(path)
        if self._place is None or self._connections:
            return
        self._place = self._place._replace(log=0, log_index=0)
        if not inode(f"{path}-wal") and path.exists() and not serving_lock.is_open(path):
            self._put(_LOG, 0)
            self._put(_INDEX, 0)

    def _number(self, where: slice) -> int:
        return int.from_bytes(self._shared[where], "big")

    def _put(self, where: slice, number: int) -> None:
        self._shared[where] = number.to_bytes(8, "big")

    def _compare(self, path: Path) -> None:
        """Compare with what was noted, and note what has changed by the service's own writes."""
        noted, found = self._place, place(path)
        if noted is None or found == noted:
            return
        if found is None or (found.device, found.inode) != (noted.device, noted.inode):
            self._shared[_REPLACED] = 1
            return
        if found.size < noted.size or not self._is_same_content(path):
            self._shared[_REPLACED] = 1
            self._drop_log(noted.device)
            return
        for where, now in ((_LOG, found.log), (_INDEX, found.log_index)):
            if self._number(where) not in {0, now}:
                self._shared[_REPLACED] = 1
                return
            self._put(where, now)
        self._place = found

    def _is_same_content(self, path: Path) -> bool:
        """Tests whether the file holds the database that was opened, at its last known change or a later."""
        least = self._number(_SEQ)
        for attempt in range(_ATTEMPTS):
            found = content(path)
            if found is not None or self._content is None:
                break
            time.sleep(0.01 * attempt)
        if self._content is not None and (
            found is None or found[:2] != self._content[:2] or found.seq < least
        ):
            return False
        if found is not None:
            self._content = found
            self._put(_SEQ, max(found.seq, self._number(_SEQ)))
        return True

    def _settle(self, connection: Any) -> None:
        """Write the log of a moved file into that file, and remove the log from the path it lies at.

        The file that has the path now must not be read with it. Another connection may be in a transaction;
        then the next call does it.
        """
        if self._is_settled or self._place is None or self._path is None:
            return
        with contextlib.suppress(sqlite3.Error):
            connection.execute("PRAGMA busy_timeout=200").close()
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._is_settled = not busy
        if self._is_settled:
            for end, where in (("-wal", _LOG), ("-shm", _INDEX)):
                side = self._path.with_name(self._path.name + end)
                if self._number(where) and inode(side) == self._number(where):
                    side.unlink(missing_ok=True)

    def _drop_log(self, device: int) -> None:
        """Empty the log of a content that was overwritten: closing would write it into the content there now.

        The log may have been deleted too, so it is found among the open files of this process.
        """
        self._is_settled = True
        for name in os.listdir("/dev/fd"):
            with contextlib.suppress(OSError):  # of the listing itself
                found = os.fstat(int(name))
                if (found.st_dev, found.st_ino) == (device, self._number(_LOG)):
                    os.ftruncate(int(name), 0)


def watched(engine: Engine) -> DatabaseFile:
    """The file of an engine, compared at each checkout and commit of the engine from now on."""
    file = DatabaseFile(path_of(engine.url))
    event.listen(engine, "do_connect", file.on_connecting)
    event.listen(engine, "connect", file.on_connect, insert=True)
    event.listen(engine, "checkout", file.on_checkout)
    event.listen(engine, "commit", file.on_commit)
    event.listen(engine, "close", file.on_close)
    return file

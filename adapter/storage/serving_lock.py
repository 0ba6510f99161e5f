"""The lock file beside a SQLite file: who uses the database holds it shared, and a restore holds it alone.

The lock is flock's, which the kernel frees when the last process that inherited it ends, however it ends. The
lock file also names the inode of the database file that was opened last. SQLite finds its log (``-wal``) by
name alone, so that a log left by one file would be read into another that has taken its name
(https://sqlite.org/howtocorrupt.html#_unlink_or_rename_a_database_file_while_in_use).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import TYPE_CHECKING

from adapter.errors import IssueType, Message, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE_SECONDS = 2
"""The seconds to wait for another process that opens the same database at the same moment."""

_FIRST_LOCKED_BYTE = 0x40000000
_LOCKED_BYTES = 512
"""The bytes of a database file that SQLite locks; they hold no data."""

RESTORING = Message(
    "database-restoring",
    IssueType.LOCK_ERROR,
    nb="Databasen blir lagt tilbake fra en sikkerhetskopi nå. Prøv igjen når ip-adapter db restore er "
    "ferdig.",
    en="The database is being restored from a backup now. Try again when ip-adapter db restore is done.",
)
LOG_OF_ANOTHER = Message(
    "database-log-of-another",
    IssueType.NO_STORE,
    nb="Databasefilen er en annen enn sist, men endringsloggen (-wal) etter den forrige ligger igjen. Stopp "
    "tjenesten, og legg tilbake databasen med ip-adapter db restore.",
    en="The database file is another than last time, but the log (-wal) of the earlier file is still there. "
    "Stop the service, and restore the database with ip-adapter db restore.",
)


def path_of(database: Path) -> Path:
    """The lock file of a database file."""
    return database.with_name(f"{database.name}.serving")


def hold_shared(database: Path) -> int | None:
    """Take the lock of an existing database file shared; returns its file descriptor.

    Returns None where the folder cannot be written to: a database there takes no writes either.

    Raises:
        Unavailable: a restore holds the lock, or the log beside the file is of another file.
    """
    try:
        lock = _open(database)
    except OSError:
        return None
    try:
        is_alone = _locked(lock, fcntl.LOCK_EX)
        if is_alone:
            _check_inode(lock, database, is_alone=True)
        _wait_shared(lock)
        if not is_alone:
            _check_inode(lock, database, is_alone=False)
    except BaseException:
        os.close(lock)
        raise
    return lock


@contextlib.contextmanager
def hold_alone(database: Path) -> Iterator[bool]:
    """The lock of a database file, which may be missing; tells whether it was free."""
    lock = _open(database)
    try:
        is_free = _locked(lock, fcntl.LOCK_EX)
        yield is_free
        if is_free:
            os.ftruncate(lock, 0)  # the file that is there now has no log
    finally:
        os.close(lock)


def _open(database: Path) -> int:
    """The open lock file, made with the owner and mode of the database file or its folder."""
    lock = os.open(path_of(database), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with contextlib.suppress(OSError):
        like = database.stat() if database.exists() else database.parent.stat()
        if os.fstat(lock).st_uid != like.st_uid:
            os.fchown(lock, like.st_uid, like.st_gid)
    return lock


def _locked(lock: int, how: int) -> bool:
    """Tests whether the lock was free."""
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_shared(lock: int) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not _locked(lock, fcntl.LOCK_SH):
        if time.monotonic() > until:
            raise Unavailable(RESTORING.at())
        time.sleep(0.02)


def has_log_of_another(database: Path) -> bool:
    """Tests whether the log beside a path is of another file than the one there, which may be missing."""
    if not _has_log(database):
        return False
    last = path_of(database).read_bytes()
    return not database.exists() or bool(last and last != _inode(database))


def _inode(database: Path) -> bytes:
    return str(database.stat().st_ino).encode()


def _check_inode(lock: int, database: Path, *, is_alone: bool) -> None:
    """Refuse a file that others have another file for, or that lies beside the log of another file."""
    inode = _inode(database)
    last = os.pread(lock, 32, 0)
    if last and last != inode and (not is_alone or _has_log(database)):
        raise Unavailable(LOG_OF_ANOTHER.at())
    if last != inode:
        with contextlib.suppress(OSError):  # a full disk must not stop reads
            os.ftruncate(lock, 0)
            os.pwrite(lock, inode, 0)


def is_open(database: Path) -> bool:
    """Tests whether another process has a SQLite file open, whatever program it is.

    A connection in WAL mode holds the bytes that SQLite locks shared for as long as it lives. This process
    must have no connection of its own: its locks would go with the file descriptor.
    https://sqlite.org/fileformat2.html#the_lock_byte_page
    """
    file = os.open(database, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCKED_BYTES, _FIRST_LOCKED_BYTE)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _has_log(database: Path) -> bool:
    log = database.with_name(f"{database.name}-wal")
    return log.exists() and log.stat().st_size > 0

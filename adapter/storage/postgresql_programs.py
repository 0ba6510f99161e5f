"""PostgreSQL's own programs ``pg_dump``, ``pg_restore`` and ``psql``, run with the connection of a URL.

The password is passed in the environment, since every user of a machine can read command lines.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING, Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_PIECE = 1024 * 1024
_COPIED_VERSION = re.compile(rb"^COPY .*alembic_version.*\n(\w+)$", re.MULTILINE)


class CannotRun(Exception):
    """A backup or restore that is not done; its text says why, and what to do."""


def dump(url: str, file: Path) -> None:
    """Dump a database to a file in the custom format. Raises CannotRun."""
    options = ("--format=custom", "--no-owner", "--no-privileges", f"--file={file}")
    _run([_program("pg_dump"), *options, f"--dbname={_address(url)}"], _environment(url))


def dumped_schema(file: Path) -> str | None:
    """The version of the schema in a dump, None if it has none. Raises CannotRun if it is no dump."""
    options = ("--data-only", "--table=alembic_version", "--file=-")
    found = _COPIED_VERSION.search(_run([_program("pg_restore"), *options, str(file)], None))
    return found[1].decode() if found else None


def restore(url: str, file: Path, before: Iterable[str], after: Iterable[str]) -> None:
    """Run a dump's statements between others, all in one transaction. Raises CannotRun."""
    reading = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(file)]
    writing = [
        _program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
        f"--dbname={_address(url)}",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as told:
        reader = subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=told)  # noqa: S603
        writer = subprocess.Popen(  # noqa: S603
            writing, stdin=subprocess.PIPE, stderr=told, env=_environment(url)
        )
        with reader, writer:
            done = _pass_on(reader, writer, [*before], [*after])
        if not done or writer.returncode:
            told.seek(0)
            raise CannotRun(_reason(told.read()))


def _pass_on(
    reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], before: list[str], after: list[str]
) -> bool:
    """Write everything to psql; COMMIT only if all of the dump was read, else psql's end undoes it."""
    if reader.stdout is None or writer.stdin is None:
        return False
    try:
        writer.stdin.write("".join(f"{one};\n" for one in ("BEGIN", *before)).encode())
        while piece := reader.stdout.read(_PIECE):
            writer.stdin.write(piece)
        if reader.wait():
            return False
        last = ("RESET search_path", *after, "COMMIT")
        writer.stdin.write("".join(f"{one};\n" for one in last).encode())
        writer.stdin.close()
    except BrokenPipeError:  # psql has stopped at an error, which it tells
        return False
    finally:
        reader.stdout.close()
        reader.wait()
    return True


def _program(name: str) -> str:
    """The path of a program. Raises CannotRun if it is not installed."""
    found = shutil.which(name)
    if found is None:
        raise CannotRun(f"{name} is not installed. Install PostgreSQL's client programs (postgresql-client).")
    return found


def _run(command: list[str], environment: dict[str, str] | None) -> bytes:
    done = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise CannotRun(_reason(done.stderr))
    return done.stdout


def _reason(told: bytes) -> str:
    """The first line that a program has told on standard error."""
    lines = told.decode(errors="replace").splitlines()
    return next((line for line in lines if "error" in line.lower()), lines[0] if lines else "It failed.")


def _address(url: str) -> str:
    """The connection string of a URL, without the password."""
    parsed = make_url(url)
    known = {"host": parsed.host, "port": parsed.port, "user": parsed.username, "dbname": parsed.database}
    told: dict[str, Any] = {name: value for name, value in {**known, **parsed.query}.items() if value}
    return make_conninfo(**told)


def _environment(url: str) -> dict[str, str]:
    password = make_url(url).password
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}

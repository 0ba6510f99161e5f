"""One structured line for each interaction: who asked for what, for whom, and how it ended.

A line names caller, person, organisation and purpose, the interaction with type and id, the permit a read
rested on, the result and the time it took. It holds no query, no body, no name and no birth number; text
from outside is cut and stripped of what could begin a line of its own.
"""

from __future__ import annotations

import re
import sys
import traceback
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

if TYPE_CHECKING:
    from adapter.interaction import Interaction

_BIRTH_NUMBER = re.compile(r"(?<![0-9A-Fa-f])[0-9]{11}(?![0-9A-Fa-f])")
_LONGEST_TEXT = 200


def masked(text: str) -> str:
    """``text`` without what looks like a birth number or could act on a terminal; of bounded length.

    Hexadecimal neighbours are no birth number: a UUID must stay readable.
    """
    shown = _BIRTH_NUMBER.sub("***********", text[:_LONGEST_TEXT])
    return shown if shown.isprintable() else shown.encode("ascii", "backslashreplace").decode()


def make_logger() -> Any:
    """A logger that writes JSON, one line an event, to standard output."""
    return structlog.wrap_logger(
        _Output(),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(serializer=_encoded),
        ],
    )


class _Output:
    """Standard output, whatever it is at the moment; a line is one write, so that lines do not mix."""

    def info(self, line: bytes) -> None:
        """Write one line."""
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()


def _encoded(event: object, **_: object) -> bytes:
    return msgspec.json.encode(event)


def interaction_fields(interaction: Interaction) -> dict[str, Any]:
    """What a line says of an interaction; of the other side nobody where the call had no valid token."""
    return {
        "request_id": interaction.request_id,
        "caller": _text(interaction.client),
        "person": _text(interaction.person),
        "organisation": interaction.organisation,
        "parent": interaction.parent,
        "purpose": interaction.purpose,
        "interaction": interaction.name,
        "type": _text(interaction.type),
        "id": _text(interaction.id),
        "about": _texts(interaction.about),
        "recipient": _texts(interaction.recipients),
        "permit": _texts(interaction.permits),
        "result": _texts(interaction.result),
    }


def _text(said: str | None) -> str | None:
    return None if said is None else masked(said)


def _texts(said: tuple[str, ...]) -> list[str] | None:
    return [masked(text) for text in said] or None


def fault_fields(error: BaseException) -> dict[str, Any]:
    """An unforeseen error as the log tells it: its kind and where it arose, never its message.

    Messages of databases and parsers quote the values they stumbled on.
    """
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {
        "fault": type(error).__name__,
        "at": [
            f"{frame.filename.rsplit('/adapter/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames
        ],
    }

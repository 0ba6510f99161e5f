"""The interaction log: one JSON line for each interaction.

A line holds the caller with person, organisation, parent and purpose; the interaction with type and id; the
records it was about, the recipient and the permit; the result. It holds no query, no body, no name and no
birth number. Text from a caller is cut to a bounded length and escaped, so that it cannot begin a new line.
"""

from __future__ import annotations

import re
import sys
import traceback
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from adapter.fhir.search.person_numbers import ELEVEN_DIGITS

if TYPE_CHECKING:
    from adapter.interaction import Interaction

_UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|[0-9A-Fa-f]{32}"
_MASKED = re.compile(
    rf"(?P<id>(?<![0-9A-Fa-f])(?:{_UUID})(?![0-9A-Fa-f]))|(?<![0-9])(?:{ELEVEN_DIGITS})(?![0-9])"
)
_LONGEST_TEXT = 200
_LONGEST_READ = 4 * _LONGEST_TEXT
"""Masked before the text is cut: a cut must not leave the first digits of a number in clear."""


def masked(text: str) -> str:
    """``text`` with birth numbers masked and control characters escaped, cut to a bounded length.

    The digits of a UUID, with or without hyphens, are not masked.
    """
    shown = _MASKED.sub(lambda found: found["id"] or "***********", text[:_LONGEST_READ])[:_LONGEST_TEXT]
    return shown if shown.isprintable() else shown.encode("unicode_escape").decode()


def make_logger() -> Any:
    """A logger that writes each event as one line of JSON to standard output."""
    return structlog.wrap_logger(
        _Output(),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(serializer=_encoded),
        ],
    )


class _Output:
    """The current standard output; each line is one write, so that lines of processes do not mix."""

    def info(self, line: bytes) -> None:
        """Write one line."""
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()


def _encoded(event: object, **_: object) -> bytes:
    return msgspec.json.encode(event)


def interaction_fields(interaction: Interaction) -> dict[str, Any]:
    """The fields of an interaction in a log line; the caller is empty if the call had no valid token."""
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
    """The fields of an internal error in the log: its type and its place in the code, never its message.

    Error messages of databases and parsers quote values.
    """
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return {
        "fault": type(error).__name__,
        "at": [
            f"{frame.filename.rsplit('/adapter/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames
        ],
    }

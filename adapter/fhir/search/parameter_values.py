"""Parsers of search values by parameter type: https://hl7.org/fhir/R4/search.html#ptypes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from adapter.fhir.dates import interval
from adapter.fhir.search.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A token value. ``system`` None: any system, ``""``: no system; ``value`` None: any value."""

    system: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a reference. ``type`` None: any type, or ``id`` is an address on another server."""

    type: str | None
    id: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A date value: a prefix and the half-open interval of instants that the date covers."""

    prefix: str
    low: datetime
    high: datetime


@dataclass(frozen=True, slots=True)
class Text:
    """A string value; folded unless the modifier is ``:exact``."""

    value: str


Value = Token | Target | Moment | Text


class Local(NamedTuple):
    """Type and id of a relative reference."""

    type: str
    id: str


_PREFIXED = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d.*)", re.DOTALL)
_RELATIVE = re.compile(r"([A-Z][A-Za-z]{1,63})/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.\-]*:\S+")
_ESCAPED = re.compile(r"\\([\\,|$])")


def alternatives(value: str) -> Iterator[str]:
    r"""The values between commas, escapes (``\,`` ``\|`` ``\$`` ``\\``) left in."""
    return iter(re.findall(r"(?:^|,)((?:\\.|[^,\\]|\\$)*)", value, re.DOTALL))


def unescape(value: str) -> str:
    """The value without escapes."""
    return _ESCAPED.sub(r"\1", value)


def split_token(token: str) -> tuple[str | None, str]:
    """System and value of ``system|value``; the system is None when there is no bar."""
    match = re.fullmatch(r"((?:\\.|[^|\\])*)\|(.*)", token, re.DOTALL)
    if match is None:
        return None, unescape(token)
    return unescape(match[1]), unescape(match[2])


def local(reference: str, base: str | None = None) -> Local | None:
    """Type and id of a reference to this server (at ``base``), None for any other reference."""
    if base is not None:
        reference = reference.removeprefix(base.rstrip("/") + "/")
    match = _RELATIVE.fullmatch(reference)
    return Local(match[1], match[2]) if match else None


def parse_token(value: str) -> Token:
    """The Token of ``code``, ``system|code``, ``|code`` (no system) or ``system|`` (any code)."""
    system, code = split_token(value)
    if not system and not code:
        raise ValueError("empty token")
    return Token(system, code or None)


def parse_id(value: str) -> Token:
    """The Token of a resource id."""
    if not _ID.fullmatch(value):
        raise ValueError("not an id")
    return Token(None, value)


def parse_target(value: str, base: str | None) -> Target:
    """The Target of ``Type/id``, a bare id, or an address; an address of this server becomes ``Type/id``."""
    value = unescape(value)
    found = local(value, base)
    if found is not None:
        return Target(found.type, found.id)
    if _ID.fullmatch(value) or _ABSOLUTE.fullmatch(value):
        return Target(None, value)
    raise ValueError("not a reference")


def parse_moment(value: str) -> Moment:
    """The Moment of a date with an optional prefix; a space is read as a form-encoded ``+``."""
    match = _PREFIXED.fullmatch(unescape(value).replace(" ", "+"))
    if match is None:
        raise ValueError("not a date")
    low, high = interval(match[2])
    return Moment(match[1] or "eq", low, high)


def parse_text(value: str, *, exact: bool) -> Text:
    """The Text of a string; an empty string is an error, since it would match every resource."""
    meant = unescape(value)
    text = meant if exact else fold(meant)
    if not text:
        raise ValueError("nothing to compare")
    return Text(text)

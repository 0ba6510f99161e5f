"""FHIR resources as JSON bytes, read and written exactly.

Refused with line and column: what is not JSON or not UTF-8, a key twice in one object, characters FHIR's
strings may not hold, numbers out of all bounds, nesting beyond ``MAX_DEPTH``, and a body that is no object.
Kept as written: every digit of a number, the order of keys. Null, and empty lists and objects, are read here
and refused with their path by :mod:`adapter.fhir.structure`. Rules: https://hl7.org/fhir/R4/json.html.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from adapter.errors import BadRequest, IssueType, Message, TooLarge
from adapter.fhir import large
from adapter.fhir.numbers import MAX_DIGITS, Spelled, number
from adapter.fhir.positions import by_expression
from adapter.fhir.scanning import Path, Place, Scan, decoded

MAX_DEPTH = 64
"""Objects and lists within each other; a plan with everything in it needs 15."""

LARGE = 2**20
"""Bytes beyond which a text is not read slowly, to tell the place of what is wrong: a second for some."""

ROOT = Message(
    "json-root",
    IssueType.STRUCTURE,
    "Innholdet må være ett JSON-objekt",
    "The body must be one JSON object",
    "https://hl7.org/fhir/R4/json.html",
)
SIZE = Message(
    "body-too-large",
    IssueType.TOO_LONG,
    "Innholdet er større enn {limit} byte",
    "The body is larger than {limit} bytes",
)

_DECODER = msgspec.json.Decoder(float_hook=number)

# A text that has none of these, and as many colons after quotes as the tree has keys, is what it seems.
# What matches may still be well: the slow reading decides.
_KEY = re.compile(rb'"[ \t\n\r]*:')
_SUSPECT = re.compile(
    rb"\\(?:u00[01]|u[fF]{3}[eEfF]|[bf])|\xef\xbf[\xbe\xbf]|(?<=[ \t\n\r:,[])-0[ \t\n\r]*[,\]}]"
)
_LARGEST = 10**MAX_DIGITS


def parse(data: bytes, *, max_depth: int = MAX_DEPTH, max_size: int | None = None) -> dict[str, Any]:
    """The resource: objects as dicts in the order sent, whole numbers as int, others as Decimal.

    Raises:
        BadRequest: it is not JSON as FHIR writes it; the finding has line and column (beyond ``LARGE`` bytes
            only a fault of syntax has).
        TooLarge: it has more than ``max_size`` bytes.
    """
    if max_size is not None and len(data) > max_size:
        raise TooLarge(SIZE.at(limit=max_size))
    tree = _quickly(data, max_depth)
    if tree is None:
        text = decoded(data)
        tree = Scan(text, max_depth).document() if len(data) <= LARGE else large.document(text, max_depth)
    if not isinstance(tree, dict):
        raise BadRequest(ROOT.at(line=1, column=1))
    return tree


def render(resource: dict[str, Any]) -> bytes:
    """The resource as JSON bytes, keys in the order of the dict, numbers spelled as they were read."""
    return _ENCODER.encode(resource)


def places(data: bytes, *, max_depth: int = MAX_DEPTH) -> dict[Path, Place]:
    """Line and column of every value by its path of keys and indexes; of the key, where it has one.

    A text of more than ``LARGE`` bytes has no places: finding them takes too long.

    Raises:
        BadRequest: as for :func:`parse`.
    """
    return _scanned(data, max_depth)[1]


def positions(data: bytes, *, max_depth: int = MAX_DEPTH) -> dict[str, Place]:
    """Line and column of every element by its FHIRPath; of none beyond ``LARGE`` bytes.

    Raises:
        BadRequest: as for :func:`parse`.
    """
    tree, found = _scanned(data, max_depth)
    return by_expression(tree, found) if found else {}


def _scanned(data: bytes, max_depth: int) -> tuple[Any, dict[Path, Place]]:
    if len(data) > LARGE:
        return {}, {}
    scan = Scan(decoded(data), max_depth, marking=True)
    return scan.document(), scan.places()


def _quickly(data: bytes, max_depth: int) -> Any | None:
    """The tree, or None when only a slow reading can say."""
    try:
        tree = _DECODER.decode(data)
        if _SUSPECT.search(data) or _keys(tree, max_depth) != len(_KEY.findall(data)):
            return None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return tree


def _keys(value: Any, depth: int) -> int:
    """How many keys are in a tree, all levels together.

    Raises:
        ValueError: the tree is deeper than ``depth``, or has a number that is too large.
    """
    if isinstance(value, dict):
        inner = [one for one in value.values() if not isinstance(one, str)]
        count = len(value)
    elif isinstance(value, list):
        inner, count = value, 0
    else:
        if isinstance(value, int) and abs(value) >= _LARGEST:
            raise ValueError("too large")
        return 0
    if depth == 0:
        raise ValueError("too deep")
    return count + sum(_keys(one, depth - 1) for one in inner)


def _spelled(value: object) -> msgspec.Raw:
    if not isinstance(value, Spelled):
        raise TypeError(f"not a JSON value: {type(value).__name__}")
    return msgspec.Raw(value.text.encode())


_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=_spelled)


def same(one: Any, other: Any) -> bool:
    """Do two JSON values say the same: keys in any order, numbers digit for digit?"""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and str(one) == str(other)

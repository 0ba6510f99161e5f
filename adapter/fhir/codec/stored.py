"""JSON that this service wrote itself: the one encoder, and the plain decoder that gives the same tree again.

Compact, keys in the order of the dict, numbers as they are spelled. What others sent is read by
:mod:`adapter.fhir.codec.received`, which refuses; nothing is refused here.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from adapter.fhir.codec.numbers import Spelled, whole


def render(value: object) -> bytes:
    """A record, a residue, a resource or another JSON value as bytes.

    Raises:
        TypeError: a part of it is no JSON value.
    """
    return _ENCODER.encode(value)


def read_stored(data: bytes) -> Any:
    """The value that :func:`render` wrote, or a file of this service's own; numbers as they are spelled.

    Raises:
        ValueError: the bytes are not JSON in UTF-8: nobody wrote them with :func:`render`.
    """
    return _DECODER.decode(data.decode())


def same(one: Any, other: Any) -> bool:
    """Do two JSON values say the same: keys in any order, numbers digit for digit?"""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and str(one) == str(other)


_DECODER = json.JSONDecoder(parse_float=Spelled, parse_int=whole)


def _spelled(value: object) -> msgspec.Raw:
    if not isinstance(value, Spelled):
        raise TypeError(f"not a JSON value: {type(value).__name__}")
    return msgspec.Raw(value.text.encode())


_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=_spelled)

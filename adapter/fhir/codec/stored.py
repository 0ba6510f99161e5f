"""Encoder and decoder of JSON that this service writes itself; the decoder gives the encoded tree back.

The JSON is compact, keys keep the order of the dict, and numbers keep their spelling. The decoder checks
nothing; :mod:`adapter.fhir.codec.received` reads JSON from a sender.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from adapter.fhir.codec.numbers import Spelled, whole


def render(value: object) -> bytes:
    """The bytes of a record, a residue, a resource or another JSON value.

    Raises:
        TypeError: the value contains an object that is not a JSON value.
    """
    return _ENCODER.encode(value)


def read_stored(data: bytes) -> Any:
    """The value of bytes from :func:`render` or from a file of this service; numbers keep their spelling.

    Raises:
        ValueError: the bytes are not JSON in UTF-8, so :func:`render` has not written them.
    """
    return _DECODER.decode(data.decode())


def same(one: Any, other: Any) -> bool:
    """Tests whether two JSON values are equal: keys in any order, numbers digit for digit."""
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

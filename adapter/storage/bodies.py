"""Record bodies as stored text: compact JSON, key order kept, decimals with the digits they came with."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


def render(body: Mapping[str, Any]) -> bytes:
    """The exact bytes that are stored."""
    return _ENCODER.encode(body)


def parse(stored: bytes) -> dict[str, Any]:
    """The body that was stored; numbers with a point or exponent are Decimal."""
    return _DECODER.decode(stored)

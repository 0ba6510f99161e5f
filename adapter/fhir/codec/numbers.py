"""Numbers as they were written: FHIR's decimals carry precision, and ``1.50`` is not ``1.5``.

A number without point and exponent is an int, any other a :class:`Spelled`: compared and computed with, it is
a Decimal; written, it is its own text (Decimal alone writes ``1e-30`` as ``1E-30``).
Rule: https://hl7.org/fhir/R4/datatypes.html#decimal.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Self

MAX_DIGITS = 100
"""Longer numbers (a sign not counted) are refused: no measurement has them, and computing stalls a server."""

MAX_EXPONENT = 308
"""Larger exponents are refused: a receiver that computes in floating point could not hold the number."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?(?:[eE]([+-]?[0-9]+))?", re.ASCII)


class Spelled(Decimal):
    """A number that is written as it was read."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Self:
        """``text`` is a number as JSON writes one."""
        made = super().__new__(cls, text)
        made.text = text
        return made

    def __str__(self) -> str:
        return self.text

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


_MINUS_ZERO = Spelled("-0")


def whole(text: str) -> int | Spelled:
    """The number that digits spell, with or without a minus before them; no int is ``-0``."""
    return _MINUS_ZERO if text == "-0" else int(text)


def number(text: str) -> int | Spelled:
    """The number a JSON or XML text spells.

    Raises:
        ValueError: it is not a number as JSON writes one, or it is out of the bounds above.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or len(text) - text.startswith("-") > MAX_DIGITS:
        raise ValueError("not a number")
    fraction, exponent = match.groups()
    if fraction is None and exponent is None:
        return whole(text)
    if exponent and (len(exponent) > 5 or abs(int(exponent)) > MAX_EXPONENT):
        raise ValueError("exponent out of bounds")
    return Spelled(text)

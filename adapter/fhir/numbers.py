"""Numbers as they were written: FHIR's decimals carry precision, and ``1.50`` is not ``1.5``.

A whole number is an int, anything else a Decimal, which keeps its digits. Where Decimal would spell the same
number in another way (``1e-30`` as ``1E-30``), a :class:`Spelled` one keeps the spelling too.
Rule: https://hl7.org/fhir/R4/datatypes.html#decimal.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Self

MAX_DIGITS = 100
"""Longer numbers are refused: no measurement has them, and computing with them is how a server is stalled."""

MAX_EXPONENT = 308
"""Larger exponents are refused: a receiver that computes in floating point could not hold the number."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?(?:[eE]([+-]?[0-9]+))?", re.ASCII)


class Spelled(Decimal):
    """A Decimal that is written as it was read."""

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


def number(text: str) -> int | Decimal:
    """The number a JSON or XML text spells.

    Raises:
        ValueError: it is not a number as JSON writes one, or it is out of the bounds above.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or len(text) > MAX_DIGITS:
        raise ValueError("not a number")
    fraction, exponent = match.groups()
    if fraction is None and exponent is None and text != "-0":
        return int(text)
    if exponent and (len(exponent) > 5 or abs(int(exponent)) > MAX_EXPONENT):
        raise ValueError("exponent out of bounds")
    exact = Decimal(text)
    return exact if str(exact) == text else Spelled(text)

"""Numbers that keep their spelling: a FHIR decimal carries precision, so ``1.50`` is not ``1.5``.

A number without point and exponent is an int, any other number a :class:`Spelled`: a Decimal that is written
as its own text (Decimal alone writes ``1e-30`` as ``1E-30``).
Rule: https://hl7.org/fhir/R4/datatypes.html#decimal.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Self

MAX_DIGITS = 100
"""Characters a number may have, the sign not counted; computing with longer numbers stalls a server."""

MAX_EXPONENT = 308
"""Largest exponent, positive or negative: a receiver that uses floating point cannot hold larger numbers."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?(?:[eE]([+-]?[0-9]+))?", re.ASCII)


class Spelled(Decimal):
    """A Decimal that keeps the text it was read from."""

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
    """The number of digits with or without a minus sign: an int, or a :class:`Spelled` for ``-0``."""
    return _MINUS_ZERO if text == "-0" else int(text)


def number(text: str) -> int | Spelled:
    """The number of a JSON or XML text.

    Raises:
        ValueError: the text is not a JSON number, or it exceeds ``MAX_DIGITS`` or ``MAX_EXPONENT``.
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

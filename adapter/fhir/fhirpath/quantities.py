"""Quantities of FHIR and FHIRPath: their amounts in comparable units.

Quantities of one unit are compared, and those of UCUM's units of time among each other, with the calendar
words (``4 days``). Other units need a UCUM library: the comparison is then undecided, never wrong.
Rules: https://hl7.org/fhirpath/N1/#quantity and https://hl7.org/fhir/R4/fhirpath.html#quantity.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from adapter.fhir.fhirpath.fhirpath_error import FhirPathError
from adapter.fhir.fhirpath.nodes import QUANTITY, Items, Node
from adapter.fhir.fhirpath.syntax import CALENDAR

UCUM = "http://unitsofmeasure.org"

_CODES = {
    "year": "a", "month": "mo", "week": "wk", "day": "d", "hour": "h", "minute": "min",
    "second": "s", "millisecond": "ms",
}  # fmt: skip
_WORDS = {code: word for word, code in _CODES.items()}
_MILLISECONDS = {"wk": 604_800_000, "d": 86_400_000, "h": 3_600_000, "min": 60_000, "s": 1000, "ms": 1}

Unit = tuple[str, str]


def quantity(value: int | Decimal, unit: str) -> Items:
    """The collection of a quantity with a unit of UCUM or a calendar word."""
    code = _CODES.get(unit.removesuffix("s"), unit) if unit in CALENDAR else unit
    return (Node({"value": value, "unit": unit, "system": UCUM, "code": code}, QUANTITY),)


def amount_of(value: Any) -> int | Decimal | None:
    """The number of a quantity, or None."""
    amount = value.get("value") if isinstance(value, dict) else None
    return number_of(amount)


def number_of(value: Any) -> int | Decimal | None:
    """The value itself if it is a number, or None; a bool is not a number here."""
    if isinstance(value, Decimal):
        return value
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def calendar_unit(value: dict[str, Any]) -> str | None:
    """The calendar word of a quantity of time, for arithmetic with dates; None for other units."""
    return _WORDS.get(str(value.get("code"))) if value.get("system") == UCUM else None


def measure(value: Any) -> tuple[Unit, int | Decimal] | None:
    """Unit and number of a quantity, times up to weeks in milliseconds; None without a number.

    A unit is a system and a code; without a code, the text of the unit.
    """
    amount = amount_of(value)
    if amount is None:
        return None
    system, code = str(value.get("system", "")), value.get("code")
    if not isinstance(code, str):
        return ("", str(value.get("unit", ""))), amount
    factor = _MILLISECONDS.get(code) if system == UCUM else None
    return ((UCUM, "ms"), amount * factor) if factor else ((system, code), amount)


def amounts(one: Any, other: Any) -> tuple[int | Decimal, int | Decimal] | None:
    """The numbers of two quantities in one unit; None if one of them has no number.

    Raises:
        FhirPathError: the units differ, so a UCUM library would have to decide.
    """
    first, second = measure(one), measure(other)
    if first is None or second is None:
        return None
    if first[0] != second[0]:
        raise FhirPathError("undecided", "Quantities with different units cannot be compared")
    return first[1], second[1]


def as_text(value: dict[str, Any]) -> str:
    """A quantity as FHIRPath writes it: ``4 days``, ``5.4 'mg'``."""
    unit = str(value.get("unit", ""))
    if value.get("system") == UCUM and unit not in CALENDAR:
        unit = str(value.get("code", ""))
    return f"{value.get('value')} {unit}" if unit in CALENDAR else f"{value.get('value')} '{unit}'"

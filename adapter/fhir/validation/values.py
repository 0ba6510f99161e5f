"""Comparison of values with the fixed values, patterns and bounds of a profile.

https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeGuard

from adapter.fhir.dates import interval

_UNITS = ("system", "code")


def is_fixed(value: Any, fixed: Any) -> bool:
    """Tests whether a value is exactly the fixed value; numbers are compared as numbers, 1.0 is 1.00."""
    if isinstance(fixed, dict):
        return (
            isinstance(value, dict)
            and value.keys() == fixed.keys()
            and all(is_fixed(value[key], one) for key, one in fixed.items())
        )
    if isinstance(fixed, list):
        return isinstance(value, list) and len(value) == len(fixed) and all(map(is_fixed, value, fixed))
    return _is_equal(value, fixed)


def has_pattern(value: Any, pattern: Any) -> bool:
    """Tests whether a value contains the pattern: every element of it, every item of a list in any order."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and has_pattern(value[key], one) for key, one in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(
            any(has_pattern(item, one) for item in value) for one in pattern
        )
    return _is_equal(value, pattern)


def is_below(value: Any, least: Any) -> bool:
    """Tests whether a value is certainly below a bound; values in different units are not compared."""
    return _order(value, least) == -1


def is_above(value: Any, most: Any) -> bool:
    """Tests whether a value is certainly above a bound; values in different units are not compared."""
    return _order(value, most) == 1


def _is_equal(value: Any, other: Any) -> bool:
    if isinstance(value, bool) or isinstance(other, bool) or not isinstance(other, int | Decimal):
        return type(value) is type(other) and value == other
    return isinstance(value, int | Decimal) and value == other


def _order(value: Any, bound: Any) -> int:
    """-1 below, 1 above, 0 for any other case: equal, overlapping, or not comparable."""
    if isinstance(bound, dict) and isinstance(value, dict):
        if any(value.get(key) != bound.get(key) for key in _UNITS):
            return 0
        value, bound = value.get("value"), bound.get("value")
    if _is_number(value) and _is_number(bound):
        return (value > bound) - (value < bound)
    if isinstance(value, str) and isinstance(bound, str):
        try:
            one, other = interval(value), interval(bound)
        except ValueError:
            return (value > bound) - (value < bound) if _is_time(value) and _is_time(bound) else 0
        return -1 if one.high <= other.low else 1 if one.low >= other.high else 0
    return 0


def _is_number(value: Any) -> TypeGuard[int | Decimal]:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_time(value: str) -> bool:
    """Tests whether a value is a time of day (``08:30:00``), which compares as text."""
    return value[2:3] == ":"

"""Equality, equivalence and order of nodes and collections.

Rules: https://hl7.org/fhirpath/N1/#equality and https://hl7.org/fhirpath/N1/#comparison.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapter.fhir.fhirpath.quantities import amounts, measure
from adapter.fhir.fhirpath.temporal import compared, date_units, time_units

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from adapter.fhir.fhirpath.environment import Environment
    from adapter.fhir.fhirpath.nodes import Items, Node
    from adapter.fhir.fhirpath.type_model import Comparison


def comparison_of(item: Node) -> Comparison:
    """The kind of comparison of a node: by its type, or by a value of another form than the type."""
    value, by_type = item.value, item.type.comparison
    if isinstance(value, str):
        if by_type == "date":
            return "date" if date_units(value) else "string"
        if by_type == "time":
            return "time" if time_units(value) else "string"
        return "string"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | Decimal):
        return "number"
    return by_type if by_type == "quantity" and isinstance(value, dict) else "complex"


def _common(one: Node, other: Node) -> Comparison | None:
    """The kind of comparison of two nodes, or None.

    A string that is written as a date is compared with a date as one, which N1 does not do, but both authors
    of profiles and other engines do: ``birthDate > '1970-01-01'``.
    """
    kind, second = comparison_of(one), comparison_of(other)
    if kind == second:
        return kind
    if {kind, second} == {"date", "string"}:
        return "date" if date_units(one.value) and date_units(other.value) else None
    return None


def equal(one: Node, other: Node) -> bool | None:
    """Tests whether two nodes are equal; None if the precision of dates does not tell.

    Raises:
        FhirPathError: two quantities have different units.
    """
    kind = _common(one, other)
    if kind is None:
        return False
    if kind == "string" or kind == "number" or kind == "boolean":  # noqa: PLR1714 - this is the hot path
        return bool(one.value == other.value)
    if kind == "date" or kind == "time":  # noqa: PLR1714
        order = _temporal_order(kind, one.value, other.value)
        return None if order is None else order == 0
    if kind == "quantity":
        pair = amounts(one.value, other.value)
        return pair[0] == pair[1] if pair else frozen(one.value) == frozen(other.value)
    if one.value is None and other.value is None:
        return frozen(one.companion) == frozen(other.companion)
    return frozen(one.value) == frozen(other.value)


def equal_items(one: Items, other: Items, environment: Environment) -> bool | None:
    """Tests whether two collections have equal items in the same order; None if one of them is empty."""
    if not one or not other:
        return None
    if len(one) == 1 and len(other) == 1:
        return equal(one[0], other[0])
    if len(one) != len(other):
        return False
    environment.spend(len(one))
    results = {equal(first, second) for first, second in zip(one, other, strict=True)}
    return False if False in results else None if None in results else True


def key_of(item: Node) -> Hashable:
    """A key that two nodes share if and only if they are equal; dates of different precision do not."""
    kind, value = comparison_of(item), item.value
    if kind == "string" or kind == "number" or kind == "boolean":  # noqa: PLR1714
        return kind, value
    if kind == "date":
        return kind, date_units(value)
    if kind == "time":
        return kind, time_units(value)
    if kind == "quantity":
        return kind, measure(value) or frozen(value)
    return kind, frozen(item.companion if value is None else value)


def frozen(value: Any) -> Hashable:
    """A JSON value as a hashable value; true and 1 differ, 1.0 and 1.00 do not."""
    if isinstance(value, dict):
        return frozenset((key, frozen(one)) for key, one in value.items())
    if isinstance(value, list):
        return tuple(frozen(one) for one in value)
    return ("boolean", value) if isinstance(value, bool) else value


def equivalent(one: Node, other: Node) -> bool:
    """Tests whether two nodes are equivalent: case, blanks, order and the precision of numbers do not count.

    Raises:
        FhirPathError: two quantities have different units.
    """
    kind = comparison_of(one)
    if kind != comparison_of(other):
        return False
    if kind == "number":
        return _rounded_alike(one.value, other.value)
    if kind in {"date", "time"}:
        return _temporal_order(kind, one.value, other.value) == 0
    if kind == "quantity":
        pair = amounts(one.value, other.value)
        return _rounded_alike(*pair) if pair else _loose(one.value) == _loose(other.value)
    return _loose(one.value) == _loose(other.value)


def equivalent_items(one: Items, other: Items, environment: Environment) -> bool:
    """Tests whether two collections have equivalent items in any order; two empty ones are equivalent."""
    if len(one) != len(other):
        return False
    rest = list(other)
    for item in one:
        environment.spend(len(rest))
        at = next((index for index, candidate in enumerate(rest) if equivalent(item, candidate)), None)
        if at is None:
            return False
        del rest[at]
    return True


def _rounded_alike(one: int | Decimal, other: int | Decimal) -> bool:
    """Tests whether two numbers are equal when rounded to the precision of the less precise of them."""
    places = max(_exponent(one), _exponent(other))
    if abs(places) > 400:
        return one == other
    unit = Decimal(1).scaleb(places)
    first, second = Decimal(one) / unit, Decimal(other) / unit
    return first.to_integral_value() == second.to_integral_value()


def _exponent(value: int | Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent if isinstance(value, Decimal) else 0
    return min(exponent, 0) if isinstance(exponent, int) else 0


def _loose(value: Any) -> Hashable:
    if isinstance(value, str):
        return " ".join(value.casefold().split())
    if isinstance(value, dict):
        return frozenset((key, _loose(one)) for key, one in value.items() if key != "id")
    if isinstance(value, list):
        return frozenset(Counter(_loose(one) for one in value).items())
    return ("boolean", value) if isinstance(value, bool) else value


def order(one: Items, other: Items) -> int | None:
    """-1, 0 or 1 as one item is less than, equal to or greater than another.

    None without an answer: not one item on each side, types without an order, or dates of low precision.

    Raises:
        FhirPathError: two quantities have different units.
    """
    if len(one) != 1 or len(other) != 1:
        return None
    first, second = one[0], other[0]
    kind = _common(first, second)
    if kind in {None, "boolean", "complex"}:
        return None
    if kind in {"date", "time"}:
        return _temporal_order(kind, first.value, second.value)
    if kind == "quantity":
        pair = amounts(first.value, second.value)
        return None if pair is None else _sign(*pair)
    return _sign(first.value, second.value)


def _sign(one: Any, other: Any) -> int:
    return -1 if one < other else int(one > other)


def _temporal_order(kind: str | None, one: str, other: str) -> int | None:
    units: Callable[[str], tuple[int, ...] | None] = date_units if kind == "date" else time_units
    first, second = units(one), units(other)
    return None if first is None or second is None else compared(first, second)

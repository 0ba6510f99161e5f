"""Steps of the operators of FHIRPath. Rules: https://hl7.org/fhirpath/N1/#operations."""

from __future__ import annotations

from decimal import Decimal, DecimalException
from typing import TYPE_CHECKING, Any

from adapter.fhir.fhirpath.collections import united
from adapter.fhir.fhirpath.equality import (
    comparison_of,
    equal_items,
    equivalent_items,
    key_of,
    order,
)
from adapter.fhir.fhirpath.nodes import EMPTY, FALSE, TRUE, Node, boolean, number, string, truth
from adapter.fhir.fhirpath.quantities import amount_of, calendar_unit, measure
from adapter.fhir.fhirpath.temporal import moved, moved_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.fhir.fhirpath.calls import Step
    from adapter.fhir.fhirpath.environment import Environment
    from adapter.fhir.fhirpath.nodes import Items


def both(left: Step, right: Step) -> Step:
    """``and``; the right side is not evaluated if the left one is false."""

    def step(environment: Environment, this: Items) -> Items:
        one = truth(left(environment, this))
        if one is False:
            return FALSE
        other = truth(right(environment, this))
        return FALSE if other is False else TRUE if one and other else EMPTY

    return step


def either(left: Step, right: Step) -> Step:
    """``or``; the right side is not evaluated if the left one is true."""

    def step(environment: Environment, this: Items) -> Items:
        one = truth(left(environment, this))
        if one:
            return TRUE
        other = truth(right(environment, this))
        return TRUE if other else EMPTY if one is None or other is None else FALSE

    return step


def implied(left: Step, right: Step) -> Step:
    """``implies``; the right side is not evaluated if the left one is false."""

    def step(environment: Environment, this: Items) -> Items:
        one = truth(left(environment, this))
        if one is False:
            return TRUE
        other = truth(right(environment, this))
        return TRUE if other else EMPTY if one is None or other is None else FALSE

    return step


def one_of_two(left: Step, right: Step) -> Step:
    """``xor``."""

    def step(environment: Environment, this: Items) -> Items:
        one, other = truth(left(environment, this)), truth(right(environment, this))
        return EMPTY if one is None or other is None else boolean(one != other)

    return step


def equals(left: Step, right: Step) -> Step:
    """``=``."""

    def step(environment: Environment, this: Items) -> Items:
        one, other = left(environment, this), right(environment, this)
        if (one is TRUE or one is FALSE) and (other is TRUE or other is FALSE):
            return TRUE if one is other else FALSE
        return boolean(equal_items(one, other, environment))

    return step


def differs(left: Step, right: Step) -> Step:
    """``!=``."""

    def step(environment: Environment, this: Items) -> Items:
        result = equal_items(left(environment, this), right(environment, this), environment)
        return EMPTY if result is None else boolean(not result)

    return step


def alike(left: Step, right: Step) -> Step:
    """``~``."""
    return lambda environment, this: boolean(
        equivalent_items(left(environment, this), right(environment, this), environment)
    )


def unlike(left: Step, right: Step) -> Step:
    """``!~``."""
    return lambda environment, this: boolean(
        not equivalent_items(left(environment, this), right(environment, this), environment)
    )


def _ordered(holds: Callable[[int], bool]) -> Callable[[Step, Step], Step]:
    def build(left: Step, right: Step) -> Step:
        def step(environment: Environment, this: Items) -> Items:
            result = order(left(environment, this), right(environment, this))
            return EMPTY if result is None else boolean(holds(result))

        return step

    return build


def is_in(left: Step, right: Step) -> Step:
    """``in``; several items on the left must all be in, as in the official validator."""
    return lambda environment, this: membership(
        left(environment, this), right(environment, this), environment
    )


def includes(left: Step, right: Step) -> Step:
    """``contains``, which is ``in`` the other way round."""
    return lambda environment, this: membership(
        right(environment, this), left(environment, this), environment
    )


def membership(items: Items, group: Items, environment: Environment) -> Items:
    """Tests whether all items are in a group; empty for no item."""
    if not items:
        return EMPTY
    keys = keys_of(group, environment)
    return boolean(all(key_of(item) in keys for item in items))


def keys_of(group: Items, environment: Environment) -> set[Any]:
    """The keys of a collection; those of the last large one are kept, since a loop asks for it again."""
    if len(group) < 8:
        environment.spend(len(group))
        return {key_of(item) for item in group}
    kept = environment.memo.get("keys")
    if kept is None or kept[0] is not group:
        environment.spend(len(group))
        kept = environment.memo["keys"] = (group, {key_of(item) for item in group})
    keys: set[Any] = kept[1]
    return keys


def union(left: Step, right: Step) -> Step:
    """``|``: the items of both sides, each once."""
    return lambda environment, this: united(environment, left(environment, this), right(environment, this))


def concatenated(left: Step, right: Step) -> Step:
    """``&``: the text of both sides; nothing counts as an empty text."""

    def step(environment: Environment, this: Items) -> Items:
        one, other = _text(left(environment, this)), _text(right(environment, this))
        if one is None or other is None:
            return EMPTY
        environment.text(len(one) + len(other))
        return string(one + other)

    return step


def _text(items: Items) -> str | None:
    if not items:
        return ""
    only = items[0] if len(items) == 1 else None
    if only is None or not only.type.is_primitive:
        return None
    # A primitive with extensions alone has no value, so it counts as an empty text too.
    return "" if only.value is None else only.value if isinstance(only.value, str) else None


def _calculated(
    compute: Callable[[Any, Any], int | Decimal | None], mixed: Callable[..., Items] | None = None
) -> Callable[[Step, Step], Step]:
    """An operator on two numbers; ``mixed`` is its function for other items."""

    def build(left: Step, right: Step) -> Step:
        def step(environment: Environment, this: Items) -> Items:
            one, other = left(environment, this), right(environment, this)
            if len(one) != 1 or len(other) != 1:
                return EMPTY
            if comparison_of(one[0]) == "number" and comparison_of(other[0]) == "number":
                return _computed(compute, one[0].value, other[0].value)
            return mixed(environment, one[0], other[0]) if mixed else EMPTY

        return step

    return build


def _computed(compute: Callable[[Any, Any], int | Decimal | None], one: Any, other: Any) -> Items:
    try:
        result = compute(one, other)
    except (DecimalException, ArithmeticError):
        return EMPTY
    return EMPTY if result is None else number(result)


def _divided(one: Any, other: Any) -> Decimal | None:
    return Decimal(one) / Decimal(other) if other else None


def _whole_part(one: Any, other: Any) -> int | None:
    return int(Decimal(one) // Decimal(other)) if other else None


def _rest(one: Any, other: Any) -> int | Decimal | None:
    if not other:
        return None
    rest = Decimal(one) % Decimal(other)
    return int(rest) if isinstance(one, int) and isinstance(other, int) else rest


def _added(environment: Environment, one: Node, other: Node) -> Items:
    kinds = comparison_of(one), comparison_of(other)
    if kinds == ("string", "string"):
        environment.text(len(one.value) + len(other.value))
        return string(one.value + other.value)
    return _shifted(one, other, 1)


def _subtracted(_: Environment, one: Node, other: Node) -> Items:
    return _shifted(one, other, -1)


def _shifted(one: Node, other: Node, sign: int) -> Items:
    """A date, a time or a quantity plus or minus a quantity."""
    kind, amount = comparison_of(one), amount_of(other.value)
    if comparison_of(other) != "quantity" or amount is None:
        return EMPTY
    if kind == "quantity":
        first, second = measure(one.value), measure(other.value)
        if first is None or second is None or first[0] != second[0]:
            return EMPTY
        if one.value.get("code") != other.value.get("code"):
            return EMPTY
        result = amount_of(one.value) or 0
        return (Node({**one.value, "value": result + sign * amount}, one.type),)
    unit = calendar_unit(other.value)
    if unit is None or kind not in {"date", "time"} or not -(10**15) < amount < 10**15:
        return EMPTY
    text = (moved if kind == "date" else moved_time)(one.value, float(sign * amount), unit)
    return EMPTY if text is None else (Node(text, one.type),)


def negated(operand: Step) -> Step:
    """``-`` before a number or a quantity."""

    def step(environment: Environment, this: Items) -> Items:
        items = operand(environment, this)
        if len(items) != 1:
            return EMPTY
        value, kind = items[0].value, comparison_of(items[0])
        if kind == "quantity":
            amount = amount_of(value)
            return EMPTY if amount is None else (Node({**value, "value": -amount}, items[0].type),)
        return number(-value) if kind == "number" else EMPTY

    return step


OPERATORS: dict[str, Callable[[Step, Step], Step]] = {
    "and": both,
    "or": either,
    "xor": one_of_two,
    "implies": implied,
    "=": equals,
    "!=": differs,
    "~": alike,
    "!~": unlike,
    "<": _ordered(lambda result: result < 0),
    ">": _ordered(lambda result: result > 0),
    "<=": _ordered(lambda result: result <= 0),
    ">=": _ordered(lambda result: result >= 0),
    "in": is_in,
    "contains": includes,
    "|": union,
    "&": concatenated,
    "+": _calculated(lambda one, other: one + other, _added),
    "-": _calculated(lambda one, other: one - other, _subtracted),
    "*": _calculated(lambda one, other: one * other),
    "/": _calculated(_divided),
    "div": _calculated(_whole_part),
    "mod": _calculated(_rest),
}
"""The builder of every operator between two expressions."""

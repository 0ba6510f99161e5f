"""Functions on numbers, and the time of the evaluation.

Rules: https://hl7.org/fhirpath/N1/#math and https://hl7.org/fhirpath/N1/#utility-functions.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException
from typing import TYPE_CHECKING

from adapter.fhir.fhirpath.calls import Arguments, Functions, Step, only_integer
from adapter.fhir.fhirpath.nodes import DATE, DATE_TIME, EMPTY, TIME, Node, number
from adapter.fhir.fhirpath.quantities import amount_of, number_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.fhir.fhirpath.environment import Environment
    from adapter.fhir.fhirpath.nodes import Items
    from adapter.fhir.fhirpath.type_model import Type

_functions = Functions()
FUNCTIONS = _functions.by_name


def _number(items: Items) -> int | Decimal | None:
    return number_of(items[0].value) if len(items) == 1 else None


def _whole(rounding: str) -> Callable[[Environment, Items], Items]:
    def of(_: Environment, items: Items) -> Items:
        value = _number(items)
        if value is None or abs(Decimal(value)) > 2**33:
            return EMPTY
        return number(int(Decimal(value).to_integral_value(rounding)))

    return of


def _absolute(_: Environment, items: Items) -> Items:
    value = _number(items)
    if value is not None:
        return number(value if value >= 0 else -value)
    amount = amount_of(items[0].value) if len(items) == 1 else None
    return EMPTY if amount is None else (Node({**items[0].value, "value": abs(amount)}, items[0].type),)


def _rounded(_: Environment, items: Items, precision: Items | None = None) -> Items:
    value, places = _number(items), only_integer(precision) if precision else 0
    if value is None or places is None or not 0 <= places <= 100:
        return EMPTY
    try:
        return number(Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    except DecimalException:
        return number(Decimal(value))


def _root(_: Environment, items: Items) -> Items:
    value = _number(items)
    return EMPTY if value is None or value < 0 else number(Decimal(value).sqrt())


_functions.of_items("abs", _absolute)
_functions.of_items("ceiling", _whole(ROUND_CEILING))
_functions.of_items("floor", _whole(ROUND_FLOOR))
_functions.of_items("truncate", _whole(ROUND_DOWN))
_functions.of_items("sqrt", _root)
_functions.with_values("round", 0, _rounded, most=1)


def _clock(layout: str, of: Type) -> Callable[[Arguments], Step]:
    """A function of the time of the evaluation; its source does not count."""

    def build(_: Arguments) -> Step:
        def step(environment: Environment, this: Items) -> Items:  # noqa: ARG001 - every step has both
            text = environment.instant().isoformat(timespec="milliseconds")
            day, _, clock = text.partition("T")
            return (Node({"day": day, "instant": text, "clock": clock[:12]}[layout], of),)

        return step

    return build


_functions.built("now")(_clock("instant", DATE_TIME))
_functions.built("today")(_clock("day", DATE))
_functions.built("timeOfDay")(_clock("clock", TIME))

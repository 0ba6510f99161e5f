"""Conversion functions: ``toInteger`` and its like, and ``convertsToInteger`` and its like.

Rules: https://hl7.org/fhirpath/N1/#conversion.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapter.fhir.fhirpath.calls import Arguments, Functions, Step
from adapter.fhir.fhirpath.equality import comparison_of
from adapter.fhir.fhirpath.nodes import (
    DATE,
    DATE_TIME,
    EMPTY,
    FALSE,
    TIME,
    TRUE,
    Node,
    boolean,
    number,
    string,
)
from adapter.fhir.fhirpath.quantities import UCUM, as_text, quantity
from adapter.fhir.fhirpath.syntax import CALENDAR
from adapter.fhir.fhirpath.temporal import date_units, time_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.fhir.fhirpath.environment import Environment
    from adapter.fhir.fhirpath.nodes import Items

_functions = Functions()
FUNCTIONS = _functions.by_name

_INTEGER = re.compile(r"[+-]?\d{1,100}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,100}(?:\.\d{1,100})?", re.ASCII)
_QUANTITY = re.compile(
    r"(?P<value>[+-]?\d{1,100}(?:\.\d{1,100})?)(?:\s*(?:'(?P<unit>[^']+)'|(?P<word>[a-z]+)))?", re.ASCII
)
_WORDS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0"), TRUE),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0"), FALSE),
}


def _to_boolean(item: Node) -> Items:
    value = item.value
    if isinstance(value, bool):
        return boolean(value)
    if isinstance(value, int | Decimal):
        return boolean(bool(value)) if value in {0, 1} else EMPTY
    return _WORDS.get(value.lower(), EMPTY) if isinstance(value, str) else EMPTY


def _to_integer(item: Node) -> Items:
    value = item.value
    if isinstance(value, int):
        return number(int(value))
    return number(int(value)) if isinstance(value, str) and _INTEGER.fullmatch(value) else EMPTY


def _to_decimal(item: Node) -> Items:
    value = item.value
    if isinstance(value, int | Decimal):
        return number(Decimal(value))
    return number(Decimal(value)) if isinstance(value, str) and _DECIMAL.fullmatch(value) else EMPTY


def _to_string(item: Node) -> Items:
    text = text_of(item)
    return EMPTY if text is None else string(text)


def text_of(item: Node) -> str | None:
    """The text of a primitive or of a quantity; None for another object."""
    value = item.value
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    return as_text(value) if comparison_of(item) == "quantity" else None


def _to_date(item: Node) -> Items:
    value = item.value
    day = value.partition("T")[0] if isinstance(value, str) else ""
    return (Node(day, DATE),) if day and date_units(value) else EMPTY


def _to_date_time(item: Node) -> Items:
    value = item.value
    return (Node(value, DATE_TIME),) if isinstance(value, str) and date_units(value) else EMPTY


def _to_time(item: Node) -> Items:
    value = item.value
    return (Node(value, TIME),) if isinstance(value, str) and time_units(value) else EMPTY


def _to_quantity(item: Node) -> Items:
    value = item.value
    if comparison_of(item) == "quantity":
        return (item,)
    if isinstance(value, bool):
        return quantity(Decimal(int(value)), "1")
    if isinstance(value, int | Decimal):
        return quantity(value, "1")
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match is None or (match["word"] and match["word"] not in CALENDAR):
        return EMPTY
    return quantity(Decimal(match["value"]), match["unit"] or match["word"] or "1")


def _converting(convert: Callable[[Node], Items]) -> Callable[[Arguments], Step]:
    def build(call: Arguments) -> Step:
        source, steps = call.source, call.steps

        def step(environment: Environment, this: Items) -> Items:
            items = source(environment, this)
            result = convert(items[0]) if len(items) == 1 else EMPTY
            return _in_unit(result, steps[0](environment, this)) if steps else result

        return step

    return build


def _convertible(convert: Callable[[Node], Items]) -> Callable[[Arguments], Step]:
    build = _converting(convert)

    def test(call: Arguments) -> Step:
        source, converted = call.source, build(call)

        def step(environment: Environment, this: Items) -> Items:
            if len(source(environment, this)) != 1:
                return EMPTY
            return TRUE if converted(environment, this) else FALSE

        return step

    return test


def _in_unit(result: Items, unit: Items) -> Items:
    """A quantity that already has the wanted unit; others need a UCUM library, so they give nothing."""
    wanted: Any = unit[0].value if len(unit) == 1 else None
    if not result or not isinstance(wanted, str):
        return EMPTY
    value = result[0].value
    is_same = value.get("unit") == wanted or (value.get("system") == UCUM and value.get("code") == wanted)
    return result if is_same else EMPTY


for _name, _convert in (
    ("Boolean", _to_boolean),
    ("Integer", _to_integer),
    ("Decimal", _to_decimal),
    ("String", _to_string),
    ("Date", _to_date),
    ("DateTime", _to_date_time),
    ("Time", _to_time),
    ("Quantity", _to_quantity),
):
    _most = 1 if _name == "Quantity" else 0
    _functions.built(f"to{_name}", 0, _most)(_converting(_convert))
    _functions.built(f"convertsTo{_name}", 0, _most)(_convertible(_convert))

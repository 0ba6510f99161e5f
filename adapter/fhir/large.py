"""Judges JSON that is too long to be scanned for places: the same refusals, some of them without a place.

Reading a text slowly, to tell where something is wrong, takes seconds for some megabytes; nobody may ask that
of a server with one request. The standard library's decoder says as quickly as any whether to refuse.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from adapter.errors import BadRequest
from adapter.fhir.numbers import MAX_DIGITS, number
from adapter.fhir.scanning import CHARACTER, DEPTH, DUPLICATE, ILLEGAL, NUMBER, SYNTAX

_LARGEST = 10**MAX_DIGITS


def document(text: str, max_depth: int) -> Any:
    """The tree of a JSON text.

    Raises:
        BadRequest: it is not JSON FHIR allows; the finding of a fault in syntax has line and column.
    """
    try:
        tree = json.loads(
            text, object_pairs_hook=_object, parse_float=number, parse_int=_whole, parse_constant=_no_number
        )
    except json.JSONDecodeError as error:
        raise BadRequest(SYNTAX.at(line=error.lineno, column=error.colno, expected="JSON")) from None
    except ValueError:
        raise BadRequest(NUMBER.at()) from None
    except RecursionError:
        raise BadRequest(DEPTH.at(limit=max_depth)) from None
    _judge([tree], max_depth)
    return tree


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise BadRequest(DUPLICATE.at())
    if any(ILLEGAL.search(key) for key in made):
        raise BadRequest(CHARACTER.at())
    return made


def _whole(text: str) -> int | Decimal:
    return Decimal(text) if text == "-0" else int(text)


def _no_number(_: str) -> NoReturn:
    raise BadRequest(SYNTAX.at(expected="value"))


def _judge(level: list[Any], max_depth: int) -> None:
    """Judge the values at each level of nesting, from the root down."""
    depth = 0
    while level:
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict | list):
                if depth == max_depth:
                    raise BadRequest(DEPTH.at(limit=max_depth))
                below.extend(value.values() if isinstance(value, dict) else value)
            elif isinstance(value, str):
                if ILLEGAL.search(value):
                    raise BadRequest(CHARACTER.at())
            elif isinstance(value, int) and abs(value) >= _LARGEST:
                raise BadRequest(NUMBER.at())
        level, depth = below, depth + 1

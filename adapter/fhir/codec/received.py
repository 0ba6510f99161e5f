"""Reader of bytes from a sender: FHIR resources in JSON and XML, and municipal records in JSON.

The reader refuses, with line and column: text that is not JSON or not UTF-8, a key twice in one object,
characters that a FHIR string may not have, numbers out of bounds, nesting beyond ``MAX_DEPTH``, and a body
that is not an object. Every digit of a number and the order of keys are kept. Null and empty lists and
objects are read, and :mod:`adapter.fhir.validation.structure` refuses them with their path. Rules:
https://hl7.org/fhir/R4/json.html.

The standard library's decoder reads every text. A refused text is scanned a second time to find the place,
unless the text is so long that the scan takes seconds. :mod:`adapter.fhir.codec.stored` reads JSON that this
service wrote. Only the HTTP doors and the commands import this module (import-linter enforces it).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from adapter.errors import BadRequest, IssueType, Message
from adapter.fhir.codec.numbers import MAX_DIGITS, number, whole
from adapter.fhir.codec.scanning import (
    CHARACTER,
    DEPTH,
    DUPLICATE,
    ILLEGAL,
    LARGE,
    MAX_DEPTH,
    NUMBER,
    SYNTAX,
    Scan,
    decoded,
)
from adapter.fhir.codec.sniffing import Format

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.fhir.codec.numbers import Spelled

ROOT = Message(
    "json-root",
    IssueType.STRUCTURE,
    nb="Innholdet er ikke et JSON-objekt. Send ett JSON-objekt.",
    en="The body is not a JSON object. Send one JSON object.",
    source="https://hl7.org/fhir/R4/json.html",
)

_MARKS = ("\\u", "\\b", "\\f", "\ufffe", "\uffff")
"""Only a text with one of these can have an illegal character: the decoders refuse raw control characters
and raw surrogates."""


def read_received(data: bytes, format_: Format = Format.JSON) -> dict[str, Any]:
    """The tree of a JSON or XML text from a sender.

    Args:
        data: UTF-8 without a byte order mark.
        format_: the format of the text; XML is always a FHIR resource.

    Returns:
        Objects as dicts in the order sent; whole numbers as int, others as
        :class:`~adapter.fhir.codec.numbers.Spelled`.

    Raises:
        BadRequest: the text is not JSON or XML as FHIR defines it. The finding has line and column; in JSON
            of more than ``LARGE`` bytes, only a syntax fault has them.
    """
    if format_ is Format.XML:
        from adapter.fhir.codec import xml  # noqa: PLC0415 - slow to load, and not needed for JSON

        return xml.parse(data)
    tree = _json(data)
    if not isinstance(tree, dict):
        raise BadRequest(ROOT.at(line=1, column=1))
    return tree


def _json(data: bytes) -> Any:
    """The value of a JSON text; the scanner adds line and column to a refusal of at most ``LARGE`` bytes."""
    text = decoded(data)
    try:
        return _judged(text, MAX_DEPTH)
    except BadRequest:
        if len(data) <= LARGE:
            Scan(text, MAX_DEPTH).document()
        raise


def _judged(text: str, max_depth: int) -> Any:
    """The value of a JSON text; refuses the same texts as :class:`Scan`, mostly without line and column."""
    try:
        tree = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise BadRequest(SYNTAX.at(line=error.lineno, column=error.colno, expected="JSON")) from None
    except ValueError:
        raise BadRequest(NUMBER.at()) from None
    except RecursionError:
        raise BadRequest(DEPTH.at(limit=max_depth)) from None
    _refuse_depth(tree, max_depth)
    if any(mark in text for mark in _MARKS):
        _refuse_characters(tree)
    return tree


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise BadRequest(DUPLICATE.at())
    return made


def _whole(text: str) -> int | Spelled:
    return whole(text) if len(text) <= MAX_DIGITS else number(text)


def _no_number(_: str) -> NoReturn:
    """Refuse NaN and Infinity, which the standard library accepts."""
    raise BadRequest(SYNTAX.at(expected="value"))


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=number, parse_int=_whole, parse_constant=_no_number
)


def _refuse_depth(tree: Any, max_depth: int) -> None:
    level, depth = _containers([tree]), 0
    while level:
        if depth == max_depth:
            raise BadRequest(DEPTH.at(limit=max_depth))
        level, depth = [inner for outer in level for inner in _containers(_values(outer))], depth + 1


def _refuse_characters(tree: Any) -> None:
    level = [tree]
    while level:
        if any(isinstance(one, str) and ILLEGAL.search(one) for one in level):
            raise BadRequest(CHARACTER.at())
        containers = _containers(level)
        level = [key for outer in containers if isinstance(outer, dict) for key in outer]
        level += [inner for outer in containers for inner in _values(outer)]


def _containers(values: Iterable[Any]) -> list[dict[str, Any] | list[Any]]:
    return [one for one in values if isinstance(one, dict | list)]


def _values(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container

"""Conversion of the FHIRPath of a finding to line and column.

A FHIRPath has the element name of the specification (``Patient.deceased``), and a JSON text has keys
(``deceasedBoolean``, ``_deceasedBoolean``). The shape of each object connects its keys to its elements.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.scanning import scanned
from adapter.fhir.codec.sniffing import Format
from adapter.fhir.definitions import resource_types
from adapter.fhir.faults import shown
from adapter.fhir.shapes import RESOURCE_KEY, Shape, shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from adapter.errors import Finding
    from adapter.fhir.codec.scanning import Path, Place

_ROOT = re.compile(r"^[^.\[\]]*")
_LAST_STEP = re.compile(r"(?:\.[^.\[\]]+|\[[0-9]+\])$")


def positions(data: bytes, format_: Format) -> dict[str, Place]:
    """Line and column of every element of a resource by FHIRPath; empty for more than ``LARGE`` bytes.

    A primitive and its companion share a place: the first of the two.

    Raises:
        BadRequest: the text is one that :func:`adapter.fhir.codec.received.read_received` refuses.
    """
    if format_ is Format.XML:
        from adapter.fhir.codec import xml  # noqa: PLC0415 - slow to load, and not needed for JSON

        return xml.positions(data)
    tree, places = scanned(data)
    return _by_expression(tree, places) if places else {}


def _by_expression(tree: Any, places: Mapping[Path, Place]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for expression, path in _resource(tree, "", ()):
        found.setdefault(expression, places[path])
    return found


def located(findings: Iterable[Finding], text: bytes, format_: Format) -> list[Finding]:
    """The findings, with line and column for each that has an expression; ``text`` is a readable text.

    A missing element gets the place of the nearest element around it. A text of more than ``LARGE`` bytes
    gives no places.
    """
    found = list(findings)
    if not any(map(_is_placeable, found)):
        return found
    places = positions(text, format_)
    if not places:
        return found
    return [_placed(finding, places) if _is_placeable(finding) else finding for finding in found]


def _is_placeable(finding: Finding) -> bool:
    return finding.line is None and finding.expression is not None


def _placed(finding: Finding, places: Mapping[str, Place]) -> Finding:
    """A finding with its place; the type at the start of its expression is replaced by that of the text."""
    root = next(iter(places))
    expression = f"{root}{_ROOT.sub('', finding.expression or '')}"
    while expression not in places and _LAST_STEP.search(expression):
        expression = _LAST_STEP.sub("", expression)
    line, column = places.get(expression, places[root])
    return replace(finding, line=line, column=column)


def _resource(node: Any, expression: str, path: Path) -> Iterator[tuple[str, Path]]:
    type_name = node.get(RESOURCE_KEY) if isinstance(node, dict) else None
    is_known = isinstance(type_name, str) and type_name in resource_types()
    here = expression or (str(type_name) if is_known else "Resource")
    yield from _walk(node, shape(str(type_name)) if is_known else None, here, path)


def _walk(node: Any, of: Shape | None, expression: str, path: Path) -> Iterator[tuple[str, Path]]:
    """The FHIRPath and JSON path of a node and its content.

    ``of`` is the shape of the object, or of the items of the list; None for an unknown type.
    """
    yield expression, path
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _walk(item, of, f"{expression}[{index}]", (*path, index))
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _member(key, value, of, expression, (*path, key))


def _member(
    key: str, value: Any, of: Shape | None, expression: str, path: Path
) -> Iterator[tuple[str, Path]]:
    member = of.members.get(key) if of else None
    here = f"{expression}.{member.name if member else shown(key)}"
    if member is None or member.role in {"type", "value"}:
        yield from _walk(value, None, here, path)
    elif member.role == "resource":
        yield here, path
        for index, item in enumerate(value) if isinstance(value, list) else ():
            yield from _resource(item, f"{here}[{index}]", (*path, index))
        if isinstance(value, dict):
            yield from _resource(value, here, path)
    else:
        yield from _walk(value, shape("Element" if member.role == "companion" else member.type), here, path)

"""Conversion of XML elements to the tree of JSON, by the type of each element.

All faults are reported together: elements and attributes that the type does not have, elements out of order
or repeated, and nesting beyond the limit of JSON. ``xsi:`` attributes of the root are ignored. A value in a
wrong format stays text, and :mod:`adapter.fhir.validation.structure` reports it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.errors import BadRequest, IssueType, Message
from adapter.fhir import faults
from adapter.fhir.codec.numbers import number
from adapter.fhir.codec.scanning import DEPTH, MAX_DEPTH
from adapter.fhir.definitions import resource_types
from adapter.fhir.shapes import RESOURCE_KEY, Member, Shape, shape
from adapter.fhir.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapter.fhir.codec.scanning import Place
    from adapter.fhir.codec.xml_elements import Element

_PAGE = "https://hl7.org/fhir/R4/xml.html"
ATTRIBUTE = Message(
    "xml-attribute",
    IssueType.STRUCTURE,
    nb="Elementet har et attributt som FHIR R4 ikke har her. Fjern attributtet.",
    en="The element has an attribute that FHIR R4 does not have here. Remove the attribute.",
    source=_PAGE,
)
ORDER = Message(
    "xml-order",
    IssueType.STRUCTURE,
    nb="Elementet står på feil plass. Skriv elementene i rekkefølgen fra FHIR R4.",
    en="The element is out of order. Write the elements in the order of FHIR R4.",
    source=_PAGE,
)
REPEATED = Message(
    "xml-repeated",
    IssueType.STRUCTURE,
    nb="Elementet er gjentatt, men kan bare stå én gang. Behold ett av dem.",
    en="The element is repeated, but may occur only once. Keep one of them.",
    source=_PAGE,
)
ONE_RESOURCE = Message(
    "xml-one-resource",
    IssueType.STRUCTURE,
    nb="Elementet har ikke nøyaktig én ressurs i seg. Legg én ressurs i elementet, uten attributter.",
    en="The element does not hold exactly one resource. Put one resource in the element, without attributes.",
    source=_PAGE,
)

NARRATIVE = Message(
    "xml-narrative",
    IssueType.STRUCTURE,
    nb='Elementet div er ikke i navnerommet for XHTML. Sett xmlns="http://www.w3.org/1999/xhtml".',
    en='The element div is not in the XHTML namespace. Set xmlns="http://www.w3.org/1999/xhtml".',
    source=_PAGE,
)

_XSI = "http://www.w3.org/2001/XMLSchema-instance "
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,99}")
_INTEGERS = {"integer", "positiveInt", "unsignedInt"}


@dataclass(slots=True)
class Conversion:
    """The conversion of one document; with ``marking``, ``places`` has every element's place by FHIRPath."""

    marking: bool = False
    tally: Tally = field(default_factory=Tally)
    places: dict[str, Place] = field(default_factory=dict)

    def resource(self, element: Element, path: str, depth: int) -> dict[str, Any]:
        """The resource of an element."""
        self._mark(element, path, depth)
        node: dict[str, Any] = {RESOURCE_KEY: element.name}
        if element.name not in resource_types():
            self._find(faults.TYPE_UNKNOWN, element, path)
            return node
        for attribute in element.attributes:
            if depth > 1 or not attribute.startswith(_XSI):
                self._find(ATTRIBUTE, element, path)
        self._children(element, node, shape(element.name), path, depth)
        return node

    def _children(self, element: Element, node: dict[str, Any], of: Shape, path: str, depth: int) -> None:
        """Put the children of an element into ``node``."""
        order = 0
        lists: set[str] = set()
        for child in element.children:
            member = of.members.get(child.name)
            if member is None or not _is_written(member, child):
                self._find(faults.UNKNOWN, child, f"{path}.{faults.shown(child.name)}", of=of.name)
                continue
            here = f"{path}.{member.name}"
            if member.is_list:
                here = f"{here}[{len(node.get(member.key, ()))}]"
            if member.order < order:
                self._find(ORDER, child, here)
            elif member.order == order and not member.is_list:
                self._find(REPEATED, child, here)
            order = max(order, member.order)
            if member.role == "value" and member.is_list:
                lists.add(member.key)
            self._fill(child, node, member, here, depth + 1 + member.is_list)
        for key in lists:
            _tidy(node, key)

    def _fill(self, child: Element, node: dict[str, Any], member: Member, path: str, depth: int) -> None:
        """Put one child into ``node``; a list of values and its list of companions keep the same length."""
        beside = None
        value: Any
        if member.role == "value":
            value, beside = self._primitive(child, member, path, depth)
        elif member.role == "resource":
            value = self._wrapped(child, path, depth)
        else:
            value = self._object(child, child.attributes, member.type, path, depth)
        if member.is_list:
            node.setdefault(member.key, []).append(value)
            if member.role == "value":
                node.setdefault(f"_{member.key}", []).append(beside)
            return
        if value is not None:
            node[member.key] = value
        if beside is not None:
            node[f"_{member.key}"] = beside

    def _wrapped(self, child: Element, path: str, depth: int) -> dict[str, Any]:
        """The resource inside an element like ``contained``."""
        if len(child.children) != 1 or child.attributes:
            self._find(ONE_RESOURCE, child, path)
            return {}
        return self.resource(child.children[0], path, depth)

    def _object(
        self, child: Element, attributes: Mapping[str, str], type_name: str, path: str, depth: int
    ) -> dict[str, Any]:
        self._mark(child, path, depth)
        of = shape(type_name)
        if attributes.keys() - set(of.attributes):
            self._find(ATTRIBUTE, child, path)
        node: dict[str, Any] = {name: attributes[name] for name in of.attributes if name in attributes}
        self._children(child, node, of, path, depth)
        return node

    def _primitive(
        self, child: Element, member: Member, path: str, depth: int
    ) -> tuple[Any, dict[str, Any] | None]:
        """The value of a primitive, and its id and extensions; an empty object for an empty element."""
        if member.type == "xhtml":
            self._mark(child, path, 0)
            if child.source is None:
                self._find(NARRATIVE, child, path)
            return child.source, None
        attributes = {key: value for key, value in child.attributes.items() if key != "value"}
        text = child.attributes.get("value")
        if attributes or child.children or text is None:
            beside = self._object(child, attributes, "Element", path, depth)
            return None if text is None else _value(member.type, text), beside
        self._mark(child, path, 0)
        return _value(member.type, text), None

    def _mark(self, element: Element, path: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise BadRequest(DEPTH.at(path, line=element.line, column=element.column, limit=MAX_DEPTH))
        if self.marking:
            self.places.setdefault(path, (element.line, element.column))

    def _find(self, message: Message, element: Element, path: str, *, of: str = "") -> None:
        self.tally.add(message, path, of=of, at=(element.line, element.column))


def _is_written(member: Member, child: Element) -> bool:
    """Tests whether XML writes the member as an element like this child; only a div is XHTML."""
    is_element = not member.is_attribute and member.role not in {"type", "companion"}
    return is_element and (child.source is None or member.type == "xhtml")


def _tidy(node: dict[str, Any], key: str) -> None:
    """Remove each list that holds nothing but null."""
    for name in (key, f"_{key}"):
        if all(item is None for item in node[name]):
            del node[name]


def _value(type_name: str, text: str) -> Any:
    """The value of a text by its type, or the text itself when it has a wrong format."""
    if type_name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if type_name in _INTEGERS:
        return int(text) if _WHOLE.fullmatch(text) else text
    if type_name == "decimal":
        try:
            return number(text)
        except ValueError:
            return text
    return text

"""Nodes: the items of FHIRPath collections, and the steps from a node to the elements it holds.

A node is a JSON value with its type. A primitive has a companion too: the object with its id and extensions
(``_birthDate``). A JSON value of another form than its type has (a text where an object belongs, null, a list
in a list) has no elements, so that content of any form can be evaluated.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapter.fhir.fhirpath.type_model import Type, type_of, type_of_resource

if TYPE_CHECKING:
    from adapter.fhir.fhirpath.type_model import Element


class Node:
    """One item: ``value`` is the JSON value, or None for a primitive that has extensions only."""

    __slots__ = ("companion", "type", "value")

    def __init__(self, value: Any, of: Type, companion: dict[str, Any] | None = None) -> None:
        self.value = value
        self.type = of
        self.companion = companion

    def __repr__(self) -> str:
        return f"Node({self.value!r}, {self.type.name})"

    @property
    def has_value(self) -> bool:
        """Tests whether the node is a primitive with a value."""
        return self.type.is_primitive and self.value is not None and not isinstance(self.value, dict)


Items = Sequence[Node]
"""A collection. Results can be shared, so a collection is never changed after it is made."""

BOOLEAN = type_of("System.Boolean")
STRING = type_of("System.String")
INTEGER = type_of("System.Integer")
DECIMAL = type_of("System.Decimal")
DATE = type_of("System.Date")
DATE_TIME = type_of("System.DateTime")
TIME = type_of("System.Time")
QUANTITY = type_of("System.Quantity")

EMPTY: Items = ()
TRUE: Items = (Node(True, BOOLEAN),)
FALSE: Items = (Node(False, BOOLEAN),)
"""The Boolean results; every function gives these objects, so ``result is TRUE`` is a valid first test."""


def resource_node(resource: dict[str, Any]) -> Node:
    """The node of a resource."""
    return Node(resource, type_of_resource(resource))


def node(value: Any, type_name: str, companion: dict[str, Any] | None = None) -> Node:
    """The node of a value of a type or of a backbone path (``CarePlan.activity``).

    Raises:
        KeyError: R4 has no such type.
    """
    return Node(value, type_of(type_name), companion)


def boolean(value: bool | None) -> Items:
    """The collection of a Boolean; empty for None."""
    return EMPTY if value is None else TRUE if value else FALSE


def string(value: str) -> Items:
    """The collection of a string."""
    return (Node(value, STRING),)


def number(value: int | Decimal) -> Items:
    """The collection of a number; empty for a whole number outside 32 bits, which FHIRPath does not have."""
    if isinstance(value, Decimal):
        return (Node(value, DECIMAL),) if value.is_finite() else EMPTY
    return (Node(value, INTEGER),) if -(2**31) <= value < 2**31 else EMPTY


def truth(items: Items) -> bool | None:
    """The Boolean of a collection: of its only item, true for any other single item, None for the rest.

    Singleton evaluation: https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections.
    """
    if items is TRUE:
        return True
    if items is FALSE or len(items) != 1:
        return False if items is FALSE else None
    only = items[0]
    if only.type.comparison == "boolean":
        return only.value if isinstance(only.value, bool) else None
    return True


def take_element(content: dict[str, Any], element: Element, found: list[Node]) -> None:
    """Add the nodes of one element of an object to ``found``."""
    value = content.get(element.key)
    beside = content.get(element.companion) if element.companion is not None else None
    if beside is None:
        if type(value) is list:
            for one in value:
                if one is not None and type(one) is not list:
                    found.append(_node(one, element))  # noqa: PERF401 - `found` is given
        elif value is not None:
            found.append(_node(value, element))
    else:
        _take_primitives(value, beside, element, found)


def _node(value: Any, element: Element) -> Node:
    of = element.type
    if of is None:
        return Node(value, type_of_resource(value) if type(value) is dict else type_of("Resource"))
    return Node(value, of)


def _take_primitives(value: Any, beside: Any, element: Element, found: list[Node]) -> None:
    """Add primitives with their companions: two values, or two lists of one length."""
    of = element.type
    if of is None:
        return
    values = value if isinstance(value, list) else [value]
    companions = beside if isinstance(beside, list) else [beside]
    for index in range(max(len(values), len(companions))):
        one = values[index] if index < len(values) else None
        companion = companions[index] if index < len(companions) else None
        companion = companion if isinstance(companion, dict) else None
        if not isinstance(one, list) and (one is not None or companion):
            found.append(Node(one, of, companion))


def content_of(item: Node) -> dict[str, Any] | None:
    """The object that holds the elements of a node, or None."""
    content = item.companion if item.type.is_primitive else item.value
    return content if type(content) is dict else None


def take_named(item: Node, name: str, found: list[Node]) -> None:
    """Add the elements of a FHIRPath name in a node to ``found``; a choice under any of its keys."""
    content = item.companion if item.type.is_primitive else item.value
    if type(content) is not dict:
        return
    element = item.type.elements.get(name)
    if element is not None:
        if element.key in content or element.companion in content:
            take_element(content, element, found)
        return
    keys = item.type.choices.get(name)
    if keys is not None:
        for key in content:
            element = keys.get(key)
            if element is not None and (key == element.key or element.key not in content):
                take_element(content, element, found)


def children_of(item: Node) -> list[Node]:
    """All elements of a node, in the order of the JSON object."""
    found: list[Node] = []
    content = content_of(item)
    if content is not None:
        by_key = item.type.by_key
        for key in content:
            element = by_key.get(key)
            if element is not None and (key == element.key or element.key not in content):
                take_element(content, element, found)
    return found

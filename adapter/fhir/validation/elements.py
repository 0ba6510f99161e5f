"""Elements of an object by their FHIRPath names, with type and place, as rules of profiles name them."""

from __future__ import annotations

from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.fhir.definitions import resource_types
from adapter.fhir.shapes import RESOURCE_KEY, shape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.fhir.shapes import Member


class Item(NamedTuple):
    """One occurrence of an element: its value, its type, its FHIRPath, and a primitive's id and extensions.

    ``type`` is the key of the facts of the content: a datatype, a resource type or a backbone path.
    """

    value: Any
    type: str
    path: str
    companion: dict[str, Any] | None = None

    @property
    def content(self) -> dict[str, Any] | None:
        """The object in which the children of the element stand; for a primitive its companion."""
        return self.value if isinstance(self.value, dict) else self.companion

    @property
    def content_type(self) -> str:
        """The type of :attr:`content`."""
        return self.type if isinstance(self.value, dict) else "Element"


def items(node: dict[str, Any], type_name: str, name: str, path: str) -> list[Item]:
    """The occurrences of an element in an object of a known type, in order; malformed ones are left out."""
    found: list[Item] = []
    for member in _members(type_name, name):
        value = node.get(member.key)
        if member.role == "value":
            beside = node.get(f"_{member.key}")
            if value is not None or beside is not None:
                found += _primitives(member, value, beside, f"{path}.{name}")
        elif value is not None:
            _take_parts(member, value, f"{path}.{name}", found)
    return found


@cache
def _members(type_name: str, name: str) -> tuple[Member, ...]:
    """The members of a type that hold an element: one, or one for each type of a choice."""
    members = shape(type_name).members.values()
    return tuple(one for one in members if one.name == name and one.role not in {"companion", "type"})


def _take_parts(member: Member, value: Any, path: str, found: list[Item]) -> None:
    """Add the objects of an element, or its resources by their own types."""
    if not member.is_list:
        if isinstance(value, dict) and (type_name := _content_type(member, value)):
            found.append(Item(value, type_name, path))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            if isinstance(one, dict) and (type_name := _content_type(member, one)):
                found.append(Item(one, type_name, f"{path}[{index}]"))


def _primitives(member: Member, value: Any, beside: Any, path: str) -> Iterator[Item]:
    """The primitives of an element with their companions."""
    if not member.is_list:
        pairs = [(value, beside, path)]
    else:
        values = value if isinstance(value, list) else []
        others = beside if isinstance(beside, list) else []
        pairs = [
            (one, other, f"{path}[{index}]") for index, (one, other) in enumerate(zip_longest(values, others))
        ]
    for one, other, place in pairs:
        companion = other if isinstance(other, dict) else None
        if not isinstance(one, dict | list) and (one is not None or companion is not None):
            yield Item(one, member.type, place, companion)


def _content_type(member: Member, value: dict[str, Any]) -> str:
    return _resource_type(value) if member.role == "resource" else member.type


def _resource_type(resource: dict[str, Any]) -> str:
    """The type of a resource, or ``""`` for an unknown type, which the structure check reports."""
    name = resource.get(RESOURCE_KEY)
    return name if isinstance(name, str) and name in resource_types() else ""

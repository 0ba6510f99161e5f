"""Links of a resource, found and replaced in every element.

A link is the ``reference`` of a Reference, an element of type uri, url, oid or uuid, or an address in a
narrative. https://hl7.org/fhir/R4/http.html#trules requires a server to replace them when it assigns an id to
a resource. Canonical addresses and the values of identifiers are not links.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.fhir.shapes import RESOURCE_KEY, shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.fhir.shapes import Member

_ADDRESSES = frozenset({"uri", "url", "oid", "uuid"})
_IN_NARRATIVE = re.compile(r"""(\s(?:href|src)\s*=\s*)("[^"]*"|'[^']*')""")


class Link(NamedTuple):
    """One link: its FHIRPath, its text, and whether it is the ``reference`` of a Reference."""

    place: str
    text: str
    is_reference: bool


def relinked(resource: dict[str, Any], place: str, change: Callable[[Link], str]) -> dict[str, Any]:
    """The resource with every link replaced by ``change``, in contained resources too.

    Args:
        resource: valid R4.
        place: the FHIRPath of the resource, the prefix of the places of its links.
        change: returns the new text of a link, or the old text.
    """
    return _content(resource, resource[RESOURCE_KEY], place, change)


def _content(
    node: dict[str, Any], type_name: str, place: str, change: Callable[[Link], str]
) -> dict[str, Any]:
    members = shape(type_name).members
    return {key: _member(members[key], value, type_name, place, change) for key, value in node.items()}


def _member(member: Member, value: Any, owner: str, place: str, change: Callable[[Link], str]) -> Any:
    here = f"{place}.{member.name}"
    if isinstance(value, list):
        return [_value(member, item, owner, f"{here}[{index}]", change) for index, item in enumerate(value)]
    return _value(member, value, owner, here, change)


def _value(member: Member, value: Any, owner: str, place: str, change: Callable[[Link], str]) -> Any:
    if isinstance(value, dict):
        if member.role == "resource":
            return _content(value, value[RESOURCE_KEY], place, change)
        return _content(value, "Element" if member.role == "companion" else member.type, place, change)
    if not isinstance(value, str) or member.role != "value":
        return value
    if member.type == "xhtml":
        return _IN_NARRATIVE.sub(lambda found: found[1] + _quoted(found[2], place, change), value)
    is_reference = owner == "Reference" and member.name == "reference"
    if is_reference or member.type in _ADDRESSES:
        return change(Link(place, value, is_reference))
    return value


def _quoted(text: str, place: str, change: Callable[[Link], str]) -> str:
    quote, address = text[0], text[1:-1]
    return f"{quote}{change(Link(place, address, is_reference=False))}{quote}"

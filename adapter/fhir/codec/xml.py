"""Reader and writer of FHIR resources as XML bytes; the tree is the same as from JSON.

The writer puts elements in the order of the specification, writes ids and the url of an extension as
attributes, keeps the spelling of numbers, and copies a narrative byte for byte. ``xml_elements`` and
``xml_tree`` read XML and refuse faults. Comments between elements, and carriage returns inside the tags of a
narrative, are not kept. Rules: https://hl7.org/fhir/R4/xml.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapter.errors import BadRequest, Unprocessable
from adapter.fhir import narrative
from adapter.fhir.codec.scanning import LARGE
from adapter.fhir.codec.xml_elements import CARRIAGE_RETURN, FHIR, read
from adapter.fhir.codec.xml_tree import Conversion
from adapter.fhir.definitions import resource_types
from adapter.fhir.shapes import RESOURCE_KEY, Member, shape

if TYPE_CHECKING:
    from adapter.fhir.codec.scanning import Place

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_SPECIAL = re.compile(r'[&<>"\t\n\r]')
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


def parse(data: bytes) -> dict[str, Any]:
    """The tree of a resource in XML, equal to the tree of the same resource in JSON.

    Raises:
        BadRequest: the bytes are not XML as FHIR defines it; each finding has line and column.
    """
    return _converted(data)[0]


def positions(data: bytes) -> dict[str, Place]:
    """Line and column of every element by FHIRPath; empty for more than ``LARGE`` bytes, as in JSON.

    Raises:
        BadRequest: the bytes are refused by :func:`parse`.
    """
    return _converted(data, marking=True)[1].places if len(data) <= LARGE else {}


def _converted(data: bytes, *, marking: bool = False) -> tuple[dict[str, Any], Conversion]:
    root = read(data)
    conversion = Conversion(marking)
    tree = conversion.resource(root, root.name if root.name in resource_types() else "Resource", 1)
    if findings := conversion.tally.told():
        raise BadRequest(*findings)
    return tree, conversion


def render(resource: dict[str, Any]) -> bytes:
    """The resource as XML bytes, its elements in the order of the specification.

    ``resource`` is valid: :func:`adapter.fhir.validation.structure.check` finds no error in it.

    Raises:
        Unprocessable: a narrative is not one well-formed div, so it cannot be copied into the document.
        KeyError: the resource is not valid.
    """
    out = [_DECLARATION]
    _resource(out, resource, f' xmlns="{FHIR}"')
    return "".join(out).encode()


def _resource(out: list[str], resource: dict[str, Any], namespace: str = "") -> None:
    name = resource[RESOURCE_KEY]
    out.append(f"<{name}{namespace}>")
    _children(out, resource, name)
    out.append(f"</{name}>")


def _children(out: list[str], node: dict[str, Any], type_name: str) -> None:
    """Write the elements of an object; a primitive value and its companion make one element."""
    members = shape(type_name).members
    present = {members[key.removeprefix("_")].key: members[key.removeprefix("_")] for key in node}
    for member in sorted(present.values(), key=lambda one: one.order):
        if member.is_attribute or member.role == "type":
            continue
        if member.role == "value":
            _primitives(out, member, node.get(member.key), node.get(f"_{member.key}"))
        else:
            items = node[member.key] if member.is_list else [node[member.key]]
            for item in items:
                _part(out, member, item)


def _part(out: list[str], member: Member, item: dict[str, Any]) -> None:
    if member.role == "resource":
        out.append(f"<{member.key}>")
        _resource(out, item)
    else:
        out.append(f"<{member.key}{_attributes(item, member.type)}>")
        _children(out, item, member.type)
    out.append(f"</{member.key}>")


def _primitives(out: list[str], member: Member, value: Any, companion: Any) -> None:
    if not member.is_list:
        _primitive(out, member, value, companion)
        return
    values, companions = value or [], companion or []
    for index in range(max(len(values), len(companions))):
        _primitive(
            out,
            member,
            values[index] if index < len(values) else None,
            companions[index] if index < len(companions) else None,
        )


def _primitive(out: list[str], member: Member, value: Any, companion: dict[str, Any] | None) -> None:
    if member.type == "xhtml":
        out.append(_div(value))
        return
    text = "" if value is None else f' value="{_escaped(_text(value))}"'
    attributes = f"{_attributes(companion or {}, 'Element')}{text}"
    if companion and "extension" in companion:
        out.append(f"<{member.key}{attributes}>")
        _children(out, companion, "Element")
        out.append(f"</{member.key}>")
    else:
        out.append(f"<{member.key}{attributes}/>")


def _attributes(node: dict[str, Any], type_name: str) -> str:
    """The XML attributes of an element: its id, and the url of an extension."""
    names = shape(type_name).attributes
    return "".join(f' {name}="{_escaped(node[name])}"' for name in names if name in node)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], text) if _SPECIAL.search(text) else text


def _div(text: str) -> str:
    """The text of a narrative, unescaped; refused unless it is one element.

    Carriage returns are written as character references, since an XML reader turns them into line feeds. A
    carriage return inside a tag is left, since a tag has no references; the last ``>`` before the next ``<``
    counts as the end of the tag.
    """
    if not narrative.is_div(text):
        raise Unprocessable(narrative.FORM.at())
    if "\r" not in text:
        return text
    pieces = [piece.rpartition(">") for piece in text.split("<")]
    return "<".join(f"{tag}{end}{rest.replace(chr(13), CARRIAGE_RETURN)}" for tag, end, rest in pieces)

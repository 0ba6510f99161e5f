"""The references of a record, each with its place, found along the schema.

A field is a reference if its schema definition is ``aktor``, or if the table of parts lists it among the
fields that hold ids of a kind of part. References to a part of a sak stay within the sak; an aktor with
identifikator or adresse is external, and no reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.record.nodes import walk
from adapter.record.parts import LINKS, PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapter.record.nodes import Node

LISTS: Mapping[str, str] = {
    kind.name: kind.field
    for kind in PARTS
    if kind.record == "sak" and kind.listed and (kind.is_aktor or kind.named_by)
}
"""The kinds of part that can be referred to within a sak beside the innbygger, and their lists."""

LOCAL = frozenset({"innbygger", *LISTS})
OF_AKTOR = frozenset(kind.name for kind in PARTS if kind.is_aktor)
NAMING: Mapping[str, str] = {field: kind.name for kind in PARTS for field in kind.named_by}
"""The fields, other than aktor fields, that hold an id or a list of ids, and the kind of part referred to."""

MENTIONING: Mapping[str, str] = {
    **{kind.name: kind.name for kind in PARTS},
    **NAMING,
    **{link.field: kind.name for link in LINKS for kind in PARTS if kind.field == link.home},
}
"""The same, with the kinds an aktor names, and the links that are shown in one part and stored in another."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference.

    Args:
        path: its location: ``sak.team[0].deltakere[1].hvem``.
        kind: the kind of part referred to: one of ``LOCAL``, or ansatt, rolle or organisasjon.
        id: the id referred to.
        local: whether the target must be in the same record.
    """

    path: str
    kind: str
    id: str
    local: bool


def references(kind: str, body: dict[str, Any]) -> list[Reference]:
    """Every reference of a valid record of kind ``kind``, in the record's order."""
    return [reference for node in walk(kind, body) for reference in references_at(node)]


def references_at(node: Node) -> list[Reference]:
    """The references of one node of a record."""
    if node.definition == "aktor":
        return [
            Reference(node.path, kind, id_, kind in LOCAL)
            for kind, id_ in node.value.items()
            if kind in OF_AKTOR
        ]
    if not isinstance(node.value, dict):
        return []
    return [
        Reference(path, kind, id_, kind in LOCAL)
        for field, value in node.value.items()
        if (kind := NAMING.get(field))
        for path, id_ in _ids(f"{node.path}.{field}", value)
    ]


def mentioned(value: Any, name: str = "") -> frozenset[tuple[str, str]]:
    """Kind and id of everything that a part may refer to, found by the names of fields alone.

    Args:
        value: the body of a part, or a value within it.
        name: the field that holds the value.
    """
    found: set[tuple[str, str]] = set()
    ahead = [(name, value)]
    while ahead:
        field, item = ahead.pop()
        if isinstance(item, str):
            if field in MENTIONING:
                found.add((MENTIONING[field], item))
        elif isinstance(item, dict):
            ahead += item.items()
        elif isinstance(item, list):
            ahead += [(field, one) for one in item]
    return frozenset(found)


def _ids(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """The ids in a field, with their paths; a field of the same name may hold the parts: ``sak.maal``."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        yield from ((f"{path}[{index}]", id_) for index, id_ in enumerate(value) if isinstance(id_, str))

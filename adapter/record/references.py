"""Whom and what a record names: every reference in it, with its place, found by following the schema.

A field is a reference because the schema says that it is an ``aktor``, or because it holds the ids of one
kind of part and the table of parts says so. References to a part of a sak stay within the sak; an aktor told
by identifikator or adresse is somebody else's, and none of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.record.nodes import walk
from adapter.record.parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapter.record.nodes import Node

LISTS: Mapping[str, str] = {
    kind.name: kind.field
    for kind in PARTS
    if kind.record == "sak" and kind.listed and (kind.is_aktor or kind.named_by)
}
"""What can be named within a sak beside the innbygger, and the list it stands in."""

LOCAL = frozenset({"innbygger", *LISTS})
OF_AKTOR = frozenset(kind.name for kind in PARTS if kind.is_aktor)
NAMING: Mapping[str, str] = {field: kind.name for kind in PARTS for field in kind.named_by}
"""The fields that hold an id, or a list of ids, and no aktor: and what it is the id of."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference.

    Args:
        path: where it stands: ``sak.team[0].deltakere[1].hvem``.
        kind: what it is of: one of ``LOCAL``, or ansatt, rolle or organisasjon.
        id: the id it names.
        local: whether it must be found in the same record.
    """

    path: str
    kind: str
    id: str
    local: bool


def references(kind: str, body: dict[str, Any]) -> list[Reference]:
    """Every reference of a valid record of kind ``kind``, in the record's order."""
    return [reference for node in walk(kind, body) for reference in references_at(node)]


def references_at(node: Node) -> list[Reference]:
    """The references that stand at one place of a record."""
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


def _ids(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """The ids in a field, which may hold the parts themselves instead: ``sak.maal``."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        yield from ((f"{path}[{index}]", id_) for index, id_ in enumerate(value) if isinstance(id_, str))

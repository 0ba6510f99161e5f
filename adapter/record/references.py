"""Whom a record names: every reference in it, with its place, found by following the schema.

A field is a reference because the schema says that it is an ``aktor``, so no list of fields is kept here
that could be forgotten. Those to an innbygger, parorende or team stay within the sak; an aktor told by
identifikator or adresse is somebody else's, and none of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.record.places import walk

if TYPE_CHECKING:
    from adapter.record.places import Node

LOCAL = frozenset({"innbygger", "parorende", "team"})
KINDS = LOCAL | {"ansatt", "rolle", "organisasjon"}


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference.

    Args:
        path: where it stands: ``sak.team[0].deltakere[1].hvem``.
        kind: innbygger, parorende, ansatt, rolle, organisasjon or team.
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
            if kind in KINDS
        ]
    # Two fields hold an id and no aktor: only an organisasjon can stand there.
    field = {"rolle": "organisasjon", "organisasjon": "overordnet"}.get(node.definition)
    if field is None or field not in node.value:
        return []
    return [Reference(f"{node.path}.{field}", "organisasjon", node.value[field], local=False)]

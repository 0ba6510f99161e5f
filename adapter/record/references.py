"""Whom a record names: every reference in it, with its place, found by following the schema.

A field is a reference because the schema says that it is an ``aktor``, so no list of fields is kept here
that could be forgotten. Those to an innbygger, parorende or team stay within the sak; an aktor told by
identifikator or adresse is somebody else's, and none of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.record.schema import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL = frozenset({"innbygger", "parorende", "team"})
KINDS = LOCAL | {"ansatt", "rolle", "organisasjon"}

_AKTOR = "#/$defs/aktor"
_BY_ID = {
    ("#/$defs/rolle", "organisasjon"): "organisasjon",
    ("#/$defs/organisasjon", "overordnet"): "organisasjon",
}
"""Fields that hold an id and no aktor: only an organisasjon can stand there."""


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
    return list(_below(kind, {"$ref": f"#/$defs/{kind}"}, body))


def _below(path: str, schema: dict[str, Any], value: Any) -> Iterator[Reference]:
    """The references in ``value``, which ``schema`` describes."""
    if schema.get("$ref") == _AKTOR:
        yield from (_reference(path, kind, id_) for kind, id_ in value.items() if kind in KINDS)
    elif isinstance(value, list):
        items = resolved(schema)["items"]
        for index, item in enumerate(value):
            yield from _below(f"{path}[{index}]", items, item)
    elif isinstance(value, dict):
        fields = resolved(schema)["properties"]
        for field, item in value.items():
            kind = _BY_ID.get((schema.get("$ref", ""), field))
            if kind:
                yield _reference(f"{path}.{field}", kind, item)
            else:
                yield from _below(f"{path}.{field}", fields[field], item)


def _reference(path: str, kind: str, id_: str) -> Reference:
    return Reference(path, kind, id_, kind in LOCAL)

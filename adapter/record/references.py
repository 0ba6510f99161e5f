"""Whom a record names: every reference in it, with its place, found by following the schema.

A field is a reference because the schema says that it is an ``aktor``, so no list of fields is kept here
that could be forgotten. Those to an innbygger, parorende or team stay within the sak; an aktor told by
identifikator or adresse is somebody else's, and none of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.record.schema import definitions

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL = frozenset({"innbygger", "parorende", "team"})
KINDS = LOCAL | {"ansatt", "rolle", "organisasjon"}

_AKTOR = "#/$defs/aktor"
_BY_ID = {("rolle", "organisasjon"): "organisasjon", ("organisasjon", "overordnet"): "organisasjon"}
"""Fields that hold an id and no aktor, since only an organisasjon can stand there."""


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
    return list(_below(kind, definitions()[kind], body, kind))


def _below(path: str, schema: dict[str, Any], value: Any, name: str) -> Iterator[Reference]:
    """The references in ``value``, which ``schema`` describes; ``name`` is that of the definition it is in."""
    target = schema.get("$ref")
    if target == _AKTOR:
        yield from _aktor(path, value)
    elif target is not None:
        name = target.rsplit("/", 1)[-1]
        yield from _below(path, definitions().get(name, {}), value, name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _below(f"{path}[{index}]", schema["items"], item, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            by_id = _BY_ID.get((name, key))
            if by_id:
                yield _reference(f"{path}.{key}", by_id, item)
            else:
                yield from _below(f"{path}.{key}", schema["properties"][key], item, name)


def _aktor(path: str, aktor: dict[str, Any]) -> Iterator[Reference]:
    for kind, id_ in aktor.items():
        if kind in KINDS:
            yield _reference(path, kind, id_)


def _reference(path: str, kind: str, id_: str) -> Reference:
    return Reference(path, kind, id_, kind in LOCAL)

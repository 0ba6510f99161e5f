"""Everything in a record and where it stands: the schema followed once, for all who look for something.

A place is told twice. ``path`` counts (``sak.team[0].deltakere[1]``) and is what a person is shown; ``place``
names items by their ids (``sak.team(t).deltakere(d)``) and stays the same when a list is reordered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.record.schema import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFS = "#/$defs/"


@dataclass(frozen=True, slots=True)
class Node:
    """An object or list in a record.

    Args:
        path: where it stands, by index.
        place: where it stands, by id where it has one.
        definition: the schema's name for it (``deltaker``, ``aktor``); ``""`` if it has none.
        value: the object or list.
    """

    path: str
    place: str
    definition: str
    value: Any


def walk(kind: str, body: dict[str, Any]) -> Iterator[Node]:
    """Every object and list of a record of kind ``kind``, the outer before the inner, in its own order."""
    yield from _walk(kind, kind, {"$ref": f"{_DEFS}{kind}"}, body)


def _walk(path: str, place: str, schema: dict[str, Any], value: Any) -> Iterator[Node]:
    if isinstance(value, dict):
        yield Node(path, place, schema.get("$ref", "").removeprefix(_DEFS), value)
        fields = resolved(schema).get("properties", {})
        for field, item in value.items():
            if field in fields:
                yield from _walk(f"{path}.{field}", f"{place}.{field}", fields[field], item)
    elif isinstance(value, list):
        yield Node(path, place, "", value)
        items = resolved(schema)["items"]
        for index, item in enumerate(value):
            yield from _walk(f"{path}[{index}]", f"{place}{name_of(item, index)}", items, item)


def name_of(item: Any, index: int) -> str:
    """How an item of a list is named: ``(id)``, or by its index if it has none."""
    if isinstance(item, dict) and "id" in item:
        return f"({item['id']})"
    return f"[{index}]"

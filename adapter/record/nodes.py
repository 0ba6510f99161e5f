"""Every object and list of a record with its location: one walk along the schema.

A node has two locations. ``path`` has indices (``sak.team[0].deltakere[1]``) and is shown in findings;
``place`` names items by id (``sak.team(t).deltakere(d)``) and stays the same when a list is reordered.
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
        path: the location by index.
        place: the location by id, by index where an item has no id.
        definition: the name of its schema definition (``deltaker``, ``aktor``); ``""`` without one.
        value: the object or list.
    """

    path: str
    place: str
    definition: str
    value: Any


def walk(kind: str, body: dict[str, Any]) -> Iterator[Node]:
    """Every object and list of a record of kind ``kind``, the outer before the inner, in order."""
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
    """The name of a list item in a place: ``(id)``, or its index if it has no id."""
    if isinstance(item, dict) and "id" in item:
        return f"({item['id']})"
    return f"[{index}]"

"""Ids for the list items that were sent without: the old item's where it is the same one, else a new.

A municipality's system may not know the ids of names or phone numbers; the adapter needs them so that an
item stays itself through edits from both sides. What is the same one: equal but for the id, else alike in
what names it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from adapter.record.schema import definitions

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMING = ("type", "verdi", "kanal", "bruk", "rolle", "hvem", "kode", "virkning")


def supply(
    kind: str, body: dict[str, Any], before: dict[str, Any] | None, new_id: Callable[[], str]
) -> dict[str, Any]:
    """The record with an id on every item that can have one.

    Args:
        kind: sak, ansatt or organisasjon.
        body: a record that fits the schema.
        before: the record as it stood, None for a new one.
        new_id: makes ids.
    """
    supplied: dict[str, Any] = _object(definitions()[kind], body, before or {}, new_id)
    return supplied


def _object(
    schema: dict[str, Any], value: dict[str, Any], old: dict[str, Any], new_id: Callable[[], str]
) -> dict[str, Any]:
    properties = _resolved(schema).get("properties", {})
    return {
        name: _value(properties.get(name, {}), item, old.get(name), new_id) for name, item in value.items()
    }


def _value(schema: dict[str, Any], value: Any, old: Any, new_id: Callable[[], str]) -> Any:
    if isinstance(value, dict):
        return _object(schema, value, old if isinstance(old, dict) else {}, new_id)
    if isinstance(value, list):
        return _list(_resolved(schema).get("items", {}), value, old if isinstance(old, list) else [], new_id)
    return value


def _list(schema: dict[str, Any], items: list[Any], old: list[Any], new_id: Callable[[], str]) -> list[Any]:
    if "id" not in _resolved(schema).get("properties", {}):
        return [_value(schema, item, None, new_id) for item in items]
    named = {item["id"] for item in items if "id" in item}
    free = [item for item in old if item["id"] not in named]
    supplied = []
    for item in items:
        known = next((one for one in old if one["id"] == item.get("id")), None)
        if "id" not in item:
            known = next((one for one in free if _same(one, item)), None) or next(
                (one for one in free if _alike(one, item)), None
            )
            if known is not None:
                free.remove(known)
        id_ = item.get("id") or (known["id"] if known else new_id())
        supplied.append({"id": id_, **_object(schema, item, known or {}, new_id)})
    return supplied


def _same(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return {key: value for key, value in old.items() if key != "id"} == new


def _alike(old: dict[str, Any], new: dict[str, Any]) -> bool:
    naming = [name for name in _NAMING if name in new]
    return bool(naming) and all(old.get(name) == new[name] for name in naming)


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return _definition(reference.removeprefix("#/$defs/")) if reference else schema


@cache
def _definition(name: str) -> dict[str, Any]:
    found: Any = definitions()
    for step in name.split("/"):
        found = found[step]
    return dict(found)

"""Ids for items sent without one, so that a system without ids can send its record, and send it again.

An item without an id gets the id of its twin in the version before: the item with equal content, else with
the same natural key, else at the same index of a list that kept its length. Parts never match by index alone:
the permits of one parorende would follow the id to another.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

from adapter.fhir.json_trees import without_ids
from adapter.record.parts import PARTS
from adapter.record.schema import resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_NATURAL: Mapping[str, tuple[str, ...]] = {
    **{kind.field: kind.natural for kind in PARTS},
    "identer": ("type", "system", "verdi"),
    "identifikatorer": ("verdi",),
    "navn": ("bruk",),
    "kontaktpunkter": ("kanal", "verdi"),
    "adresser": ("bruk",),
    "sprak": ("kode",),
    "deltakere": ("rolle", "hvem"),
    "regler": ("virkning", "del", "emner"),
    "kvalifikasjoner": ("kode",),
    "enkleTiltak": ("tittel",),
    "notater": ("tekst",),
    "enighet": ("hvem",),
    "frister": ("maaling",),
    "ressurser": ("tekst",),
    "behov": ("tekst",),
    "delplaner": ("tittel",),
    "samarbeid": ("formal", "hvem"),
    "evalueringer": ("dato", "plan"),
    "saksgang": ("oppgave", "opprettet"),
    "vedtak": ("dato", "gjelder"),
    "klager": ("mottatt",),
    "moter": ("tidspunkt",),
    "dokumenter": ("tittel", "dato"),
    "forlop": ("type", "gyldighet"),
}
"""The natural key of the items of each list: the fields that identify an item when the rest has changed.

The table of parts has the natural keys of parts; the others are of items within parts. An item without the
first of the fields has no natural key.
"""


def supply(
    kind: str, body: dict[str, Any], before: dict[str, Any] | None, new_id: Callable[[], str]
) -> dict[str, Any]:
    """The record with an id on every object the schema gives one, and nothing else changed.

    Args:
        kind: sak, ansatt or organisasjon.
        body: the record as sent; it need not be valid, the schema is validated afterwards.
        before: the version it replaces, whose ids are kept.
        new_id: makes an id; called once for each new item.
    """
    return _Supply(new_id).object({"$ref": f"#/$defs/{kind}"}, body, before or {})


class _Supply:
    """One record's walk, old and new side by side."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id

    def object(self, schema: dict[str, Any], value: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
        fields = resolved(schema).get("properties", {})
        return {
            key: self._field(key, fields[key], item, old.get(key)) if key in fields else item
            for key, item in value.items()
        }

    def _field(self, name: str, schema: dict[str, Any], value: Any, old: Any) -> Any:
        if isinstance(value, list) and "items" in resolved(schema):
            return self._list(name, resolved(schema)["items"], value, old if isinstance(old, list) else [])
        if isinstance(value, dict):
            known = old if isinstance(old, dict) else {}
            if "id" in resolved(schema).get("required", ()) and "id" not in value:
                value = {"id": known.get("id") or self._new_id(), **value}
            return self.object(schema, value, known)
        return value

    def _list(self, name: str, schema: dict[str, Any], items: list[Any], old: list[Any]) -> list[Any]:
        if "id" not in resolved(schema).get("properties", {}):
            return items
        by_place = "id" not in resolved(schema).get("required", ())
        twins = _twins(name, items, old, by_place=by_place)
        known = {item["id"]: item for item in old if "id" in item}
        supplied = []
        for item, twin in zip(items, twins, strict=True):
            if not isinstance(item, dict):
                supplied.append(item)
                continue
            whole = item if "id" in item else {"id": twin or self._new_id(), **item}
            before = known.get(whole["id"], {}) if isinstance(whole["id"], str) else {}
            supplied.append(self.object(schema, whole, before))
        return supplied


def _twins(name: str, items: list[Any], old: list[Any], *, by_place: bool) -> list[str | None]:
    """For each item without an id the id of its twin among the old items; each id is used once."""
    nameless = {
        index: item for index, item in enumerate(items) if isinstance(item, dict) and "id" not in item
    }
    said = {item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)}
    free = {index: item for index, item in enumerate(old) if "id" in item and item["id"] not in said}
    twins: list[str | None] = [None] * len(items)
    for key in _sameness(name):
        for index, place in _pairs(key, nameless, free):
            twins[index] = old[place]["id"]
            del nameless[index], free[place]
    if by_place and len(items) == len(old):
        for index in nameless.keys() & free.keys():
            twins[index] = old[index]["id"]
    return twins


def _sameness(name: str) -> Iterator[Callable[[dict[str, Any]], str | None]]:
    """The keys by which two items of a list are twins, the strictest first."""
    yield _written
    fields = _NATURAL.get(name)
    if fields:
        yield lambda item: _written([item.get(field) for field in fields]) if fields[0] in item else None


def _pairs(
    key: Callable[[dict[str, Any]], str | None], nameless: dict[int, Any], free: dict[int, Any]
) -> list[tuple[int, int]]:
    waiting: dict[str | None, deque[int]] = defaultdict(deque)
    for place, item in free.items():
        waiting[key(item)].append(place)
    waiting[None].clear()
    return [
        (index, waiting[written].popleft())
        for index, item in nameless.items()
        if waiting[written := key(item)]
    ]


def _written(item: Any) -> str:
    """An item without its ids, at any depth, in one spelling."""
    return json.dumps(without_ids(item), sort_keys=True, default=str)

"""Joins a mapped resource with the residue that still belongs to it, in its old place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adapter.mapping.residue import (
    NARRATIVE,
    WORDS,
    element_of,
    guard,
    item_keys,
    lives_with_its_parent,
    type_of,
)

_FOR_SYSTEMS = {"meta", "implicitRules", "language", "identifier"}


@dataclass(slots=True)
class Joined:
    """A mapped resource with its residue joined.

    Args:
        dropped: the places of residue that no longer belongs.
        kept: the places of residue that is joined, beyond words for mapped values.
    """

    dropped: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def tells(self, type_: str) -> bool:
        """Is any residue joined that is content for a person, and not only for a system?"""
        return any(place.removeprefix(f"{type_}.").split(".")[0] not in _FOR_SYSTEMS for place in self.kept)

    def of(self, mapped: dict[str, Any], residue: dict[str, Any], type_: str, place: str) -> dict[str, Any]:
        """``mapped`` joined with the residue that still belongs to it."""
        if "guard" in residue and residue["guard"] != guard(mapped):
            self.dropped.append(place)
            return mapped
        joined = dict(mapped)
        for key, inner in residue.get("in", {}).items():
            self._within(joined, mapped.get(key), inner, key, type_, f"{place}.{key}")
        said = {element_of(type_, key) for key in mapped}
        for key, value in residue.get("keep", {}).items():
            if element_of(type_, key) in said:
                self.dropped.append(f"{place}.{key}")
            else:
                joined[key] = value
                self.kept += [f"{place}.{key}"] if key not in WORDS else []
        for key, (hash_, value) in residue.get("beside", {}).items():
            if hash_ == guard(mapped.get(key[1:])):
                joined[key] = value
            else:
                self.dropped.append(f"{place}.{key[1:]}")
                _drop_nulls(joined, key[1:])
        if "narrative" in residue:
            hash_, value = residue["narrative"]
            if hash_ == guard(mapped):
                joined[NARRATIVE] = value
            else:
                self.dropped.append(f"{place}.{NARRATIVE}")
        return joined

    def _within(
        self, joined: dict[str, Any], mapped: Any, inner: dict[str, Any], key: str, type_: str, at: str
    ) -> None:
        inner_type = type_of(type_, key)
        if inner.keys() & {"items", "more", "order"}:
            whole: Any = self._list(mapped or [], inner, inner_type, at)
        elif mapped is not None or lives_with_its_parent(inner_type):
            whole = self.of(mapped or {}, inner, inner_type, at)
        else:
            whole = None
            self.dropped.append(at)
        if whole:
            joined[key] = whole

    def _list(self, mapped: list[Any], residue: dict[str, Any], type_: str, place: str) -> list[Any]:
        keyed = list(zip(item_keys(mapped), mapped, strict=True))
        rank = {key: index for index, key in enumerate(residue.get("order", ()))}
        if rank:
            keyed.sort(key=lambda pair: rank.get(pair[0], len(rank)))
        inside = residue.get("items", {})
        joined: list[tuple[str | None, Any]] = [
            (key, self.of(one, inside[key], type_, f"{place}[{index}]") if key in inside else one)
            for index, (key, one) in enumerate(keyed)
        ]
        known = {key for key, _ in joined}
        self.dropped += [place for key in inside if key not in known]
        ids = {one["id"] for one in mapped if isinstance(one, dict) and "id" in one}
        for after, item in reversed(residue.get("more", ())):
            if isinstance(item, dict) and item.get("id") in ids:  # the record now has an element with that id
                self.dropped.append(place)
                continue
            self.kept.append(place)
            joined.insert(_place_after(joined, after if after in known else None), (None, item))
        return [item for _, item in joined]


def _drop_nulls(joined: dict[str, Any], key: str) -> None:
    """Drop the nulls of a list of primitives whose companion is dropped; drop an empty list."""
    if isinstance(joined.get(key), list):
        joined[key] = [one for one in joined[key] if one is not None]
        if not joined[key]:
            del joined[key]


def _place_after(joined: list[tuple[str | None, Any]], key: str | None) -> int:
    if key is None:
        return 0
    return next(index for index, (one, _) in enumerate(joined) if one == key) + 1

"""The differences between two versions of a record: place and new value."""

from __future__ import annotations

from typing import Any

GONE = "<gone>"
"""The new value of a place that was removed."""


def changes(old: Any, new: Any, place: str = "") -> dict[str, Any]:
    """The places that differ, each with its whole new value.

    A list item is named by its id (``team.t1.deltakere.d1.rolle``); a list whose items are only in another
    order gives the order of their ids. Other lists are compared whole.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        names = list(dict.fromkeys((*old, *new)))
        return _named({n: old[n] for n in names if n in old}, {n: new[n] for n in names if n in new}, place)
    if _has_ids(old) and _has_ids(new):
        before, after = _by_id(old), _by_id(new)
        moved = [id_ for id_ in after if id_ in before]
        order = {place: moved} if moved != [id_ for id_ in before if id_ in after] else {}
        return order | _named(before, after, place)
    return {} if old == new else {place: new}


def _named(old: dict[str, Any], new: dict[str, Any], place: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in dict.fromkeys((*old, *new)):
        here = f"{place}.{name}" if place else name
        if name not in new:
            found[here] = GONE
        elif name not in old:
            found[here] = new[name]
        else:
            found |= changes(old[name], new[name], here)
    return found


def _has_ids(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(i, dict) and "id" in i for i in value)


def _by_id(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {item["id"]: item for item in items}

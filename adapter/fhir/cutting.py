"""A resource without what could not be read of it, so that what else is wrong can be found in the same go."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_GONE = object()


def without(tree: dict[str, Any], places: Iterable[str], *, items: bool = True) -> dict[str, Any]:
    """A copy of ``tree`` without what stands at ``places``; ``tree`` itself stays as it is.

    Args:
        tree: a resource, or another tree of JSON.
        places: as findings tell them: ``CarePlan.goal[2].display``. A choice (``Goal.target[0].due``) is cut
            whichever types were chosen, and so is what stands beside a primitive. What is not there is passed
            over, and what holds nothing more goes too.
        items: whether an item of a list may be cut; else the whole list goes with it, since the places of
            those after it would be others.
    """
    whole = copy.deepcopy(tree)
    for place in places:
        steps = [int(index) if index else name for name, index in _STEP.findall(place)]
        _mark(whole, steps[1:])
    left = _left(whole, items=items)
    return left if isinstance(left, dict) else {}


def _mark(node: Any, steps: list[str | int]) -> None:
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if isinstance(step, int) and isinstance(node, list) and step < len(node):
            key: Any = step
        elif isinstance(step, str) and isinstance(node, dict) and last:
            node.update(dict.fromkeys(_keys(node, step), _GONE))
            return
        elif isinstance(step, str) and isinstance(node, dict) and step in node:
            key = step
        else:
            return
        if last:
            node[key] = _GONE
        node = node[key]


def _keys(node: dict[str, Any], name: str) -> list[str]:
    """The keys an element has: its own, else those of the types chosen for it."""
    own = [key for key in (name, f"_{name}") if key in node]
    return own or [key for key in node if re.match(rf"_?{re.escape(name)}[A-Z]", key)]


def _left(node: Any, *, items: bool) -> Any:
    """What is left of a node, ``_GONE`` if nothing is that was."""
    if isinstance(node, dict):
        fields = {key: _left(value, items=items) for key, value in node.items()}
        kept = {key: value for key, value in fields.items() if value is not _GONE}
        return kept if kept or not node else _GONE
    if isinstance(node, list):
        found = [_left(value, items=items) for value in node]
        left = [value for value in found if value is not _GONE]
        whole = len(left) == len(node)
        return left if whole or (items and left) else _GONE
    return node

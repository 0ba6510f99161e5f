"""Mutants of a resource: one or two changes at any place, of the kinds that senders make."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

_JUNK = (None, "", "x", 0, -1, True, [], {}, [None], [[1]], {"id": "x"}, {"resourceType": 1}, "2020-13-45")


@st.composite
def mutants(draw: st.DrawFn, resource: dict[str, Any], *, junk: bool = False) -> dict[str, Any]:
    """The resource with elements removed or repeated, or with ``junk`` in their place."""
    changed = deepcopy(resource)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(changed))
        if not places:
            break
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        if junk:
            holder[key] = deepcopy(draw(st.sampled_from(_JUNK)))
        elif isinstance(holder[key], list) and draw(st.booleans()):
            holder[key] = holder[key] * 2
        else:
            del holder[key]
    return changed


def _places(value: Any) -> Any:
    """Every object and list with each of its keys or indexes, resourceType excepted."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        if key != "resourceType":
            yield value, key
            yield from _places(inner)

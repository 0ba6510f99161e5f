"""What of an invalid record can be read, so that all that is wrong with it is told in one answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapter.fhir.cutting import without
from adapter.record.references import LISTS
from adapter.record.schema import MISSING_FIELD, validate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapter.errors import Finding

_STATES = frozenset({"status", "tilstand"})
_NAMED = frozenset(f"sak.{field}" for field in LISTS.values())
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def readable(kind: str, body: dict[str, Any], wrong: Sequence[Finding]) -> dict[str, Any] | None:
    """What of an invalid record can be judged all the same, at the places it has; None if nothing can.

    A field that is wrong is left out. A part whose state nobody knows is taken as registered in error, since
    nothing is asked of such a part.
    """
    places = [_field(body, finding.expression or "") for finding in wrong]
    if not _NAMED.isdisjoint(place.rstrip("[]0123456789") for place in places):
        return None  # Whoever names what is left out would seem to be wrong.
    left = without(body, places, items=False)
    for finding in validate(kind, left):
        parent, _, field = (finding.expression or "").rpartition(".")
        if finding.code == MISSING_FIELD.code and field in _STATES:
            _at(left, parent)[field] = "feilregistrert"
    return left if not validate(kind, left) else None


def _field(body: dict[str, Any], place: str) -> str:
    """The field to leave out for what stands at a place: the whole list, of an item that has no id."""
    item = _at(body, place)
    return place if isinstance(item, dict) and "id" in item else re.sub(r"(\[\d+\])+$", "", place)


def _at(body: Any, place: str) -> Any:
    """What stands at a path; None if nothing does."""
    for name, index in _STEP.findall(place.partition(".")[2]):
        if index:
            body = body[int(index)] if isinstance(body, list) and int(index) < len(body) else None
        else:
            body = body.get(name) if isinstance(body, dict) else None
    return body

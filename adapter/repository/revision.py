"""A record as it stands and as it shall be, and where in what was sent each of its parts was said.

Rules are about records, and a client that sent a Bundle knows entries: what a rule finds in a record is
told at the entry that brought the part it stands in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adapter.record.parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapter.errors import Finding

_PLACE = re.compile(r"[a-z]+\.(?P<name>\w+)(?:\[(?P<index>\d+)\]|\((?P<id>[^)]+)\))?")


@dataclass(frozen=True, slots=True)
class Revision:
    """One record's change.

    Args:
        kind: sak, ansatt or organisasjon.
        before: the record as it stands, None for a new one.
        after: the record as it shall be, whole.
        places: where resources that are parts of it were sent, by type and id: ``Bundle.entry[3].resource``.
    """

    kind: str
    before: dict[str, Any] | None
    after: dict[str, Any]
    places: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def told(self, finding: Finding) -> Finding:
        """The finding at the entry its place in the record came with, if the record came in entries."""
        if not self.places:
            return finding
        return replace(finding, expression=self._sent(finding.expression or ""))

    def _sent(self, expression: str) -> str:
        """The place of the part an expression is within; else that of the first resource of the record."""
        found = _PLACE.match(expression)
        if found is not None:
            for kind in PARTS:
                if kind.record == self.kind and found["name"] in {kind.name, kind.field}:
                    place = self.places.get((kind.type, self._id(kind.field, found)))
                    if place:
                        return place
        whole = next((kind for kind in PARTS if kind.record == self.kind and not kind.field), None)
        own = self.places.get((whole.type, self.after["id"])) if whole else None
        return own or next(iter(self.places.values()))

    def _id(self, field_: str, found: re.Match[str]) -> str:
        if found["id"]:
            return found["id"]
        held = self.after.get(field_) if field_ else self.after
        if found["index"] and isinstance(held, list):
            held = held[int(found["index"])] if int(found["index"]) < len(held) else None
        return str(held.get("id", "")) if isinstance(held, dict) else ""

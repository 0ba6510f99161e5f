"""Fields whose element comes later, shown meanwhile as notes: a resource never hides that they are there.

Such a note names its field in an extension. It is the record's to make: one that comes back as it was given
says nothing, and one that says something else is a note like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.fhir.canonical import BASE
from adapter.mapping.narrative import ALONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapter.mapping.narrative import Shown

AWAITED = f"{BASE}/StructureDefinition/ip-venter"
"""The extension of a note that stands for a field of the record: its name, as ``valueCode``."""

_NOTE = "note"


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The fields of a kind of part that have no element yet: title, and how they are told, by name."""

    fields: Mapping[str, tuple[str, Shown]]

    def shown_in(self, resource: dict[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
        """The resource with a note for each field the part has."""
        notes = self._notes(part)
        return {**resource, _NOTE: [*resource.get(_NOTE, ()), *notes]} if notes else resource

    def taken_from(self, resource: dict[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
        """The resource without the notes that say what the part says."""
        ours = self._notes(part)
        sent = resource.get(_NOTE, ())
        others = [note for note in sent if note not in ours]
        if len(others) == len(sent):
            return resource
        bare = {key: value for key, value in resource.items() if key != _NOTE}
        return {**bare, _NOTE: others} if others else bare

    def _notes(self, part: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "extension": [{"url": AWAITED, "valueCode": name}],
                "text": f"{title}: {shown.text(part[name], ALONE, '; ')}",
            }
            for name, (title, shown) in self.fields.items()
            if name in part
        ]

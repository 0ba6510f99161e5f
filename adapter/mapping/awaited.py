"""Fields whose element comes later, shown meanwhile as notes: a resource never hides that they are there.

Such a note names its field in an extension. It is the record's to make: one that comes back as it was given
says nothing, and one that says something else of a field the record has is refused. Of a field it does not
have, as in a plan that comes from another municipality, it is a note like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message
from adapter.fhir.canonical import BASE
from adapter.mapping.narrative_lines import ALONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapter.mapping.narrative_lines import Shown

AWAITED = f"{BASE}/StructureDefinition/ip-venter"
"""The extension of a note that stands for a field of the record: its name, as ``valueCode``."""

_NOTE = "note"


NOTE_OF_A_FIELD = Message(
    "note-of-a-field",
    IssueType.BUSINESS_RULE,
    nb="Dette notatet er kommunens felt {field}; det endres der. Send det du vil si som et vanlig notat",
    en="This note is the municipality's field {field} and changes there; send your own words as a plain note",
    source=AWAITED,
)


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The fields of a kind of part that have no element yet: title, and how they are told, by name."""

    fields: Mapping[str, tuple[str, Shown]]

    def shown_in(self, resource: dict[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
        """The resource with a note for each field the part has."""
        notes = self._notes(part)
        return {**resource, _NOTE: [*resource.get(_NOTE, ()), *notes]} if notes else resource

    def taken_from(
        self, resource: dict[str, Any], part: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[Finding]]:
        """The resource without the notes that say what the part says; a finding for each that says other."""
        ours = self._notes(part)
        ours += [{"text": note["text"]} for note in ours]  # as a client sends it that keeps no extensions
        sent = resource.get(_NOTE, ())
        others = [note for note in sent if note not in ours]
        changed = [
            NOTE_OF_A_FIELD.at(f"{resource['resourceType']}.{_NOTE}[{index}]", field=name)
            for index, note in enumerate(sent)
            if note in others and (name := _field_of(note)) in self.fields and name in part
        ]
        if len(others) == len(sent):
            return resource, changed
        bare = {key: value for key, value in resource.items() if key != _NOTE}
        return ({**bare, _NOTE: others} if others else bare), changed

    def _notes(self, part: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "extension": [{"url": AWAITED, "valueCode": name}],
                "text": f"{title}: {shown.text(part[name], ALONE, '; ')}",
            }
            for name, (title, shown) in self.fields.items()
            if name in part
        ]


def _field_of(note: dict[str, Any]) -> str:
    """The field a note stands for; empty for anybody's note."""
    named = (one.get("valueCode") for one in note.get("extension", ()) if one["url"] == AWAITED)
    return next(named, None) or ""

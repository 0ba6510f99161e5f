"""Awaited fields: fields without an element in this version, shown as notes in the resource.

Such a note names its field in an extension. An unchanged note that is sent back is ignored, and a changed
note is refused, if the record has the field. A note about a field the record does not have, as in a plan from
another municipality, is an ordinary note.
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
"""The extension of a note for an awaited field: the name of the field, as ``valueCode``."""

_NOTE = "note"


NOTE_OF_A_FIELD = Message(
    "note-of-a-field",
    IssueType.BUSINESS_RULE,
    nb="Dette notatet gjengir kommunens felt {field} og endres bare der. Send egen tekst som et vanlig "
    "notat.",
    en="This note repeats the municipality's field {field} and changes only there. Send your own text as an "
    "ordinary note.",
    source=AWAITED,
)


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The awaited fields of a kind of part by name: the title, and how the field is shown."""

    fields: Mapping[str, tuple[str, Shown]]

    def shown_in(self, resource: dict[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
        """The resource with a note for each awaited field the part has."""
        notes = self._notes(part)
        return {**resource, _NOTE: [*resource.get(_NOTE, ()), *notes]} if notes else resource

    def taken_from(
        self, resource: dict[str, Any], part: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[Finding]]:
        """The resource without the unchanged notes of awaited fields; a finding for each changed one."""
        ours = self._notes(part)
        ours += [{"text": note["text"]} for note in ours]  # as sent back by a client that drops extensions
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
    """The field a note is about; empty for an ordinary note."""
    named = (one.get("valueCode") for one in note.get("extension", ()) if one["url"] == AWAITED)
    return next(named, None) or ""

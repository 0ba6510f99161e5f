"""A record as it stands and as it shall be, and what was sent that made it so.

Rules are about records, and a client that sent resources knows their elements: what a rule finds in a record
is told at the element, or at least the resource, that said it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.record.parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapter.errors import Finding
    from adapter.mapping import Mappings
    from adapter.record.parts import PartKind

_STEP = re.compile(r"(?P<name>\w+)(?:\[(?P<index>\d+)\]|\((?P<id>[^)]+)\))?(?:\.(?P<rest>.*))?")


class Sent(NamedTuple):
    """A resource as it was sent, and where: ``Bundle.entry[3].resource``, or its type where it came alone."""

    place: str
    resource: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Revision:
    """One record's change.

    Args:
        kind: sak, ansatt or organisasjon.
        before: the record as it stands, None for a new one.
        after: the record as it shall be, whole.
        sent: the resources that made parts of it what they are, by type and id; none came as FHIR if empty.
    """

    kind: str
    before: dict[str, Any] | None
    after: dict[str, Any]
    sent: Mapping[tuple[str, str], Sent] = field(default_factory=dict)

    def told(self, findings: Iterable[Finding], mappings: Mappings) -> list[Finding]:
        """The findings with their places in the record made ones in what was sent, if that was resources.

        What is told of a part that came is not told again of one that did not.
        """
        if not self.sent:
            return list(findings)
        told = [self._told(finding, mappings) for finding in findings]
        known = {finding.code for finding, came in told if came}
        return [finding for finding, came in told if came or finding.code not in known]

    def _told(self, finding: Finding, mappings: Mappings) -> tuple[Finding, bool]:
        """The finding as told, and whether the part it is about came; else it is told at one like it."""
        kind, part, rest = self._part(finding.expression or "")
        sent = self.sent.get((kind.type, str(part.get("id"))))
        if sent is None:
            alike = [one for (type_, _), one in self.sent.items() if type_ == kind.type]
            return replace(finding, expression=(alike or list(self.sent.values()))[0].place), False
        place = mappings.of(kind.name).place(rest, part, sent.resource)
        return replace(finding, expression=sent.place + place.removeprefix(kind.type)), True

    def _part(self, expression: str) -> tuple[PartKind, dict[str, Any], str]:
        """The part a place of the record is within, and what of the place is within the part."""
        inside = expression.partition(".")[2]
        found = _STEP.fullmatch(inside)
        kinds = [kind for kind in PARTS if kind.record == self.kind]
        for kind in kinds if found else ():
            if found and found["name"] in {kind.name, kind.field}:
                return kind, self._item(kind, found), found["rest"] or ""
        whole = kinds[0]
        return whole, self.after.get(whole.field, {}) if whole.field else self.after, inside

    def _item(self, kind: PartKind, found: re.Match[str]) -> dict[str, Any]:
        held = self.after.get(kind.field, []) if kind.field else self.after
        items = held if isinstance(held, list) else [held]
        if found["id"]:
            items = [item for item in items if item.get("id") == found["id"]]
        index = int(found["index"] or 0)
        return items[index] if index < len(items) else {}

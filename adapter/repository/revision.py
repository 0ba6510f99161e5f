"""The revision of a record in one write: the record before and after, and the resources that were sent.

A rule names a place in the record, but a sender of resources knows only their elements. So a revision moves
a finding from its place in the record to the element, or at least the resource, that was sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.record.difference import Difference
from adapter.record.parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapter.errors import Finding
    from adapter.mapping import Mappings
    from adapter.record.parts import PartKind

_STEP = re.compile(r"(?P<name>\w+)(?:\[(?P<index>\d+)\]|\((?P<id>[^)]+)\))?(?:\.(?P<rest>.*))?")


class Sent(NamedTuple):
    """A resource as it was sent, and its place: ``Bundle.entry[3].resource``, or its type if sent alone."""

    place: str
    resource: dict[str, Any]


@dataclass(frozen=True)
class Revision:
    """One record's change.

    Args:
        kind: sak, ansatt or organisasjon.
        before: the newest stored version, None for a new record.
        after: the next version, whole.
        sent: the resources that were sent for its parts, by type and id; empty if a record was sent.
    """

    kind: str
    before: dict[str, Any] | None
    after: dict[str, Any]
    sent: Mapping[tuple[str, str], Sent] = field(default_factory=dict)

    @cached_property
    def difference(self) -> Difference:
        """The parts of the record before and after."""
        return Difference.between(self.kind, self.before, self.after)

    @property
    def key(self) -> tuple[str, str]:
        """Kind and id of the record."""
        return self.kind, self.after["id"]

    def told(self, findings: Iterable[Finding], mappings: Mappings) -> list[Finding]:
        """The findings, moved from their places in the record to the places in the resources that were sent.

        A finding about a part that was not sent is left out if the same code is told of a part that was.
        """
        if not self.sent:
            return list(findings)
        told = [self._told(finding, mappings) for finding in findings]
        known = {finding.code for finding, came in told if came}
        return [finding for finding, came in told if came or finding.code not in known]

    def _told(self, finding: Finding, mappings: Mappings) -> tuple[Finding, bool]:
        """The finding at its place in what was sent, and whether its part was sent.

        If the part was not sent, the place is another resource of the same type, or the first one sent.
        """
        kind, part, rest = self._part(finding.expression or "")
        sent = self.sent.get((kind.type, str(part.get("id"))))
        if sent is None:
            alike = [one for (type_, _), one in self.sent.items() if type_ == kind.type]
            return replace(finding, expression=(alike or list(self.sent.values()))[0].place), False
        place = mappings.of(kind.name).place(rest, part, sent.resource)
        return replace(finding, expression=sent.place + place.removeprefix(kind.type)), True

    def _part(self, expression: str) -> tuple[PartKind, dict[str, Any], str]:
        """The part that a place in the record belongs to, and the rest of the place within that part."""
        inside = expression.partition(".")[2]
        found = _STEP.fullmatch(inside)
        kinds = [kind for kind in PARTS if kind.record == self.kind]
        for kind in kinds if found else ():
            if found and found["name"] in {kind.name, kind.field}:
                return kind, self._item(kind, found), found["rest"] or ""
        whole = kinds[0]
        return whole, self.after.get(whole.field, {}) if whole.field else self.after, inside

    def _item(self, kind: PartKind, found: re.Match[str]) -> dict[str, Any]:
        """The part that one step of a place names by id or index; empty if there is no such part."""
        held = self.after.get(kind.field, []) if kind.field else self.after
        items = held if isinstance(held, list) else [held]
        if found["id"]:
            items = [item for item in items if item.get("id") == found["id"]]
        index = int(found["index"] or 0)
        return items[index] if index < len(items) else {}

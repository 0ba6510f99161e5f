"""Limit on reported findings: errors first, some of each severity, and a count of the rest.

The limit applies to the report only. Findings beyond the limit are counted, and the check goes on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adapter.errors import IssueType, Message, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.errors import Finding

MAX_FINDINGS = 200
"""Findings reported of each severity; a hostile body can have millions."""

MORE = Message(
    "more-findings",
    IssueType.INCOMPLETE,
    nb="{count} flere funn av samme alvorlighetsgrad vises ikke. Rett funnene som vises, først.",
    en="{count} more findings of the same severity are not shown. Correct the findings shown first.",
)
"""Count of the findings left out, with their severity, so that a filter on errors includes the count."""


@dataclass(slots=True)
class Tally:
    """The first findings of each severity, and the number of further findings.

    Counts made by another tally (``counted``) are reported beside the counts of this tally.
    """

    kept: dict[Severity, list[Finding]] = field(default_factory=lambda: {one: [] for one in Severity})
    left_out: Counter[Severity] = field(default_factory=Counter)
    counted: list[Finding] = field(default_factory=list)

    def add(
        self,
        message: Message,
        expression: str,
        *,
        of: str = "",
        name: str = "",
        at: tuple[int, int] | None = None,
    ) -> None:
        """Make a finding below the limit, else count it.

        Args:
            message: the fault.
            expression: its FHIRPath.
            of: fills the field ``type`` of the message.
            name: fills the field ``name`` of the message.
            at: line and column, where the reader of the bytes finds the fault.
        """
        if len(self.kept[message.severity]) < MAX_FINDINGS:
            line, column = at or (None, None)
            self.take([message.at(expression, line=line, column=column, type=of, name=name)])
        else:
            self.left_out[message.severity] += 1

    def take(self, findings: Iterable[Finding]) -> None:
        """Keep existing findings below the limit, and count the others."""
        for finding in findings:
            kept = self.kept[finding.severity]
            if finding.code == MORE.code:
                self.counted.append(finding)
            elif len(kept) < MAX_FINDINGS:
                kept.append(finding)
            else:
                self.left_out[finding.severity] += 1

    def has_errors(self) -> bool:
        """Tests whether a finding of severity fatal or error has been kept or counted."""
        return any(self.kept[one] for one in (Severity.FATAL, Severity.ERROR)) or any(
            one.severity in {Severity.FATAL, Severity.ERROR} for one in self.counted
        )

    def told(self) -> list[Finding]:
        """The kept findings, gravest severity first; after each severity the count of those left out."""
        found: list[Finding] = []
        for severity, kept in self.kept.items():
            found += [*kept, *(more for more in self.counted if more.severity is severity)]
            if self.left_out[severity]:
                found.append(replace(MORE.at(count=self.left_out[severity]), severity=severity))
        return found


def told(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in order of severity and within the limit."""
    tally = Tally()
    tally.take(findings)
    return tally.told()

"""Findings as they are told: errors first, so many of each severity, and how many more of it there are.

What is judged is never bounded by what is told: a finding that finds no room is counted.
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
"""Findings told of each severity: nobody reads more, and a body can be made to have millions."""

MORE = Message(
    "more-findings",
    IssueType.INCOMPLETE,
    nb="{count} flere funn av samme alvorlighetsgrad vises ikke. Rett funnene som vises, først.",
    en="{count} more findings of the same severity are not shown. Correct the findings shown first.",
)
"""Told with the severity of what it counts, so that whoever asks for errors is told how many there are."""


@dataclass(slots=True)
class Tally:
    """The first findings of each severity, and the number of those beyond them.

    What another tally has counted already (``counted``) is told beside what this one counts.
    """

    kept: dict[Severity, list[Finding]] = field(default_factory=lambda: {one: [] for one in Severity})
    left_out: Counter[Severity] = field(default_factory=Counter)
    counted: list[Finding] = field(default_factory=list)

    def add(self, message: Message, expression: str, *, of: str = "", name: str = "") -> None:
        """Make a finding if there is room for it, else count it; ``of`` is its field ``type``."""
        if len(self.kept[message.severity]) < MAX_FINDINGS:
            self.take([message.at(expression, type=of, name=name)])
        else:
            self.left_out[message.severity] += 1

    def take(self, findings: Iterable[Finding]) -> None:
        """Keep findings that are made already, or count them."""
        for finding in findings:
            kept = self.kept[finding.severity]
            if finding.code == MORE.code:
                self.counted.append(finding)
            elif len(kept) < MAX_FINDINGS:
                kept.append(finding)
            else:
                self.left_out[finding.severity] += 1

    def told(self) -> list[Finding]:
        """The findings kept, the gravest first, and after each severity how many more there are of it."""
        found: list[Finding] = []
        for severity, kept in self.kept.items():
            found += [*kept, *(more for more in self.counted if more.severity is severity)]
            if self.left_out[severity]:
                found.append(replace(MORE.at(count=self.left_out[severity]), severity=severity))
        return found


def told(findings: Iterable[Finding]) -> list[Finding]:
    """Findings made somewhere, as they are told."""
    tally = Tally()
    tally.take(findings)
    return tally.told()

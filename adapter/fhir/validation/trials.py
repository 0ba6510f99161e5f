"""Answers to the question whether an occurrence conforms to a profile, remembered for one validation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.fhir.validation.elements import Item

_Key = tuple[int, int, str]
_NOTHING = 2**31
"""The place of no open question at all."""


@dataclass(slots=True)
class Trials:
    """The answers of the trials, and the questions that are still open.

    A question that is asked within its own answer (two resources that refer to each other) counts as yes. The
    answers that rest on this yes are forgotten when the question is answered with no. Every answer keeps its
    occurrence, since the key has the occurrence's identity in memory.
    """

    answers: dict[_Key, tuple[Item, bool]] = field(default_factory=dict)
    open: dict[_Key, int] = field(default_factory=dict)
    resting: dict[_Key, int] = field(default_factory=dict)
    earliest: int = _NOTHING

    def answer(self, item: Item, profile: str, judge: Callable[[], bool]) -> bool:
        """The answer for an occurrence and a profile; ``judge`` is called when it is not known."""
        key = (id(item.value), id(item.companion), profile)
        if key in self.open:
            self.earliest = min(self.earliest, self.open[key])
            return True
        if key not in self.answers:
            self._find(key, item, judge)
        self.earliest = min(self.earliest, self.resting.get(key, _NOTHING))
        return self.answers[key][1]

    def _find(self, key: _Key, item: Item, judge: Callable[[], bool]) -> None:
        place, before, outer = len(self.open), len(self.resting), self.earliest
        self.open[key], self.earliest = place, _NOTHING
        holds = judge()
        del self.open[key]
        self.answers[key] = (item, holds)
        if holds and self.earliest < place:
            self.resting[key] = self.earliest
        else:
            self._settle(before, holds=holds)
        self.earliest = outer

    def _settle(self, before: int, *, holds: bool) -> None:
        """Keep for good, or forget, the answers that rest on a question which is now answered."""
        while len(self.resting) > before:
            key, _ = self.resting.popitem()
            if not holds:
                del self.answers[key]

"""The goals that were missed: those a busy machine can move, and those it cannot."""

from __future__ import annotations

from dataclasses import dataclass, field

MARK = "missed"


@dataclass(frozen=True, slots=True)
class Goals:
    """Judges figures against their goals, and remembers what is missed.

    Args:
        timed: the misses of times and rates, which other load on the machine can cause.
        counted: the misses of counts, and of figures compared within one run.
    """

    timed: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)

    def most(self, name: str, value: float, goal: float | None, *, counted: bool = False) -> str:
        """The mark of a figure that is to be at most its goal; empty if it is, or if there is no goal."""
        return self._judged(name, value, goal, goal is None or value <= goal, counted, "at most")

    def least(self, name: str, value: float, goal: float | None, *, counted: bool = False) -> str:
        """The mark of a figure that is to be at least its goal; empty if it is, or if there is no goal."""
        return self._judged(name, value, goal, goal is None or value >= goal, counted, "at least")

    def _judged(
        self, name: str, value: float, goal: float | None, is_met: bool, counted: bool, how: str
    ) -> str:
        if is_met:
            return ""
        (self.counted if counted else self.timed).append(f"{name}: {value:.4g}, goal {how} {goal:.4g}")
        return MARK

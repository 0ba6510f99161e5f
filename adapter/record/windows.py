"""Windows of time: half-open intervals and their intersections, open ends as None."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapter.fhir.dates import interval

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Window:
    """The instants ``low <= t < high``; None is unbounded. A window may be empty."""

    low: datetime | None = None
    high: datetime | None = None

    def holds(self, instant: datetime) -> bool:
        """Is ``instant`` within the window?"""
        return (self.low is None or self.low <= instant) and (self.high is None or instant < self.high)

    def is_over(self, instant: datetime) -> bool:
        """Has the window ended at ``instant``?"""
        return self.high is not None and self.high <= instant

    def within(self, other: Window) -> Window:
        """The instants in both."""
        low = max((end for end in (self.low, other.low) if end is not None), default=None)
        high = min((end for end in (self.high, other.high) if end is not None), default=None)
        return Window(low, high)

    def is_empty(self) -> bool:
        """Does the window contain no instant?"""
        return self.low is not None and self.high is not None and self.low >= self.high


_BEGINNING = datetime.min.replace(tzinfo=UTC)
ALWAYS = Window()
NEVER = Window(_BEGINNING, _BEGINNING)


def window_of(gyldighet: dict[str, Any] | None) -> Window:
    """The window of a record's ``gyldighet {fra, til}``; ``til`` includes all of its day, month or year.

    https://hl7.org/fhir/R4/datatypes.html#Period: an end of ``2026-03-05`` includes that whole day.
    """
    if not gyldighet:
        return ALWAYS
    fra, til = gyldighet.get("fra"), gyldighet.get("til")
    return Window(interval(fra).low if fra else None, interval(til).high if til else None)


def unbroken(windows: Iterable[Window]) -> list[Window]:
    """The union of the windows as disjoint windows in order of time; windows that meet become one."""
    stretches: list[Window] = []
    for window in sorted(windows, key=lambda one: one.low or _BEGINNING):
        last = stretches[-1] if stretches else None
        if last is None or (last.high is not None and window.low is not None and last.high < window.low):
            stretches.append(window)
        else:
            ends = (last.high, window.high)
            high = None if None in ends else max(end for end in ends if end is not None)
            stretches[-1] = Window(last.low, high)
    return stretches


def boundaries(windows: Iterable[Window]) -> set[datetime]:
    """Every instant at which one of the windows begins or ends."""
    return {end for window in windows for end in (window.low, window.high) if end is not None}

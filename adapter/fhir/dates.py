"""The interval of instants that a FHIR date or dateTime covers; a partial date is an interval.

``2026-03`` covers March; ``2026-03-05`` that day; ``2026-03-05T10:00:00+01:00`` that second. A value without
a zone is Norwegian time (Europe/Oslo), the time zone of plans, consents and appointments.
Rules: https://hl7.org/fhir/R4/datatypes.html#dateTime and https://hl7.org/fhir/R4/search.html#date.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)

_DATE_TIME = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)


class Interval(NamedTuple):
    """The half-open interval ``[low, high)`` of instants, both in UTC."""

    low: datetime
    high: datetime


@lru_cache(maxsize=4096)
def interval(value: str) -> Interval:
    """The instants a FHIR date, dateTime or instant covers.

    Raises:
        ValueError: ``value`` is not in the format, or names a day or time that does not exist.
    """
    match = _DATE_TIME.fullmatch(value)
    if match is None:
        raise ValueError("not a FHIR date")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    low = datetime(int(year), int(month or 1), int(day or 1), tzinfo=OSLO)
    if month is None:
        return _local(low, (low.year + 1, 1, 1))
    if day is None:
        return _local(low, (low.year + low.month // 12, low.month % 12 + 1, 1))
    if hour is None:
        return _local(low, None)
    # A leap second counts as second 59, since datetime has no second 60.
    low = low.replace(hour=int(hour), minute=int(minute), second=min(int(second or 0), 59))
    if fraction:
        low = low.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    if zone is not None:
        low = low.replace(tzinfo=datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").tzinfo)
    low = _utc(low)
    if second is None:
        width = timedelta(minutes=1)
    else:
        width = timedelta(microseconds=10 ** max(0, 6 - len(fraction))) if fraction else timedelta(seconds=1)
    return Interval(low, low + min(width, _LAST - low))


def _local(low: datetime, following: tuple[int, int, int] | None) -> Interval:
    """From ``low`` to midnight of ``following`` (or of the next day), both in Norwegian time."""
    try:
        high = datetime(*following, tzinfo=OSLO) if following else low + timedelta(days=1)
    except (ValueError, OverflowError):  # the calendar ends with 9999
        return Interval(_utc(low), _LAST)
    return Interval(_utc(low), _utc(high))


def _utc(instant: datetime) -> datetime:
    """The instant in UTC, limited to the years 1 to 9999 that datetime has."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return _FIRST if instant.year == 1 else _LAST


def anniversary(birth_date: str, years: int) -> datetime:
    """The instant, in UTC, when the day on which a person reaches an age begins.

    A partial birth date counts as its latest day, so a person with ``2010-05`` turns 16 on 31 May 2026.
    A birthday on 29 February falls on 1 March in other years.
    """
    high = interval(birth_date).high
    if high.year + years > _LAST.year:
        return _LAST
    latest = (high - timedelta(microseconds=1)).astimezone(OSLO)
    try:
        day = datetime(latest.year + years, latest.month, latest.day, tzinfo=OSLO)
    except ValueError:
        day = datetime(latest.year + years, 3, 1, tzinfo=OSLO)
    return day.astimezone(UTC)

"""Dates and times of FHIRPath: comparison with precision, and arithmetic with units of time.

A value is compared unit by unit: year, month, day, hour, minute, and second with its fraction. A time of day
with a date is compared in UTC; without a zone it is Norwegian time, as in :mod:`adapter.fhir.dates`.
Rules: https://hl7.org/fhirpath/N1/#equals and https://hl7.org/fhirpath/N1/#datetime-arithmetic.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta
from functools import lru_cache

from adapter.fhir.dates import interval

Units = tuple[int, ...]

_LONGEST = 60
"""Longest text that can be a date; longer texts would fill the cache."""

_TIME = re.compile(r"([01]\d|2[0-3])(?::([0-5]\d)(?::([0-5]\d|60)(?:\.(\d+))?)?)?", re.ASCII)
_DATE_TIME = re.compile(r"(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:T(?:([\d:.]+)(Z|[+-]\d\d:\d\d)?)?)?", re.ASCII)
_CALENDAR = ("year", "month", "day", "hour", "minute", "second")
_SECONDS = {
    "week": 604_800_000_000, "day": 86_400_000_000, "hour": 3_600_000_000, "minute": 60_000_000,
    "second": 1_000_000, "millisecond": 1000,
}  # fmt: skip


def date_units(text: str) -> Units | None:
    """Year, month, day, hour, minute and microseconds, as far as a date or dateTime has them.

    None for a text that is not a date that exists.
    """
    return _date_units(text) if len(text) <= _LONGEST else None


def time_units(text: str) -> Units | None:
    """Hour, minute and microseconds, as far as a time has them; None for a text that is not a time."""
    return _time_units(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _date_units(text: str) -> Units | None:
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    day, time, zone = match.groups()
    clock = time_units(time) if time else ()
    if clock is None or (time and len(day) < 10):
        return None
    padded = f"{time}:00" if len(clock) == 1 else time
    try:
        low = interval(f"{day}T{padded}{zone or ''}" if time else day).low
    except ValueError:
        return None
    if not time:
        return tuple(int(part) for part in day.split("-"))
    units = (low.year, low.month, low.day, low.hour, low.minute, low.second * 1_000_000 + low.microsecond)
    return units[: 3 + len(clock)]


@lru_cache(maxsize=4096)
def _time_units(text: str) -> Units | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second, fraction = match.groups()
    if minute is None:
        return (int(hour),)
    if second is None:
        return (int(hour), int(minute))
    return (int(hour), int(minute), int(second) * 1_000_000 + int((fraction or "0")[:6].ljust(6, "0")))


def compared(one: Units, other: Units) -> int | None:
    """-1, 0 or 1 as one value is before, equal to or after another; None if the precision does not tell."""
    for first, second in zip(one, other, strict=False):
        if first != second:
            return -1 if first < second else 1
    return 0 if len(one) == len(other) else None


def moved(text: str, amount: float, unit: str) -> str | None:
    """A date or dateTime plus an amount of a calendar unit (``year`` to ``millisecond``), in its precision.

    None for a text that is not a date, and for a result outside the years 1 to 9999. A partial date is moved
    by whole units of its own: ``2020`` plus 23 months is ``2021``.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None or date_units(text) is None:
        return None
    day, time, zone = match.groups()
    try:
        if time is None:
            return _moved_date(day, amount, unit)
        padded = f"{time}:00" if len(time) == 2 else time
        low = datetime.fromisoformat(f"{day}T{padded}")
        result = _moved(low, amount, unit)
    except (ValueError, OverflowError):
        return None
    digits = f"{result:%Y-%m-%dT%H:%M:%S}.{result.microsecond:06}".rjust(26, "0")
    return digits[: len("2020-01-01T") + len(time)] + (zone or "")


def _moved(low: datetime, amount: float, unit: str) -> datetime:
    """A datetime plus an amount; the fraction of an amount counts for seconds and milliseconds only."""
    if unit in {"year", "month"}:
        months = int(amount) * (12 if unit == "year" else 1) + low.year * 12 + low.month - 1
        year, month = divmod(months, 12)
        if not 1 <= year <= 9999:
            raise ValueError("outside the calendar")
        return low.replace(year=year, month=month + 1, day=min(low.day, monthrange(year, month + 1)[1]))
    whole = amount if unit in {"second", "millisecond"} else int(amount)
    return low + timedelta(microseconds=int(whole * _SECONDS[unit]))


def _moved_date(day: str, amount: float, unit: str) -> str:
    precision = _CALENDAR[day.count("-")]
    if precision == "day":
        if unit not in {"year", "month"}:
            amount, unit = int(int(amount) * _SECONDS[unit] / _SECONDS["day"]), "day"
    else:
        amount, unit = _in_months(amount, unit), "month"
        if precision == "year":
            amount, unit = int(amount / 12), "year"
    result = _moved(datetime.fromisoformat(f"{day}-01-01"[: len("2020-01-01")]), amount, unit)
    return f"{result:%Y-%m-%d}".rjust(10, "0")[: len(day)]


def _in_months(amount: float, unit: str) -> int:
    """An amount in whole months of 30 days; a year has 12 months."""
    if unit in {"year", "month"}:
        return int(amount) * (12 if unit == "year" else 1)
    days = int(amount * _SECONDS[unit] / _SECONDS["day"])
    years, rest = divmod(abs(days), 365)
    months = years * 12 + rest // 30
    return months if days >= 0 else -months


def moved_time(text: str, amount: float, unit: str) -> str | None:
    """A time plus an amount of hours or less, around midnight if need be; None if that is not possible."""
    units = time_units(text)
    if units is None or unit not in {"hour", "minute", "second", "millisecond"}:
        return None
    hour, minute, micro = (*units, 0, 0)[:3]
    total = (hour * 60 + minute) * 60_000_000 + micro + int(amount * _SECONDS[unit])
    minutes, micro = divmod(total % _SECONDS["day"], 60_000_000)
    second, fraction = divmod(micro, 1_000_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}.{fraction:06}"[: len(text)]

"""Dates, times, numbers and frequencies, written in bokmål by the rules of Språkrådet."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from adapter.fhir.dates import OSLO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MONTHS = ("januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober")
MONTHS = (*_MONTHS, "november", "desember")


@lru_cache(1024)
def moment(value: str) -> str:
    """A date or dateTime in bokmål: ``2026``, ``mars 2026``, ``1. mars 2026``, ``1. mars 2026 kl. 09.30``.

    A time with a zone is written on the Norwegian clock; an invalid time is written as it is.
    """
    day, _, time = value.partition("T")
    if time:
        try:
            local = datetime.fromisoformat(value).astimezone(OSLO)
        except (ValueError, OverflowError):
            return f"{_day(day)} kl. {time.replace(':', '.')}"
        return f"{local.day}. {MONTHS[local.month - 1]} {local.year} kl. {local:%H.%M}"
    return _day(day)


def number(value: Decimal | int) -> str:
    """A number, with a decimal comma."""
    return (f"{value:f}" if isinstance(value, Decimal) else str(value)).replace(".", ",")


def frequency(hyppighet: Mapping[str, Any]) -> str:
    """A frequency: ``én gang per dag``, ``2 ganger hver 3. uke``; ``enhet`` is the word for the unit."""
    times, per, unit = hyppighet["ganger"], hyppighet["per"], hyppighet["enhet"]
    often = "én gang" if times == 1 else f"{times} ganger"
    return f"{often} per {unit}" if per == 1 else f"{often} hver {per}. {unit}"


def interval(intervall: Mapping[str, Any]) -> str:
    """An interval after *hver*: ``måned``, ``6. måned``; ``enhet`` is the word for the unit."""
    count, unit = intervall["antall"], intervall["enhet"]
    return str(unit) if count == 1 else f"{count}. {unit}"


PHRASES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"frequency": frequency, "interval": interval}


def _day(value: str) -> str:
    year, *rest = value.split("-")
    if not rest:
        return year
    month = f"{MONTHS[int(rest[0]) - 1]} {year}"
    return f"{int(rest[1])}. {month}" if len(rest) > 1 else month

"""Dates, times and numbers as they are written in Norwegian (bokmål), by the rules of Språkrådet."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from adapter.fhir.dates import OSLO

_MONTHS = ("januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober")
MONTHS = (*_MONTHS, "november", "desember")


def moment(value: str) -> str:
    """A FHIR date or dateTime: ``2026``, ``mars 2026``, ``1. mars 2026``, ``1. mars 2026 kl. 09.30``.

    A time with a zone is told on the Norwegian clock; one that is no time there is told as it stands.
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


def _day(value: str) -> str:
    year, *rest = value.split("-")
    if not rest:
        return year
    month = f"{MONTHS[int(rest[0]) - 1]} {year}"
    return f"{int(rest[1])}. {month}" if len(rest) > 1 else month

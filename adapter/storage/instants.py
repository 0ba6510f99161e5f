"""Instants as whole microseconds since 1970: one number that sorts and compares alike in every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

ALWAYS = -(2**62)
"""Before every instant: a window without a beginning."""

FOREVER = 2**62
"""After every instant and every change number: what has not ended."""


def to_micros(instant: datetime) -> int:
    """The microseconds from 1970 to an aware ``instant``."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The instant, in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def window_start(instant: datetime | None) -> int:
    """An opening instant; None is open."""
    return ALWAYS if instant is None else to_micros(instant)


def window_end(instant: datetime | None) -> int:
    """A closing instant; None is open."""
    return FOREVER if instant is None else to_micros(instant)


def bound(micros: int) -> datetime | None:
    """The instant of a window's end, None where it is open."""
    return None if micros in {ALWAYS, FOREVER} else from_micros(micros)

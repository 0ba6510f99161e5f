"""A FHIR date is an interval of instants in Norwegian time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapter.fhir.dates import anniversary, interval


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("2026", "2025-12-31T23:00:00", "2026-12-31T23:00:00"),
        ("2026-03", "2026-02-28T23:00:00", "2026-03-31T22:00:00"),  # summer time began on the 29th
        ("2026-03-29", "2026-03-28T23:00:00", "2026-03-29T22:00:00"),  # a day of 23 hours
        ("2026-12-31", "2026-12-30T23:00:00", "2026-12-31T23:00:00"),
        ("9999-12-31", "9999-12-30T23:00:00", "9999-12-31T23:59:59.999999"),
        ("2026-06-01T10:00:00", "2026-06-01T08:00:00", "2026-06-01T08:00:01"),
        ("2026-06-01T10:00:00Z", "2026-06-01T10:00:00", "2026-06-01T10:00:01"),
        ("2026-06-01T10:00:00.5+02:00", "2026-06-01T08:00:00.5", "2026-06-01T08:00:00.6"),
        ("2026-06-01T23:59:60+02:00", "2026-06-01T21:59:59", "2026-06-01T22:00:00"),
    ],
)
def test_a_date_covers_the_whole_of_its_last_unit(value: str, low: str, high: str) -> None:
    """A partial date covers its whole year, month or day, and a time its last unit."""
    assert interval(value) == tuple(datetime.fromisoformat(end).replace(tzinfo=UTC) for end in (low, high))


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("0001", "0001-01-01T00:00:00", "0001-12-31T23:17:00"),  # the sun's own time, 43 minutes ahead
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00", "0001-01-01T00:00:01"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59", "9999-12-31T23:59:59.999999"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999"),
    ],
)
def test_an_instant_outside_the_calendar_is_its_first_or_last_instant(
    value: str, low: str, high: str
) -> None:
    """An instant before year 1 or after year 9999 becomes the first or last instant of the calendar."""
    assert interval(value) == tuple(datetime.fromisoformat(end).replace(tzinfo=UTC) for end in (low, high))


@pytest.mark.parametrize("born", ["9999", "9990-01-01"])
def test_an_anniversary_after_year_9999_is_the_end_of_the_calendar(born: str) -> None:
    """An age that is reached after the year 9999 is reached at its end."""
    assert anniversary(born, 16) == datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["", "9999-12-32", "2026-13", "2026-02-30", "2026-01-01T25:00:00Z", "2026-1-1"]
)
def test_an_invalid_date_is_refused(value: str) -> None:
    """A text in a wrong format, or a day that does not exist, is not a date."""
    with pytest.raises(ValueError, match=r".*"):
        interval(value)


@pytest.mark.parametrize(
    ("born", "turns_16"),
    [
        ("2010-05-17", "2026-05-16T22:00:00"),
        ("2012-02-29", "2028-02-28T23:00:00"),
        ("2011-02-28", "2027-02-27T23:00:00"),
        ("2010-05", "2026-05-30T22:00:00"),
        ("2010", "2026-12-30T23:00:00"),
    ],
)
def test_a_person_turns_16_on_the_latest_possible_birthday(born: str, turns_16: str) -> None:
    """The birthday begins at midnight in Norway, and an unknown day counts as the latest possible."""
    assert anniversary(born, 16) == datetime.fromisoformat(turns_16).replace(tzinfo=UTC)

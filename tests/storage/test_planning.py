"""Planning: the publications a recipient sees over time, and the promises about version numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from adapter.storage.instants import ALWAYS, FOREVER
from adapter.storage.publication_plan import OpenRow, Wanted, plan

MINUTE = 60_000_000
HOUR = 60 * MINUTE


@dataclass
class Kept:
    """A row as the database stores it."""

    row: OpenRow
    open: bool = True


@dataclass
class Book:
    """The publications of one resource to one recipient, stored as in the database."""

    rows: list[Kept] = field(default_factory=list)
    serial: int = 0

    def write(self, wanted: list[Wanted], at: int) -> None:
        """Carry out a plan."""
        newest = max((kept.row.version for kept in self.rows if not kept.open), default=0)
        made = plan([kept.row for kept in self.rows if kept.open], wanted, newest, at)
        self.rows = [kept for kept in self.rows if kept.row.id not in made.erase]
        for kept in self.rows:
            kept.open = kept.open and kept.row.id not in made.supersede
        for new in made.add:
            self.serial += 1
            content = new.wanted.hash if new.wanted else None
            permit = new.wanted.permit if new.wanted else None
            self.rows.append(
                Kept(
                    OpenRow(
                        self.serial, new.version, new.updated, content, permit, new.valid_from, new.valid_to
                    )
                )
            )

    def seen(self, now: int) -> list[OpenRow]:
        """The rows a read finds."""
        return [k.row for k in self.rows if k.open and k.row.valid_from <= now < k.row.valid_to]


def _stretches(cuts: list[int], contents: list[int | None]) -> list[Wanted]:
    ends = [ALWAYS, *cuts, FOREVER]
    return [
        Wanted(bytes([content]), None, low, high)
        for low, high, content in zip(ends, ends[1:], contents, strict=False)
        if content is not None
    ]


@st.composite
def written(draw: st.DrawFn) -> list[tuple[int, list[Wanted]]]:
    """Writes in the order of their instants, each with a few windows and contents."""
    instants = sorted(draw(st.lists(st.integers(0, 12), min_size=1, max_size=6)))
    writes = []
    for instant in instants:
        cuts = sorted(draw(st.sets(st.integers(0, 14), max_size=3)))
        contents = draw(st.lists(st.none() | st.integers(0, 2), min_size=4, max_size=4))
        writes.append((instant * HOUR, _stretches([cut * HOUR for cut in cuts], contents)))
    return writes


def _wanted_at(wanted: list[Wanted], now: int) -> bytes | None:
    return next((want.hash for want in wanted if want.valid_from <= now < want.valid_to), None)


@given(written())
def test_a_read_finds_the_content_last_wanted_for_its_instant(writes: list[tuple[int, list[Wanted]]]) -> None:
    """At every instant a read finds the content last wanted for it, a tombstone or nothing."""
    book = Book()
    for (at, wanted), following in zip(writes, [*(at for at, _ in writes[1:]), 16 * HOUR], strict=True):
        book.write(wanted, at)
        for now in range(at, following + HOUR, HOUR // 2):
            live = [row.hash for row in book.seen(now) if row.hash is not None]
            expected = _wanted_at(wanted, now)
            assert live == ([] if expected is None else [expected])
            assert len(book.seen(now)) <= 1


@given(written())
def test_versions_rise_and_mean_one_content(writes: list[tuple[int, list[Wanted]]]) -> None:
    """A reader sees versions from 1 on, rising without gaps, each with one content."""
    book, observed = Book(), []
    for (at, wanted), following in zip(writes, [*(at for at, _ in writes[1:]), 16 * HOUR], strict=True):
        book.write(wanted, at)
        for now in range(at, following + 1, HOUR // 2):
            observed += [(row.version, row.hash, row.updated) for row in book.seen(now)]
    numbers = [version for version, _, _ in observed]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, len(set(numbers)) + 1))
    assert len({(version, content) for version, content, _ in observed}) == len(set(numbers))
    assert [updated for _, _, updated in observed] == sorted(updated for _, _, updated in observed)


@given(written())
def test_writing_the_same_again_changes_no_row(writes: list[tuple[int, list[Wanted]]]) -> None:
    """The same wish at the same or a later instant of the same window leaves every row as it was."""
    book = Book()
    for at, wanted in writes:
        book.write(wanted, at)
        before = [(kept.row, kept.open) for kept in book.rows]
        book.write(wanted, at)
        assert [(kept.row, kept.open) for kept in book.rows] == before


def test_a_row_that_opens_within_minutes_counts_as_shown() -> None:
    """A row whose window begins within minutes of the write is not erased: another clock may be ahead."""
    book = Book()
    book.write([Wanted(b"A", None, 10 * MINUTE, FOREVER)], 0)
    book.write([Wanted(b"B", None, 10 * MINUTE, FOREVER)], 6 * MINUTE)
    assert [(k.row.version, k.open) for k in book.rows] == [(1, False), (2, True)]
    early = Book()
    early.write([Wanted(b"A", None, 10 * MINUTE, FOREVER)], 0)
    early.write([Wanted(b"B", None, 10 * MINUTE, FOREVER)], 4 * MINUTE)
    assert [(k.row.version, k.row.hash) for k in early.rows] == [(1, b"B")]

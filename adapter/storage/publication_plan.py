"""Plans the changes to one recipient's publications of one resource: rows to add, keep, supersede and erase.

A row is *open* from its change until another row supersedes it, and *shown* while its window holds too. A row
that was shown stays readable to its recipient unless it is closed. A row that was never shown (its window had
not begun) is erased without a trace, so that version numbers count only content the recipient was given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SETTLING = 300_000_000
"""Five minutes in microseconds. A row whose window begins less than this after the write counts as shown: a
request with a later reading of the clock may have read it already."""


class Key(NamedTuple):
    """The unit that versions are counted in: one resource, to one recipient, for one purpose."""

    recipient: str
    purpose: str
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An open publication; ``hash`` is None for a tombstone, ``told`` the change whose names its text has."""

    id: int
    version: int
    updated: int
    hash: bytes | None
    permit: str | None
    valid_from: int
    valid_to: int
    told: int = 0

    def shown_by(self, at: int) -> bool:
        """Can a request have read the row by this instant?"""
        return self.valid_from <= at + _SETTLING

    def expired_by(self, at: int) -> bool:
        """Has the window of the row passed?"""
        return self.valid_to <= at


@dataclass(frozen=True, slots=True)
class Wanted:
    """A desired row: content hash, permit and window."""

    hash: bytes
    permit: str | None
    valid_from: int
    valid_to: int


@dataclass(frozen=True, slots=True)
class New:
    """A row to add; ``wanted`` is None for a tombstone, whose window ends with what it follows.

    ``told`` is the change whose names the text has; None for the change that adds the row.
    """

    version: int
    updated: int
    wanted: Wanted | None
    valid_from: int
    valid_to: int
    told: int | None = None


@dataclass(slots=True)
class RowPlan:
    """Ids of rows to supersede, erase and keep; and the rows to add."""

    supersede: list[int] = field(default_factory=list)
    erase: list[int] = field(default_factory=list)
    keep: list[int] = field(default_factory=list)
    add: list[New] = field(default_factory=list)


def plan(rows: Sequence[OpenRow], wanted: Iterable[Wanted], newest_closed: int, at: int) -> RowPlan:
    """The plan that changes the open ``rows`` of one recipient, purpose and resource to ``wanted``.

    Content that stays keeps its version, and other content gets the next version. The versions a reader meets
    over time only rise, whatever the windows of the rows.

    Args:
        rows: the open rows, tombstones too.
        wanted: the desired rows, whose windows do not overlap; empty if the resource is deleted.
        newest_closed: the highest version among rows no longer open; not needed (0) if an open row is shown,
            because the open rows then have the highest version.
        at: the instant of the write.
    """
    made = RowPlan()
    newest = max([newest_closed, *(row.version for row in rows if row.shown_by(at))])
    coming = sorted((want for want in wanted if want.valid_to > at), key=lambda want: want.valid_from)
    if not coming:
        return _end(rows, newest, at)
    left = {row.id: row for row in rows}
    told = {row.hash: row.told for row in rows}
    floor = max([newest_closed, *_passed(rows, coming, at)])
    for want in coming:
        same = _same(left.values(), want, floor, newest, at)
        if same is not None and holds_alike(same, want, at):
            made.keep.append(left.pop(same.id).id)
            version = same.version
        else:
            version, updated = newest + 1, max(at, want.valid_from)
            if same is not None:
                version, updated = same.version, _reopened(same, want, at)
                _retire(made, left.pop(same.id), at)
            since = told.get(want.hash)
            made.add.append(New(version, updated, want, want.valid_from, want.valid_to, since))
        newest, floor = max(newest, version), version + 1
    for row in left.values():
        _retire(made, row, at)
    return made


def _passed(rows: Sequence[OpenRow], coming: Sequence[Wanted], at: int) -> list[int]:
    """The versions that no earlier version may follow: those begun, and those shown that are retired."""
    return [
        row.version
        for row in rows
        if row.valid_from <= at
        or (row.shown_by(at) and not any(holds_alike(row, want, at) for want in coming))
    ]


def _end(rows: Sequence[OpenRow], newest: int, at: int) -> RowPlan:
    """The plan for a deletion: a tombstone replaces the shown row, for the rest of its window."""
    made = RowPlan()
    shown = [row for row in rows if row.shown_by(at) and not row.expired_by(at)]
    if shown and all(row.hash is None for row in shown):
        made.keep = [row.id for row in shown]
        shown = []
    for row in rows:
        if row.id not in made.keep:
            _retire(made, row, at)
    if shown:
        until = max(row.valid_to for row in shown)
        since = max(row.valid_from for row in shown)
        made.add.append(New(newest + 1, at, None, since, until))
    return made


def _same(rows: Iterable[OpenRow], want: Wanted, floor: int, newest: int, at: int) -> OpenRow | None:
    """The row with this content whose version can stay: at least ``floor``, and without a gap."""
    candidates = [
        row
        for row in rows
        if row.hash == want.hash and row.version >= floor and (row.shown_by(at) or row.version <= newest + 1)
    ]
    candidates.sort(key=lambda row: (not holds_alike(row, want, at), row.version))
    return candidates[0] if candidates else None


def holds_alike(row: OpenRow, want: Wanted, at: int) -> bool:
    """Does the row equal the desired row? Two beginnings that have passed count as equal."""
    begun = row.valid_from <= at and want.valid_from <= at
    return (
        row.hash == want.hash
        and row.permit == want.permit
        and row.valid_to == want.valid_to
        and (begun or row.valid_from == want.valid_from)
    )


def _reopened(row: OpenRow, want: Wanted, at: int) -> int:
    """The instant the version was last updated: as stored, or the instant the row comes into view."""
    if want.valid_from > at or row.valid_from > at:
        return max(at, want.valid_from)
    return row.updated


def _retire(made: RowPlan, row: OpenRow, at: int) -> None:
    (made.supersede if row.shown_by(at) else made.erase).append(row.id)

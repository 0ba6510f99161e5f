"""What must happen to one recipient's publications of one resource so that it has what it should have. Pure.

A row is *open* from its change until another supersedes it, and *shown* while its window holds too. What a
recipient was shown stays readable to it unless it is closed; what was never shown (its window had not begun)
is taken away without a trace, so that version numbers count what the recipient was given and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SETTLING = 300_000_000
"""Five minutes in microseconds: a row whose window begins within that of the write may have been read by a
request that looked at the computer's clock later than this write did, so it counts as shown."""


class Key(NamedTuple):
    """What versions are counted for: one recipient's view, for one purpose, of one resource."""

    recipient: str
    purpose: str
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An open publication; ``hash`` is None for a tombstone."""

    id: int
    version: int
    updated: int
    hash: bytes | None
    permit: str | None
    valid_from: int
    valid_to: int

    def shown_by(self, at: int) -> bool:
        """Can anybody have read it?"""
        return self.valid_from <= at + _SETTLING

    def expired_by(self, at: int) -> bool:
        """Has its window passed?"""
        return self.valid_to <= at


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should be open: content, by which permit, and when it is shown."""

    hash: bytes
    permit: str | None
    valid_from: int
    valid_to: int


@dataclass(frozen=True, slots=True)
class New:
    """A row to add; ``wanted`` is None for a tombstone, whose window ends with what it follows."""

    version: int
    updated: int
    wanted: Wanted | None
    valid_from: int
    valid_to: int


@dataclass(slots=True)
class Plan:
    """Row ids to supersede, to take away without a trace, and to keep; and rows to add."""

    supersede: list[int] = field(default_factory=list)
    erase: list[int] = field(default_factory=list)
    keep: list[int] = field(default_factory=list)
    add: list[New] = field(default_factory=list)


def plan(rows: Sequence[OpenRow], wanted: Iterable[Wanted], newest_closed: int, at: int) -> Plan:
    """Bring the open ``rows`` of one recipient, purpose and resource to what is ``wanted``.

    Content that stands keeps its version, other content gets the next one; the versions a reader meets as
    time goes by only rise, whatever stretches of time the rows are cut into.

    Args:
        rows: the open rows, tombstones too.
        wanted: with windows that do not overlap; empty when the resource should no longer be there.
        newest_closed: the highest version among rows no longer open, 0 for none.
        at: the instant of the write.
    """
    made = Plan()
    newest = max([newest_closed, *(row.version for row in rows if row.shown_by(at))])
    coming = sorted((want for want in wanted if want.valid_to > at), key=lambda want: want.valid_from)
    if not coming:
        return _end(rows, newest, at)
    left = {row.id: row for row in rows}
    floor = max([newest_closed, *(row.version for row in rows if row.valid_from <= at)])
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
            made.add.append(New(version, updated, want, want.valid_from, want.valid_to))
        newest, floor = max(newest, version), version + 1
    for row in left.values():
        _retire(made, row, at)
    return made


def _end(rows: Sequence[OpenRow], newest: int, at: int) -> Plan:
    """Nothing is wanted: a tombstone follows what is shown now, for as long as that would have been shown."""
    made = Plan()
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
    """The row with this content that may keep its version: at least ``floor``, and leaving no gap."""
    candidates = [
        row
        for row in rows
        if row.hash == want.hash and row.version >= floor and (row.shown_by(at) or row.version <= newest + 1)
    ]
    candidates.sort(key=lambda row: (not holds_alike(row, want, at), row.version))
    return candidates[0] if candidates else None


def holds_alike(row: OpenRow, want: Wanted, at: int) -> bool:
    """Does the row stand as it is? Windows that have begun both are alike whenever they began."""
    begun = row.valid_from <= at and want.valid_from <= at
    return (
        row.hash == want.hash
        and row.permit == want.permit
        and row.valid_to == want.valid_to
        and (begun or row.valid_from == want.valid_from)
    )


def _reopened(row: OpenRow, want: Wanted, at: int) -> int:
    """When the version was last updated: as before, or when it comes (back) into view."""
    if want.valid_from > at or row.valid_from > at:
        return max(at, want.valid_from)
    return row.updated


def _retire(made: Plan, row: OpenRow, at: int) -> None:
    (made.supersede if row.shown_by(at) else made.erase).append(row.id)

"""The plan of a write: every row it is to change, decided without a database, and stored by the writer.

A plan is made of a snapshot. The writer stores it only while all that the snapshot answered still holds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.storage.instants import window_end, window_start
from adapter.storage.publication_plan import Key, Wanted, holds_alike, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from adapter.storage.publication_plan import New, OpenRow, RowPlan
    from adapter.storage.values import Content, Desired, PermitLike, Residue


class Closing(NamedTuple):
    """The end of a recipient's history of a record: the reason, and the ids of the rows it keeps."""

    reason: str
    kept: list[int]


@dataclass(frozen=True, slots=True)
class PublicationsPlan:
    """The changes to the publications of one record.

    Args:
        at: the instant of the decision, in microseconds.
        resources: the resources (type, id) that may be new to the record.
        erase: ids of rows that no recipient was shown.
        supersede: ids of rows that become history.
        close: the recipients that lose their history.
        limit: the recipients that will lose it without a write, with the instant.
        add: the new rows.
        contents: the contents of the new rows by hash.
        ended: the keys with superseded or erased rows.
        expired: whether the superseded rows had all ended before.
    """

    at: int
    resources: Collection[tuple[str, str]] = ()
    erase: list[int] = field(default_factory=list)
    supersede: list[int] = field(default_factory=list)
    close: Mapping[str, Closing] = field(default_factory=dict)
    limit: Mapping[str, datetime] = field(default_factory=dict)
    add: list[tuple[Key, New]] = field(default_factory=list)
    contents: Mapping[bytes, Content] = field(default_factory=dict)
    ended: frozenset[Key] = frozenset()
    expired: bool = True

    @property
    def is_empty(self) -> bool:
        """Does the plan change nothing that a recipient is given? Rows that have ended may wait."""
        return not (self.add or self.close or self.erase) and self.expired


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """The changes to one record.

    Args:
        kind: sak, ansatt or organisasjon.
        id: the id of the record.
        version: the number of the next version; None if the body stays.
        before: the body as it stands, None for a new record.
        after: the body as it becomes.
        keys: the identifiers (system, value) of the record; None if they stay.
        residue: the changed residue, by type and id of its part; None deletes it.
        permits: the permits and denies of a sak; None if they stay.
        publications: the changes to its publications.
    """

    kind: str
    id: str
    version: int | None
    before: dict[str, Any] | None
    after: dict[str, Any]
    keys: Collection[tuple[str, str]] | None
    residue: Mapping[tuple[str, str], Residue | None]
    permits: Sequence[PermitLike] | None
    publications: PublicationsPlan

    @property
    def is_empty(self) -> bool:
        """Does the plan change nothing?"""
        changes = (self.version, self.keys, self.permits)
        return all(one is None for one in changes) and not self.residue and self.publications.is_empty


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes of one write: ``at`` is the instant of the decision.

    ``until`` is the first instant after it at which time alone changes what a recipient sees; None for never.
    """

    at: datetime
    records: tuple[RecordPlan, ...]
    until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Does the plan change nothing?"""
        return all(record.is_empty for record in self.records)


def plan_publications(
    rows: Mapping[Key, list[OpenRow]],
    desired: Iterable[Desired],
    newest: Callable[[Collection[Key]], Mapping[Key, int]],
    at: int,
    narrowed: Mapping[str, str],
    until: Mapping[str, datetime],
) -> PublicationsPlan:
    """The plan that changes the open publications of a record to exactly ``desired``.

    Args:
        rows: the open publications.
        desired: all publications from now on; those of one resource have windows that do not overlap.
        newest: returns the highest version of the keys among their rows that are no longer open.
        at: the instant of the write, in microseconds.
        narrowed: recipients that lose their history of the record, with the reason.
        until: recipients that lose it later without a write, with the instant.
    """
    wanted: dict[Key, list[Wanted]] = defaultdict(list)
    contents: dict[bytes, Content] = {}
    for item in desired:
        key = Key(item.recipient, item.purpose, item.type, item.id)
        wanted[key].append(_want(item))
        if item.content.body is not None or item.content.hash not in contents:
            contents[item.content.hash] = item.content
    every = dict.fromkeys([*rows, *wanted])
    changed = [key for key in every if not _alike(rows.get(key, []), wanted[key], at)]
    unknown = [key for key in changed if not any(row.shown_by(at) for row in rows.get(key, ()))]
    versions = newest(unknown) if unknown else {}
    plans = {key: plan(rows.get(key, []), wanted[key], versions.get(key, 0), at) for key in changed}
    return PublicationsPlan(
        at,
        {(key.type, key.id) for key in wanted} - {(key.type, key.id) for key in rows},
        [id_ for made in plans.values() for id_ in made.erase],
        [id_ for made in plans.values() for id_ in made.supersede],
        {
            recipient: Closing(why, _kept(recipient, rows, wanted, plans))
            for recipient, why in narrowed.items()
        },
        until,
        [
            (key, new)
            for key, made in plans.items()
            for new in made.add
            if new.wanted is not None or key.recipient not in narrowed
        ],
        contents,
        frozenset(key for key, made in plans.items() if made.supersede or made.erase),
        _all_expired(rows, plans, at),
    )


def _want(item: Desired) -> Wanted:
    return Wanted(item.content.hash, item.permit, window_start(item.valid_from), window_end(item.valid_to))


def _alike(rows: Sequence[OpenRow], wants: Sequence[Wanted], at: int) -> bool:
    """Do the rows equal the wishes, in the order of their windows?"""
    if len(rows) != len(wants):
        return False
    if len(rows) == 1:
        return holds_alike(rows[0], wants[0], at)
    ordered = sorted(rows, key=lambda row: row.valid_from)
    return all(
        holds_alike(row, want, at)
        for row, want in zip(ordered, sorted(wants, key=lambda want: want.valid_from), strict=True)
    )


def _kept(
    recipient: str,
    rows: Mapping[Key, list[OpenRow]],
    wanted: Mapping[Key, list[Wanted]],
    plans: Mapping[Key, RowPlan],
) -> list[int]:
    """The ids of the rows that a narrowed recipient keeps: those of resources it still sees."""
    return [
        id_
        for key, open_ in rows.items()
        if key.recipient == recipient and wanted.get(key)
        for id_ in (plans[key].keep if key in plans else [row.id for row in open_])
    ]


def _all_expired(rows: Mapping[Key, list[OpenRow]], plans: Mapping[Key, RowPlan], at: int) -> bool:
    """Had all superseded rows ended before the write?"""
    return all(
        row.expired_by(at)
        for key, made in plans.items()
        for row in rows.get(key, ())
        if row.id in made.supersede
    )

"""Publications of one record: changes the stored rows to the desired ones, and closes lost access.

:mod:`publication_plan` has the rules for one resource; this module carries them out for all resources of a
record. A *narrowed* recipient (consent withdrawn, a part shielded or labelled, the wrong person) loses all
its rows of the record except those it keeps, its history too: no read finds a closed row. A recipient that
the end of a period will narrow keeps its history until then.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select

from adapter.errors import Conflict, IssueType, Message
from adapter.storage import closing, search_keys
from adapter.storage.blobs import put_blobs
from adapter.storage.instants import FOREVER, window_end, window_start
from adapter.storage.publication_plan import Key, New, OpenRow, Plan, Wanted, holds_alike, plan
from adapter.storage.search_keys import Keyed
from adapter.storage.tables import blob, holder, publication
from adapter.storage.values import Action, PublicationChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from adapter.storage.values import Desired

ID_TAKEN = Message(
    "resource-id-taken",
    IssueType.DUPLICATE,
    nb="En annen post har allerede en {type} med denne id-en. Velg en annen id.",
    en="Another record already has a {type} with this id. Choose another id.",
)

_P = publication.c
_HELD = select(holder.c.kind, holder.c.record_id).where(
    holder.c.type == bindparam("type"), holder.c.id == bindparam("id")
)
_OPEN = (
    select(
        _P.recipient, _P.purpose, _P.type, _P.resource_id,
        _P.id, _P.version, _P.updated, blob.c.hash, _P.permit, _P.valid_from, _P.valid_to,
    )
    .outerjoin(blob, blob.c.id == _P.blob)
    .where(
        _P.kind == bindparam("kind"),
        _P.record_id == bindparam("record_id"),
        _P.to_seq == FOREVER,
        _P.closed_seq.is_(None),
    )
    .order_by(_P.id)
)  # fmt: skip
_NEWEST_CLOSED = select(func.max(_P.version)).where(
    _P.recipient == bindparam("recipient"),
    _P.purpose == bindparam("purpose"),
    _P.type == bindparam("type"),
    _P.resource_id == bindparam("id"),
    (_P.to_seq < FOREVER) | _P.closed_seq.is_not(None),
)


@dataclass(frozen=True, slots=True)
class Tick:
    """Number and instant of the change that is being written."""

    seq: int
    at: int


def reconcile(
    connection: Connection,
    record: tuple[str, str],
    desired: Iterable[Desired],
    narrowed: Mapping[str, str],
    until: Mapping[str, datetime],
    tick: Tick,
) -> list[PublicationChange]:
    """Change the publications of a record to exactly ``desired``.

    Args:
        connection: of a transaction that holds the clock.
        record: kind and id.
        desired: all publications from now on; those of one resource have windows that do not overlap.
        narrowed: recipients that lose their history of the record, with the reason.
        until: recipients that lose it later without a write, with the instant.
        tick: the change.

    Returns:
        The changes by recipient and resource; empty if no publication changed.

    Raises:
        Conflict: a resource with the same type and id belongs to another record.
    """
    wanted: dict[Key, list[Desired]] = defaultdict(list)
    for item in desired:
        wanted[Key(item.recipient, item.purpose, item.type, item.id)].append(item)
    rows = _open_rows(connection, record)
    _hold(connection, record, {(key.type, key.id) for key in wanted} - {(key.type, key.id) for key in rows})
    plans = {key: _plan(connection, key, rows.get(key, []), wanted[key], tick) for key in rows | wanted}
    made = _carry_out(connection, record, wanted, plans, narrowed, tick)
    search_keys.erase_unreachable(connection, record, tick.at)
    limited = closing.limit(connection, record, until) - {Key(*change[:4]) for change in made}
    return made + [PublicationChange(*key, 0, "limited") for key in sorted(limited)]


def _open_rows(connection: Connection, record: tuple[str, str]) -> dict[Key, list[OpenRow]]:
    rows: dict[Key, list[OpenRow]] = defaultdict(list)
    for row in connection.execute(_OPEN, {"kind": record[0], "record_id": record[1]}):
        rows[Key(*row[:4])].append(OpenRow(*row[4:]))
    return dict(rows)


def _hold(connection: Connection, record: tuple[str, str], new: set[tuple[str, str]]) -> None:
    """Store the record that holds each resource; an id stays with its record, even after deletion."""
    add = []
    for type_, id_ in sorted(new):
        held_by = held(connection, type_, id_)
        if held_by is None:
            add.append({"type": type_, "id": id_, "kind": record[0], "record_id": record[1]})
        elif held_by != record:
            raise Conflict(ID_TAKEN.at(type=type_))
    if add:
        connection.execute(insert(holder), add)


def held(connection: Connection, type_: str, id_: str) -> tuple[str, str] | None:
    """Kind and id of the record a resource belongs or belonged to; None if it never existed."""
    row = connection.execute(_HELD, {"type": type_, "id": id_}).one_or_none()
    return None if row is None else (row.kind, row.record_id)


def _plan(connection: Connection, key: Key, rows: list[OpenRow], items: list[Desired], tick: Tick) -> Plan:
    wants = [_want(item) for item in items]
    wants.sort(key=lambda want: want.valid_from)
    rows = sorted(rows, key=lambda row: row.valid_from)
    if len(rows) == len(wants) and all(map(holds_alike, rows, wants, [tick.at] * len(rows))):
        return Plan(keep=[row.id for row in rows])
    return plan(rows, wants, _newest_closed(connection, key), tick.at)


def _want(item: Desired) -> Wanted:
    digest = hashlib.sha256(item.body).digest()
    return Wanted(digest, item.permit, window_start(item.valid_from), window_end(item.valid_to))


def _newest_closed(connection: Connection, key: Key) -> int:
    return connection.execute(_NEWEST_CLOSED, key._asdict()).scalar_one() or 0


def _carry_out(
    connection: Connection,
    record: tuple[str, str],
    wanted: Mapping[Key, list[Desired]],
    plans: Mapping[Key, Plan],
    narrowed: Mapping[str, str],
    tick: Tick,
) -> list[PublicationChange]:
    closing.erase(connection, [id_ for made in plans.values() for id_ in made.erase])
    closing.supersede(
        connection, record, [id_ for made in plans.values() for id_ in made.supersede], tick.seq
    )
    closed = set()
    for recipient, reason in narrowed.items():
        kept = [
            id_
            for key, made in plans.items()
            if key.recipient == recipient and wanted.get(key)
            for id_ in made.keep
        ]
        closed |= closing.close(connection, record, recipient, kept, reason, tick.seq)
    if closed:
        search_keys.erase_closed(connection, record, narrowed, tick.seq)
    added = [
        (key, new)
        for key, made in plans.items()
        for new in made.add
        if new.wanted is not None or key.recipient not in narrowed
    ]
    _add(connection, record, wanted, added, tick)
    return _changes(plans, added, closed)


def _add(
    connection: Connection,
    record: tuple[str, str],
    wanted: Mapping[Key, list[Desired]],
    added: list[tuple[Key, New]],
    tick: Tick,
) -> None:
    if not added:
        return
    sources = {_want(item): item for key, new in added if new.wanted for item in wanted[key]}
    contents = {new.wanted.hash: sources[new.wanted] for _, new in added if new.wanted}
    blobs = put_blobs(connection, contents)
    rows = [_row(key, new, record, blobs, tick) for key, new in added]
    adding = insert(publication).returning(publication.c.id, sort_by_parameter_order=True)
    ids = connection.execute(adding, rows).scalars()
    search_keys.put(
        connection,
        [
            Keyed(id_, key.recipient, key.type, sources[new.wanted].index, record)
            for id_, (key, new) in zip(ids, added, strict=True)
            if new.wanted
        ],
    )


def _row(
    key: Key, new: New, record: tuple[str, str], blobs: Mapping[bytes, int], tick: Tick
) -> dict[str, Any]:
    return {
        "recipient": key.recipient,
        "purpose": key.purpose,
        "type": key.type,
        "resource_id": key.id,
        "version": new.version,
        "updated": new.updated,
        "blob": blobs[new.wanted.hash] if new.wanted else None,
        "deleted": new.wanted is None,
        "kind": record[0],
        "record_id": record[1],
        "permit": new.wanted.permit if new.wanted else None,
        "from_seq": tick.seq,
        "to_seq": FOREVER,
        "valid_from": new.valid_from,
        "valid_to": new.valid_to,
    }


def _changes(
    plans: Mapping[Key, Plan], added: list[tuple[Key, New]], closed: set[Key]
) -> list[PublicationChange]:
    changes = []
    newest: dict[Key, New] = {}
    for key, new in added:
        if key not in newest or new.version > newest[key].version:
            newest[key] = new
    for key, new in newest.items():
        action: Action = "published" if new.wanted else "deleted"
        changes.append(PublicationChange(*key, new.version, action))
    changes += [PublicationChange(*key, 0, "closed") for key in sorted(closed - newest.keys())]
    told = newest.keys() | closed
    for key, made in plans.items():
        if (made.supersede or made.erase) and key not in told:
            changes.append(PublicationChange(*key, 0, "ended"))
    return changes

"""Publications of one record: reads the open rows, and carries out the planned changes.

A *narrowed* recipient (consent withdrawn, a part shielded or labelled, the wrong person) loses all its rows
of the record except those it keeps, its history too: no read finds a closed row. A recipient that the end of
a period will narrow keeps its history until then.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select

from adapter.errors import Conflict, IssueType, Message
from adapter.storage import closing, search_keys
from adapter.storage.blobs import HIGHEST_PUBLICATION, next_id, put_blobs, stored_index
from adapter.storage.instants import FOREVER
from adapter.storage.publication_plan import Key, OpenRow
from adapter.storage.search_keys import Keyed
from adapter.storage.tables import blob, holder, publication
from adapter.storage.values import Action, PublicationChange

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection

    from adapter.storage.publication_plan import New
    from adapter.storage.record_plan import PublicationsPlan

ID_TAKEN = Message(
    "resource-id-taken",
    IssueType.DUPLICATE,
    nb="En annen post har allerede en {type} med denne id-en. Velg en annen id.",
    en="Another record already has a {type} with this id. Choose another id.",
)

_P = publication.c
_OPEN = (
    select(
        _P.recipient, _P.purpose, _P.type, _P.resource_id,
        _P.id, _P.version, _P.updated, blob.c.hash, _P.permit, _P.valid_from, _P.valid_to, _P.told_seq,
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


_ADD_ROW, _ADD_HOLDER = insert(publication), insert(holder)


@dataclass(frozen=True, slots=True)
class Tick:
    """Number and instant of the change that is being written."""

    seq: int
    at: int


def open_rows(connection: Connection, kind: str, record_id: str) -> dict[Key, list[OpenRow]]:
    """The open publications of a record."""
    rows: dict[Key, list[OpenRow]] = defaultdict(list)
    for row in connection.execute(_OPEN, {"kind": kind, "record_id": record_id}):
        rows[Key(*row[:4])].append(OpenRow(*row[4:]))
    return dict(rows)


_KEY = (_P.recipient, _P.purpose, _P.type, _P.resource_id)
_NEWEST = (
    select(*_KEY, func.max(_P.version))
    .where(
        _P.recipient.in_(bindparam("recipients", expanding=True)),
        _P.type.in_(bindparam("types", expanding=True)),
        _P.resource_id.in_(bindparam("ids", expanding=True)),
        (_P.to_seq < FOREVER) | _P.closed_seq.is_not(None),
    )
    .group_by(*_KEY)
)


def newest_versions(connection: Connection, keys: Collection[Key]) -> dict[Key, int]:
    """The highest version among the rows of each key that are no longer open; keys without any are absent."""
    named = {
        "recipients": sorted({key.recipient for key in keys}),
        "types": sorted({key.type for key in keys}),
        "ids": sorted({key.id for key in keys}),
    }
    return {Key(*row[:4]): row[4] for row in connection.execute(_NEWEST, named)}


_HOLDERS = select(holder.c.type, holder.c.id, holder.c.kind, holder.c.record_id).where(
    holder.c.type.in_(bindparam("types", expanding=True)), holder.c.id.in_(bindparam("ids", expanding=True))
)


def holders(
    connection: Connection, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Kind and id of the record that each resource (type, id) belongs or belonged to, if it ever existed."""
    named = {"types": sorted({type_ for type_, _ in keys}), "ids": sorted({id_ for _, id_ in keys})}
    rows = connection.execute(_HOLDERS, named)
    return {(type_, id_): (kind, of) for type_, id_, kind, of in rows if (type_, id_) in keys}


def carry_out(
    connection: Connection, record: tuple[str, str], made: PublicationsPlan, tick: Tick
) -> list[PublicationChange]:
    """Change the publications of a record as planned.

    Args:
        connection: of a transaction that holds the clock.
        record: kind and id.
        made: the plan, made of the rows that are still open.
        tick: the change.

    Returns:
        The changes by recipient and resource; empty if no publication changed.

    Raises:
        Conflict: a resource with the same type and id belongs to another record.
    """
    _hold(connection, record, made.resources)
    closing.erase(connection, made.erase)
    closing.supersede(connection, record, made.supersede, tick.seq)
    closed: set[Key] = set()
    for recipient, ended in made.close.items():
        closed |= closing.close(connection, record, recipient, ended.kept, ended.reason, tick.seq)
    if closed:
        search_keys.erase_closed(connection, record, made.close, tick.seq)
    _add(connection, record, made, tick)
    search_keys.erase_unreachable(connection, record, tick.at)
    changes = _changes(made, closed)
    limited = closing.limit(connection, record, made.limit) - {Key(*change[:4]) for change in changes}
    return changes + [PublicationChange(*key, 0, "limited") for key in sorted(limited)]


def _hold(connection: Connection, record: tuple[str, str], resources: Collection[tuple[str, str]]) -> None:
    """Store the record that holds each new resource; an id stays with its record, even after deletion."""
    if not resources:
        return
    known = holders(connection, resources)
    other = next((key for key in sorted(known) if known[key] != record), None)
    if other is not None:
        raise Conflict(ID_TAKEN.at(type=other[0]))
    add = [
        {"type": type_, "id": id_, "kind": record[0], "record_id": record[1]}
        for type_, id_ in sorted(set(resources) - set(known))
    ]
    if add:
        connection.execute(_ADD_HOLDER, add)


def _add(connection: Connection, record: tuple[str, str], made: PublicationsPlan, tick: Tick) -> None:
    """Add the new rows with their contents and search keys; the one writer counts their ids on itself."""
    if not made.add:
        return
    contents = {new.wanted.hash: made.contents[new.wanted.hash] for _, new in made.add if new.wanted}
    blobs = put_blobs(connection, contents.values())
    first = next_id(connection, HIGHEST_PUBLICATION)
    rows = [
        {"id": first + index, **_row(key, new, record, blobs, made.at, tick)}
        for index, (key, new) in enumerate(made.add)
    ]
    connection.execute(_ADD_ROW, rows)
    known = {hash_: content.index for hash_, content in contents.items() if content.body is not None}
    kept = {hash_: blobs[hash_] for hash_ in contents if hash_ not in known}
    known |= stored_index(connection, kept)
    search_keys.put(
        connection,
        [
            Keyed(first + index, key.recipient, key.type, known[new.wanted.hash], record)
            for index, (key, new) in enumerate(made.add)
            if new.wanted
        ],
    )


def _row(
    key: Key, new: New, record: tuple[str, str], blobs: Mapping[bytes, int], decided: int, tick: Tick
) -> dict[str, Any]:
    return {
        "recipient": key.recipient,
        "purpose": key.purpose,
        "type": key.type,
        "resource_id": key.id,
        "version": new.version,
        "updated": tick.at if new.updated == decided else new.updated,
        "blob": blobs[new.wanted.hash] if new.wanted else None,
        "deleted": new.wanted is None,
        "kind": record[0],
        "record_id": record[1],
        "permit": new.wanted.permit if new.wanted else None,
        "from_seq": tick.seq,
        "told_seq": tick.seq if new.told is None else new.told,
        "to_seq": FOREVER,
        "valid_from": new.valid_from,
        "valid_to": new.valid_to,
    }


def _changes(made: PublicationsPlan, closed: set[Key]) -> list[PublicationChange]:
    newest: dict[Key, New] = {}
    for key, new in made.add:
        if key not in newest or new.version > newest[key].version:
            newest[key] = new
    changes = []
    for key, new in newest.items():
        action: Action = "published" if new.wanted else "deleted"
        changes.append(PublicationChange(*key, new.version, action))
    changes += [PublicationChange(*key, 0, "closed") for key in sorted(closed - newest.keys())]
    ended = made.ended - newest.keys() - closed
    return changes + [PublicationChange(*key, 0, "ended") for key in sorted(ended)]

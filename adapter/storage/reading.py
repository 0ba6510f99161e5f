"""What a caller was given of one resource: now, in an earlier version, through time."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from adapter.storage.instants import from_micros
from adapter.storage.tables import blob, publication
from adapter.storage.values import Published

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Select

    from adapter.storage.visibility import View

_P = publication.c
COLUMNS = (
    _P.recipient,
    _P.purpose,
    _P.type,
    _P.resource_id,
    _P.version,
    _P.updated,
    blob.c.bytes,
    _P.deleted,
    _P.kind,
    _P.record_id,
    _P.permit,
    _P.from_seq,
)
_ROWS = select(*COLUMNS).select_from(publication.outerjoin(blob, blob.c.id == _P.blob))


def published(row: Sequence[Any]) -> Published:
    """A row of ``COLUMNS`` as a value."""
    recipient, purpose, type_, id_, version, updated, body, deleted, *rest = row
    instant = from_micros(updated)
    return Published(recipient, purpose, type_, id_, version, instant, body or b"", bool(deleted), *rest)


def current(connection: Connection, view: View, type_: str, id_: str) -> Published | None:
    """What the caller is given of a resource now: it, its tombstone, or nothing."""
    query = (
        _ROWS.where(_P.type == type_, _P.resource_id == id_, view.shown(publication))
        .order_by(_P.deleted, view.rank(publication), _P.purpose.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else published(row)


def version(connection: Connection, view: View, type_: str, id_: str, number: int) -> Published | None:
    """One version the caller was given and may still see."""
    now = current(connection, view, type_, id_)
    if now is None or now.version == number:
        return now
    query = _given(view, now).where(_P.version == number).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else published(row)


def history(connection: Connection, view: View, type_: str, id_: str) -> list[Published]:
    """Every version the caller was given and may still see, the newest first; empty if it sees none now."""
    now = current(connection, view, type_, id_)
    if now is None:
        return []
    found: dict[int, Published] = {}
    for row in connection.execute(_given(view, now)):
        found.setdefault(row.version, published(row))
    return list(found.values())


def _given(view: View, now: Published) -> Select[Any]:
    """All rows like ``now`` that were shown and not closed or expired since.

    A version that stood through changes of its window has several rows: the latest comes first.
    """
    return _ROWS.where(
        _P.recipient == now.recipient,
        _P.purpose == now.purpose,
        _P.type == now.type,
        _P.resource_id == now.id,
        _P.version <= now.version,
        _P.closed_seq.is_(None),
        _P.valid_from <= view.now,
        _P.valid_to > view.now,
    ).order_by(_P.version.desc(), _P.from_seq.desc())


def many(connection: Connection, view: View, keys: Iterable[tuple[str, str]]) -> list[Published]:
    """Those of the resources ``(type, id)`` the caller is given, in the order asked for."""
    wanted = list(dict.fromkeys(keys))
    by_type: dict[str, list[str]] = defaultdict(list)
    for type_, id_ in wanted:
        by_type[type_].append(id_)
    found: dict[tuple[str, str], Published] = {}
    for type_, ids in by_type.items():
        query = _ROWS.where(_P.type == type_, _P.resource_id.in_(ids), view.shown(publication), ~_P.deleted)
        found |= {(type_, row.resource_id): published(row) for row in connection.execute(query)}
    return [found[key] for key in wanted if key in found]

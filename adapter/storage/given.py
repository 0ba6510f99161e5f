"""The publications of one resource to a caller: the present one, one version, and the history."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from adapter.storage.compiled import Prepared
from adapter.storage.instants import FOREVER, from_micros
from adapter.storage.tables import blob, publication
from adapter.storage.values import Published
from adapter.storage.visibility import number, ours, shown, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Select

    from adapter.storage.visibility import Viewer

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


@lru_cache
def _current(width: int) -> Prepared:
    return Prepared(
        _ROWS.where(
            _P.type == text("type"),
            _P.resource_id == text("id"),
            ours(publication, width),
            shown(publication, width),
        )
        .order_by(_P.deleted, _P.purpose.desc(), _P.from_seq.desc())
        .limit(1)
    )


def current(connection: Connection, view: Viewer, type_: str, id_: str) -> Published | None:
    """The publication of a resource to the caller now, or its tombstone; None if there is neither."""
    row = _current(view.width).first(connection, {**view.parameters(), "type": type_, "id": id_})
    return None if row is None else published(row)


def version(connection: Connection, view: Viewer, type_: str, id_: str, wanted: int) -> Published | None:
    """One version that was published to the caller and is not closed or expired."""
    found = current(connection, view, type_, id_)
    if found is None or found.version == wanted:
        return found
    older = _given(connection, view, found, _GIVEN.where(_P.version == wanted).limit(1))
    return older[0] if older else None


def history(connection: Connection, view: Viewer, type_: str, id_: str) -> list[Published]:
    """Every published version not closed or expired, the newest first; empty if none holds now."""
    found = current(connection, view, type_, id_)
    if found is None:
        return []
    versions: dict[int, Published] = {}
    for row in _given(connection, view, found, _GIVEN):
        versions.setdefault(row.version, row)
    return list(versions.values())


_GIVEN = _ROWS.where(
    _P.recipient == text("recipient"),
    _P.purpose == text("purpose"),
    _P.type == text("type"),
    _P.resource_id == text("id"),
    _P.version <= number("version"),
    _P.closed_seq.is_(None),
    _P.valid_from <= number("now"),
    _P.valid_to > number("now"),
).order_by(_P.version.desc(), _P.from_seq.desc())
"""The rows of one resource to one recipient that are neither closed nor expired.

A version whose window has changed has several rows: the latest comes first.
"""


def _given(connection: Connection, view: Viewer, now: Published, query: Select[Any]) -> list[Published]:
    parameters = {
        "recipient": now.recipient,
        "purpose": now.purpose,
        "type": now.type,
        "id": now.id,
        "version": now.version,
        "now": view.now,
    }
    return [published(row) for row in connection.execute(query, parameters)]


@lru_cache
def _many(width: int) -> Select[Any]:
    return _ROWS.where(
        _P.type.in_(bindparam("types", expanding=True)),
        _P.resource_id.in_(bindparam("ids", expanding=True)),
        ours(publication, width),
        shown(publication, width),
    ).order_by(_P.deleted.desc(), _P.purpose, _P.from_seq)


def many(
    connection: Connection, view: Viewer, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Published]:
    """The publications to the caller of the resources ``(type, id)``, in their order; tombstones too."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}
    named = {"types": sorted({type_ for type_, _ in wanted}), "ids": sorted({id_ for _, id_ in wanted})}
    rows = map(published, connection.execute(_many(view.width), {**view.parameters(), **named}))
    found = {(row.type, row.id): row for row in rows}  # the last one of a resource counts, as for a read
    return {key: found[key] for key in wanted if key in found}


_STANDING = _ROWS.where(_P.to_seq == FOREVER, _P.closed_seq.is_(None), ~_P.deleted).order_by(_P.blob, _P.id)
_AT_ONCE = 500


def standing(connection: Connection) -> Iterator[Published]:
    """Every open publication to every recipient, shown now or later; equal contents come together."""
    rows = connection.execute(_STANDING, execution_options={"yield_per": _AT_ONCE})
    return map(published, rows)

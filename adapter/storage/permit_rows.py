"""The permits and denies of a sak, flattened to rows at its last write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select

from adapter.record.windows import Window
from adapter.storage.instants import bound, window_end, window_start
from adapter.storage.tables import permit
from adapter.storage.values import PermitRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from adapter.storage.values import PermitLike


_C = permit.c
_COLUMNS = (
    _C.recipient, _C.purpose, _C.del_, _C.emne, _C.deny, _C.samtykke, _C.regel, _C.valid_from, _C.valid_to
)  # fmt: skip


_OF_RECORD = select(*_COLUMNS).where(_C.record_id == bindparam("record_id")).order_by(_C.id)


def put(connection: Connection, record_id: str, rows: Iterable[PermitLike]) -> None:
    """Replace the permits of a sak."""
    wanted = [_row(record_id, row) for row in rows]
    connection.execute(delete(permit).where(permit.c.record_id == record_id))
    if wanted:
        connection.execute(insert(permit), wanted)


def of_record(connection: Connection, record_id: str) -> list[PermitRow]:
    """The permits of a sak, in the order they were stored."""
    query = select(*_COLUMNS).where(permit.c.record_id == record_id).order_by(permit.c.id)
    return [PermitRow(*row[:7], Window(bound(row[7]), bound(row[8]))) for row in connection.execute(query)]


def records_naming(connection: Connection, recipient: str) -> list[str]:
    """The ids of saker with a permit or a deny of a recipient."""
    named = select(permit.c.record_id).where(permit.c.recipient == recipient).distinct()
    return list(connection.execute(named.order_by(permit.c.record_id)).scalars())


def _row(record_id: str, row: PermitLike) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "recipient": row.recipient,
        "purpose": row.purpose,
        "del_": row.del_,
        "emne": row.emne,
        "deny": row.deny,
        "samtykke": row.samtykke,
        "regel": row.regel,
        "valid_from": window_start(row.window.low),
        "valid_to": window_end(row.window.high),
    }

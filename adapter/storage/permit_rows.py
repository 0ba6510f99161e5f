"""The permits and denies of a sak, flattened to rows at its last write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from adapter.record.windows import Window
from adapter.storage.instants import bound, window_end, window_start
from adapter.storage.tables import permit
from adapter.storage.values import PermitRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from adapter.storage.values import PermitLike


def put(connection: Connection, record_id: str, rows: Iterable[PermitLike]) -> bool:
    """Replace the permits of a sak; returns whether they changed."""
    wanted = [_row(record_id, row) for row in rows]
    if wanted == _stored(connection, record_id):
        return False
    connection.execute(delete(permit).where(permit.c.record_id == record_id))
    if wanted:
        connection.execute(insert(permit), wanted)
    return True


def of_record(connection: Connection, record_id: str) -> list[PermitRow]:
    """The permits of a sak, in the order they were stored."""
    return [
        PermitRow(
            row["recipient"],
            row["purpose"],
            row["del_"],
            row["emne"],
            row["deny"],
            row["samtykke"],
            row["regel"],
            Window(bound(row["valid_from"]), bound(row["valid_to"])),
        )
        for row in _stored(connection, record_id)
    ]


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


def _stored(connection: Connection, record_id: str) -> list[dict[str, Any]]:
    columns = [column.label(column.key) for column in permit.c if column.key != "id"]
    query = select(*columns).where(permit.c.record_id == record_id).order_by(permit.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]

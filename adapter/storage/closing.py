"""Ends publications: erases, supersedes or closes rows, or limits their window to a later instant.

No function opens a row: a closed row stays closed and a window is only shortened, so a later publication
cannot bring back an earlier one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, delete, update

from adapter.storage import search_keys
from adapter.storage.instants import FOREVER, to_micros
from adapter.storage.publication_plan import Key
from adapter.storage.tables import publication

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

_P = publication.c
_KEY = (_P.recipient, _P.purpose, _P.type, _P.resource_id)


def erase(connection: Connection, ids: list[int]) -> None:
    """Delete rows that no recipient was shown."""
    if ids:
        search_keys.erase(connection, ids)
        connection.execute(delete(publication).where(publication.c.id.in_(ids)))


def supersede(connection: Connection, record: tuple[str, str], ids: list[int], seq: int) -> None:
    """Make rows of a record history from change ``seq`` on."""
    if ids:
        connection.execute(update(publication).where(publication.c.id.in_(ids)).values(to_seq=seq))
        search_keys.supersede(connection, record, ids, seq)


def close(
    connection: Connection, record: tuple[str, str], recipient: str, kept: list[int], reason: str, seq: int
) -> set[Key]:
    """Close all rows of a recipient of a record except those kept; returns the keys of the closed rows."""
    until = case((_P.to_seq > seq, seq), else_=_P.to_seq)
    closing = (
        update(publication)
        .where(_not_closed(record, recipient), _P.id.not_in(kept))
        .values(closed_seq=seq, reason=reason, to_seq=until)
        .returning(*_KEY)
    )
    return {Key(*row) for row in connection.execute(closing)}


def limit(connection: Connection, record: tuple[str, str], until: Mapping[str, datetime]) -> set[Key]:
    """End the history of a record for recipients at an instant; returns the keys of the shortened rows.

    A tombstone is history too; an open row ends with its own window.
    """
    limited: set[Key] = set()
    for recipient, instant in until.items():
        end = to_micros(instant)
        shortening = (
            update(publication)
            .where(_not_closed(record, recipient), (_P.to_seq < FOREVER) | _P.deleted, _P.valid_to > end)
            .values(valid_to=end)
            .returning(*_KEY)
        )
        limited |= {Key(*row) for row in connection.execute(shortening)}
    return limited


def _not_closed(record: tuple[str, str], recipient: str) -> ColumnElement[bool]:
    kind, id_ = record
    return (_P.kind == kind) & (_P.record_id == id_) & (_P.recipient == recipient) & _P.closed_seq.is_(None)

"""Ends publications: erases, supersedes or closes rows, or limits their window to a later instant.

No function opens a row: a closed row stays closed and a window is only shortened, so a later publication
cannot bring back an earlier one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, and_, bindparam, case, delete, update

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
        connection.execute(_ERASE, {"ids": ids})


def supersede(connection: Connection, record: tuple[str, str], ids: list[int], seq: int) -> None:
    """Make rows of a record history from change ``seq`` on."""
    if ids:
        connection.execute(_SUPERSEDE, {"ids": ids, "seq": seq})
        search_keys.supersede(connection, record, ids, seq)


def close(
    connection: Connection, record: tuple[str, str], recipient: str, kept: list[int], reason: str, seq: int
) -> set[Key]:
    """Close all rows of a recipient of a record except those kept; returns the keys of the closed rows."""
    named = {"of_kind": record[0], "of_record": record[1], "recipients": [recipient]}
    closing = {**named, "kept": kept, "why": reason, "seq": seq}
    return {Key(*row) for row in connection.execute(_CLOSE, closing)}


def limit(connection: Connection, record: tuple[str, str], until: Mapping[str, datetime]) -> set[Key]:
    """End the history of a record for recipients at an instant; returns the keys of the shortened rows.

    A tombstone is history too; an open row ends with its own window.
    """
    limited: set[Key] = set()
    for instant in sorted(set(until.values())):
        recipients = [recipient for recipient, end in until.items() if end == instant]
        named = {
            "of_kind": record[0],
            "of_record": record[1],
            "recipients": recipients,
            "end": to_micros(instant),
        }
        limited |= {Key(*row) for row in connection.execute(_LIMIT, named)}
    return limited


def _not_closed() -> ColumnElement[bool]:
    """The condition of rows of a record to recipients that are not closed."""
    return and_(
        _P.kind == bindparam("of_kind"),
        _P.record_id == bindparam("of_record"),
        _P.recipient.in_(bindparam("recipients", expanding=True)),
        _P.closed_seq.is_(None),
    )


_LISTED = _P.id.in_(bindparam("ids", expanding=True))
_ERASE = delete(publication).where(_LISTED)
_SUPERSEDE = update(publication).where(_LISTED).values(to_seq=bindparam("seq"))
_SEQ, _END = bindparam("seq", type_=BigInteger), bindparam("end", type_=BigInteger)
_CLOSE = (
    update(publication)
    .where(_not_closed(), _P.id.not_in(bindparam("kept", expanding=True)))
    .values(closed_seq=_SEQ, reason=bindparam("why"), to_seq=case((_P.to_seq > _SEQ, _SEQ), else_=_P.to_seq))
    .returning(*_KEY)
)
_LIMIT = (
    update(publication)
    .where(_not_closed(), (_P.to_seq < FOREVER) | _P.deleted, _P.valid_to > _END)
    .values(valid_to=_END)
    .returning(*_KEY)
)

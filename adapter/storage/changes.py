"""The clock that numbers changes, and the changes with their notes.

``seq`` orders all changes as they were committed, because a writer holds the clock to the end of its
transaction: with a bare database sequence, a reader could see change 8 before 7 has committed.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, bindparam, case, insert, select, update

from adapter.storage.instants import from_micros
from adapter.storage.tables import change, clock, record_version, secret
from adapter.storage.values import Change, ChangeNote, Touched

if TYPE_CHECKING:
    from sqlalchemy import Connection


_LATER = case((clock.c.at > bindparam("now", type_=BigInteger), clock.c.at), else_=bindparam("now"))
_TICK = update(clock).values(seq=clock.c.seq + 1, at=_LATER).returning(clock.c.seq, clock.c.at)
_LAST = select(clock.c.seq, clock.c.at)
_ADD = insert(change)


def tick(connection: Connection, at: int) -> tuple[int, int]:
    """Take the clock, and with it the right to write; returns the number and instant of the change.

    The instant never falls: if the computer's clock was set back, the instant is that of the last change.
    """
    seq, at = connection.execute(_TICK, {"now": at}).one()
    return seq, at


def now(connection: Connection) -> int:
    """The number of the last change, 0 before the first."""
    seq: int = connection.execute(select(clock.c.seq)).scalar_one()
    return seq


def last(connection: Connection) -> tuple[int, int]:
    """Number and instant of the last change; 0 and the instant of the database before the first."""
    seq, at = connection.execute(_LAST).one()
    return seq, at


def epoke(connection: Connection) -> str:
    """The name of the database between two restores."""
    name: str = connection.execute(select(clock.c.epoke)).scalar_one()
    return name


def put_projection(connection: Connection, number: int) -> None:
    """Store the number of the projection that the publications are made by."""
    connection.execute(update(clock).values(projection=number))


def put(connection: Connection, seq: int, at: int, note: ChangeNote) -> None:
    """Store the note of a change."""
    row = {
        "seq": seq,
        "at": at,
        "caller": note.caller,
        "person": note.person,
        "organisation": note.organisation,
        "purpose": note.purpose,
        "request_id": note.request_id,
        "interaction": note.interaction,
    }
    connection.execute(_ADD, row)


def since(connection: Connection, after: int, count: int) -> list[Change]:
    """Up to ``count`` changes with numbers above ``after``, in order, with the record versions they made."""
    wanted = select(change).where(change.c.seq > after).order_by(change.c.seq).limit(count).subquery()
    made = record_version.c
    query = (
        select(wanted, made.kind, made.id, made.version)
        .outerjoin(record_version, made.seq == wanted.c.seq)
        .order_by(wanted.c.seq, made.kind, made.id)
    )
    changes = []
    for _, rows in groupby(connection.execute(query), key=lambda row: row.seq):
        made_by, *others = rows
        touched = tuple(Touched(row.kind, row.id, row.version) for row in (made_by, *others) if row.kind)
        changes.append(Change(made_by.seq, from_micros(made_by.at), ChangeNote(*made_by[2:8]), touched))
    return changes


_VALUE = select(secret.c.value).where(secret.c.name == bindparam("name")).scalar_subquery()
_SECRET = select(clock.c.seq, _VALUE)


def with_secret(connection: Connection, name: str) -> tuple[int, bytes]:
    """The number of the last change, and a secret: random bytes, made once for this database.

    Raises:
        KeyError: there is no secret of that name.
    """
    seq, value = connection.execute(_SECRET, {"name": name}).one()
    if value is None:
        raise KeyError(name)
    return seq, value

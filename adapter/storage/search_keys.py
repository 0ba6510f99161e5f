"""The register of search keys: identifiers, persons and names of publications, for each recipient by itself.

A look-up by key reads rows of its own recipients alone, so it takes no longer if much is hidden, and open
rows alone (``to_seq``), so it takes no longer if much has been superseded. A superseded publication
keeps its keys while a page link may still ask for the state before it; a closed or erased one has none.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, insert, select, update

from adapter.fhir.search.parameters import is_key
from adapter.storage.index_keys import indexed, name_key
from adapter.storage.instants import FOREVER
from adapter.storage.tables import change, publication, publication_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection

    from adapter.fhir.search.index import IndexRow

PAGES_LIVE = timedelta(hours=1)
"""The time from a first page to the end of all its page links, which search as of the first page."""

_MARGIN = timedelta(minutes=5)
"""The clocks of two machines differ, and a write takes its instant before it waits for its turn."""

_KEPT = (PAGES_LIVE + _MARGIN) // timedelta(microseconds=1)
_K = publication_key.c


class Keyed(NamedTuple):
    """A publication with its index rows; ``to_seq`` is FOREVER while it is open."""

    id: int
    recipient: str
    type: str
    rows: Sequence[IndexRow]
    record: tuple[str, str]
    to_seq: int = FOREVER


def put(connection: Connection, publications: Iterable[Keyed]) -> None:
    """Store the keys of publications."""
    rows = [
        {
            "publication": one.id,
            "recipient": one.recipient,
            "type": one.type,
            "param": param,
            "system": system,
            "value": value,
            "to_seq": one.to_seq,
            "superseded_in": None if one.to_seq == FOREVER else _named(one.record),
        }
        for one in publications
        for param, system, value in dict.fromkeys(_keys(one))
    ]
    if rows:
        connection.execute(insert(publication_key), rows)


def _keys(one: Keyed) -> Iterator[tuple[str, str, str]]:
    """Parameter, system and value of each key; two long names can have one key."""
    for row in one.rows:
        if is_key(one.type, row.param, row.kind):
            value = row.value or ""
            yield (
                row.param,
                indexed(row.system or ""),
                name_key(value) if row.kind == "string" else indexed(value),
            )


def supersede(connection: Connection, record: tuple[str, str], ids: list[int], seq: int) -> None:
    """Keep the keys of superseded publications of a record for searches as of a change before ``seq``."""
    ending = update(publication_key).where(_K.publication.in_(ids))
    connection.execute(ending.values(to_seq=seq, superseded_in=_named(record)))


def erase(connection: Connection, ids: list[int]) -> None:
    """Delete the keys of publications that no recipient was shown."""
    connection.execute(delete(publication_key).where(_K.publication.in_(ids)))


def erase_closed(
    connection: Connection, record: tuple[str, str], recipients: Iterable[str], seq: int
) -> None:
    """Delete the keys of the publications of a record that change ``seq`` has closed for recipients."""
    closed = select(publication.c.id).where(
        publication.c.kind == record[0],
        publication.c.record_id == record[1],
        publication.c.recipient.in_(list(recipients)),
        publication.c.closed_seq == seq,
    )
    connection.execute(delete(publication_key).where(_K.publication.in_(closed)))


def erase_unreachable(connection: Connection, record: tuple[str, str], at: int) -> None:
    """Delete the keys of a record that no page link can reach at instant ``at``.

    Only the record that is written is looked at, so the time of a write does not depend on other records.
    """
    unreachable = (_K.superseded_in == _named(record)) & (_K.to_seq <= _last_unreachable(at))
    connection.execute(delete(publication_key).where(unreachable))


def reachable(at: int) -> ColumnElement[bool]:
    """The condition that a publication has keys at ``at``: it is open, or was superseded recently."""
    ended = publication.c.to_seq <= _last_unreachable(at)
    return publication.c.closed_seq.is_(None) & ended.is_not(True)


def _last_unreachable(at: int) -> ColumnElement[int]:
    """The newest change whose superseded publications no page link can reach; NULL if there is none."""
    old = select(change.c.seq).where(change.c.at <= at - _KEPT)
    return old.order_by(change.c.at.desc(), change.c.seq.desc()).limit(1).scalar_subquery()


def _named(record: tuple[str, str]) -> str:
    return "/".join(record)

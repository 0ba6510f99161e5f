"""The condition that selects a caller's publications; every read and search is built on it.

A caller acts as several recipients, the most specific first (a named professional, the unit, the organisation
above it). For each record, only the most specific recipient with a publication of it now counts, so that the
permit of an organisation does not undo the deny of a person.

The SQL is the same for every caller with the same number of recipients, and parameters hold the rest. It is
built once, because building it takes longer than running it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Text, and_, bindparam, literal_column, not_, select

from adapter.storage.instants import FOREVER
from adapter.storage.tables import publication

if TYPE_CHECKING:
    from sqlalchemy import BindParameter, ColumnElement, FromClause

CURRENT = FOREVER - 1
"""The ``as_of`` of the newest change: rows that no other row has superseded."""

_OPEN: ColumnElement[int] = literal_column(str(FOREVER), BigInteger)
"""A literal: without the values, PostgreSQL would not know that almost every row is open."""

ANY_PURPOSE = ""
"""The purpose of a publication that holds whatever the caller's purpose."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The recipients of a caller, the most specific first, its purpose, the instant and the change."""

    recipients: tuple[str, ...]
    purpose: str
    now: int
    as_of: int = CURRENT

    @property
    def width(self) -> int:
        """The number of recipients, on which the SQL depends."""
        return len(self.recipients)

    def parameters(self) -> dict[str, Any]:
        """The parameters of the conditions in this module."""
        named = {f"recipient_{place}": recipient for place, recipient in enumerate(self.recipients)}
        purposes = {"purpose": self.purpose, "any_purpose": ANY_PURPOSE}
        return {**named, **purposes, "now": self.now, "as_of": self.as_of}


def text(name: str) -> BindParameter[str]:
    """A text parameter of the plain type; the column's own type would repeat its collation in the SQL."""
    return bindparam(name, type_=Text)


def number(name: str) -> BindParameter[int]:
    """A parameter for an instant or a change number."""
    return bindparam(name, type_=BigInteger)


def _recipients(width: int) -> list[BindParameter[str]]:
    return [text(f"recipient_{place}") for place in range(width)]


@lru_cache
def ours(rows: FromClause, width: int) -> ColumnElement[bool]:
    """Is a row (of publication or publication_key, or an alias) for one of the caller's recipients?"""
    return rows.c.recipient.in_(_recipients(width))


@lru_cache
def open_to(rows: FromClause, place: int) -> ColumnElement[bool]:
    """Is a row of publication open, for the recipient at ``place``, and visible now?

    Only open rows have an order in an index, which SQLite uses if nothing else limits ``to_seq``.
    """
    recipients = _recipients(place + 1)
    more_specific = (_has_of(rows, recipient) for recipient in recipients[:place])
    here = and_(rows.c.recipient == recipients[place], rows.c.to_seq == _OPEN)
    return and_(here, _begun(rows), *map(not_, more_specific))


@lru_cache
def superseded(rows: FromClause, width: int) -> ColumnElement[bool]:
    """Is a row of publication ``ours``, of the type, superseded since ``as_of``, and visible now?

    Together with ``open_to`` of each recipient it holds for the rows that are ``ours`` and ``shown``. The few
    rows are looked up first, so that no other index, in the order of the page, is walked for them.
    """
    ended = publication.alias("e")
    since = select(ended.c.id).where(
        ours(ended, width), ended.c.type == text("type"), _stood(ended), ended.c.to_seq < _OPEN
    )
    return and_(rows.c.id.in_(since), shown(rows, width))


@lru_cache
def shown(rows: FromClause, width: int) -> ColumnElement[bool]:
    """Is a row of publication (or an alias) that is ``ours`` visible now? Tombstones are visible too."""
    recipients = _recipients(width)
    hidden = [
        and_(rows.c.recipient.in_(recipients[place + 1 :]), _has_of(rows, recipients[place]))
        for place in range(width - 1)
    ]
    return and_(_holds(rows), *(not_(more_specific) for more_specific in hidden))


def _has_of(rows: FromClause, recipient: BindParameter[str]) -> ColumnElement[bool]:
    """Does this recipient have a publication of the same record now, other than a tombstone?

    OFFSET makes PostgreSQL look up this record alone, and not go through all rows of the recipient.
    """
    other = publication.alias("o")
    found = select(other.c.id).where(
        other.c.kind == rows.c.kind,
        other.c.record_id == rows.c.record_id,
        other.c.recipient == recipient,
        _holds(other),
        ~other.c.deleted,
    )
    return found.correlate(rows).offset(0).exists()


def _holds(rows: FromClause) -> ColumnElement[bool]:
    return and_(_stood(rows), _begun(rows))


def _stood(rows: FromClause) -> ColumnElement[bool]:
    """Had no other row superseded the row ``as_of``? That of an open row holds whatever ``as_of``."""
    return rows.c.to_seq > number("as_of")


def _begun(rows: FromClause) -> ColumnElement[bool]:
    """Is a row that stood given for the purpose, and now?"""
    return and_(
        rows.c.purpose.in_([text("any_purpose"), text("purpose")]),
        rows.c.from_seq <= number("as_of"),
        rows.c.closed_seq.is_(None),
        rows.c.valid_from <= number("now"),
        rows.c.valid_to > number("now"),
    )

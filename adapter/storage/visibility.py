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

from sqlalchemy import BigInteger, Text, and_, bindparam, not_, select

from adapter.storage.instants import FOREVER
from adapter.storage.tables import publication

if TYPE_CHECKING:
    from sqlalchemy import BindParameter, ColumnElement, FromClause

CURRENT = FOREVER - 1
"""The ``as_of`` of the newest change: rows that no other row has superseded."""

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
def theirs(rows: FromClause, place: int) -> ColumnElement[bool]:
    """Is a row of publication for the recipient at ``place``, and visible now? Tombstones are visible too."""
    recipients = _recipients(place + 1)
    more_specific = (_has_of(rows, recipient) for recipient in recipients[:place])
    return and_(rows.c.recipient == recipients[place], _holds(rows), *map(not_, more_specific))


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
    return and_(
        rows.c.purpose.in_([text("any_purpose"), text("purpose")]),
        rows.c.from_seq <= number("as_of"),
        rows.c.to_seq > number("as_of"),
        rows.c.closed_seq.is_(None),
        rows.c.valid_from <= number("now"),
        rows.c.valid_to > number("now"),
    )

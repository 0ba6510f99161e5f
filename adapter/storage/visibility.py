"""What a caller may see of the publications: the one condition every read and search is built on.

A caller stands for several recipients, the most specific first (a named professional, the unit, the
organisation above it). Of each record only the most specific one counts that something of it is published
to now, so that a deny to a person is not undone by the permit of the organisation.

The condition is the same SQL for every caller with as many recipients, with parameters for the rest; it is
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
"""As of the newest change: what no other row has superseded."""

ANY_PURPOSE = ""
"""The purpose of a publication that holds whatever the caller's purpose."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks (recipients, the most specific first), for what, at what instant, as of which change."""

    recipients: tuple[str, ...]
    purpose: str
    now: int
    as_of: int = CURRENT

    @property
    def width(self) -> int:
        """How many recipients: what the SQL depends on."""
        return len(self.recipients)

    def parameters(self) -> dict[str, Any]:
        """What the conditions of this module are asked with."""
        named = {f"recipient_{place}": recipient for place, recipient in enumerate(self.recipients)}
        purposes = {"purpose": self.purpose, "any_purpose": ANY_PURPOSE}
        return {**named, **purposes, "now": self.now, "as_of": self.as_of}


def text(name: str) -> BindParameter[str]:
    """A text parameter; of the plain type, as the column's own would say its collation each time."""
    return bindparam(name, type_=Text)


def number(name: str) -> BindParameter[int]:
    """A parameter for an instant or a change number."""
    return bindparam(name, type_=BigInteger)


def _recipients(width: int) -> list[BindParameter[str]]:
    return [text(f"recipient_{place}") for place in range(width)]


@lru_cache
def ours(rows: FromClause, width: int) -> ColumnElement[bool]:
    """Is a row (of publication or publication_key, or an alias) one of the caller's recipients'?"""
    return rows.c.recipient.in_(_recipients(width))


@lru_cache
def shown(rows: FromClause, width: int) -> ColumnElement[bool]:
    """Is a row of publication (or an alias) that is ``ours`` to be seen? Tombstones are too."""
    recipients = _recipients(width)
    hidden = [
        and_(rows.c.recipient.in_(recipients[place + 1 :]), _has_of(rows, recipients[place]))
        for place in range(width - 1)
    ]
    return and_(_holds(rows), *(not_(more_specific) for more_specific in hidden))


def _has_of(rows: FromClause, recipient: BindParameter[str]) -> ColumnElement[bool]:
    """Has this recipient something live of the same record?

    OFFSET keeps PostgreSQL to asking for the record at hand, and from going through all of the recipient's.
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

"""What a caller may see of the publications: the one condition every read and search is built on.

A caller stands for several recipients, the most specific first (a named professional, the unit, the
organisation above it). Of each record only the most specific one counts that something of it is published
to now, so that a deny to a person is not undone by the permit of the organisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, exists, true

from adapter.storage.instants import FOREVER
from adapter.storage.tables import publication

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause

CURRENT = FOREVER - 1
"""As of the newest change: what no other row has superseded."""

ANY_PURPOSE = ""
"""The purpose of a publication that holds whatever the caller's purpose."""


@dataclass(frozen=True, slots=True)
class View:
    """Who looks (recipients, the most specific first), for what, at what instant, as of which change."""

    recipients: tuple[str, ...]
    purpose: str
    now: int
    as_of: int = CURRENT

    def shown(self, rows: FromClause) -> ColumnElement[bool]:
        """Is a row of ``rows`` (publication or an alias of it) this caller's to see? Tombstones are too."""
        return and_(
            rows.c.recipient.in_(self.recipients),
            self._holds(rows),
            ~self._given_more_specifically(rows),
        )

    def _holds(self, rows: FromClause) -> ColumnElement[bool]:
        return and_(
            rows.c.purpose.in_((ANY_PURPOSE, self.purpose)),
            rows.c.from_seq <= self.as_of,
            rows.c.to_seq > self.as_of,
            rows.c.closed_seq.is_(None),
            rows.c.valid_from <= self.now,
            rows.c.valid_to > self.now,
        )

    def _given_more_specifically(self, rows: FromClause) -> ColumnElement[bool]:
        if len(self.recipients) == 1:
            return ~true()
        other = publication.alias()
        return exists().where(
            other.c.kind == rows.c.kind,
            other.c.record_id == rows.c.record_id,
            other.c.recipient.in_(self.recipients[:-1]),
            self.rank(other) < self.rank(rows),
            self._holds(other),
            ~other.c.deleted,
        )

    def rank(self, rows: FromClause) -> ColumnElement[int]:
        """Where the recipient of a row stands among the caller's; 0 is the most specific."""
        places = {recipient: place for place, recipient in enumerate(self.recipients)}
        return case(places, value=rows.c.recipient, else_=len(places))

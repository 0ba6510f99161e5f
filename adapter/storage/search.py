"""A search as SQL over what the caller was given; what it was not given takes no part, nor any time.

Every search starts from publications to the caller's recipients: from their register of keys when the query
names one (an identifier, a person), else from all of a type. The content index is only looked into for
rows found that way, so neither a total nor the time it takes tells what is hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select

from adapter.storage.criteria import by_register, matches
from adapter.storage.instants import to_micros
from adapter.storage.reading import COLUMNS, published
from adapter.storage.tables import blob, publication
from adapter.storage.values import Matches, Position
from adapter.storage.visibility import ours, shown

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from adapter.fhir.search.query import SearchQuery, Sort
    from adapter.storage.visibility import View

_P = publication.c


def search(
    connection: Connection, view: View, query: SearchQuery, count: int, after: Position | None
) -> Matches:
    """One page of what matches, in the query's order, and how many match in all.

    Args:
        connection: inside a transaction: the page and the total are of one snapshot.
        view: the caller; ``as_of`` fixes what later pages are taken from.
        query: what is asked.
        count: the most to give; 0 only counts.
        after: where the page before ended, None for the first.
    """
    condition = and_(_candidates(view, query), shown(publication, view.width), ~_P.deleted)
    parameters = view.parameters()
    found = []
    if count:
        page = (
            select(*COLUMNS)
            .select_from(publication.join(blob, blob.c.id == _P.blob))
            .where(condition)
            .order_by(*(_order(sort) for sort in query.sort))
            .limit(count + 1)
        )
        if after is not None:
            page = page.where(_beyond(query.sort, after))
        found = [published(row) for row in connection.execute(page, parameters)]
    if count and after is None and len(found) <= count:
        return Matches(found, len(found), None)
    counted = select(func.count()).select_from(publication).where(condition)
    total = connection.execute(counted, parameters).scalar_one()
    following = None
    if len(found) > count > 0:
        last = found[count - 1]
        following = (to_micros(last.last_updated), last.id)
    return Matches(found[:count], total, following)


def _candidates(view: View, query: SearchQuery) -> ColumnElement[bool]:
    """What the caller's recipients have that meets the criteria.

    Where a criterion is looked up in the register of keys, that has seen to recipient and type; said again,
    they would tempt SQLite to go through all of the type.
    """
    met = [matches(view, query.type, criterion) for criterion in query.criteria]
    if any(by_register(criterion) for criterion in query.criteria):
        return and_(*met)
    return and_(ours(publication, view.width), _P.type == query.type, *met)


_SORTED_BY = {"_id": _P.resource_id, "_lastUpdated": _P.updated}


def _order(sort: Sort) -> ColumnElement[object]:
    column = _SORTED_BY[sort.by]
    return column.desc() if sort.descending else column.asc()


def _beyond(sorts: tuple[Sort, ...], after: Position) -> ColumnElement[bool]:
    """Rows that come later in the order than the row at ``after``."""
    place = {"_lastUpdated": after[0], "_id": after[1]}
    later: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for sort in sorts:
        column, value = _SORTED_BY[sort.by], place[sort.by]
        later.append(and_(*equal, column < value if sort.descending else column > value))
        equal.append(column == value)
    return or_(*later)

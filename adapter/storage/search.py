"""Search as SQL over the publications to a caller's recipients; hidden resources take no part and no time.

Every search starts from those publications: from the recipients' register of keys if the query has a key (an
identifier, a person), else from all publications of the type. The content index is read only for rows found
that way, so neither a total nor the time of a search reveals hidden resources.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from adapter.fhir.search.parameter_values import Target
from adapter.fhir.search.query import Criterion, SearchQuery
from adapter.storage import criteria
from adapter.storage.given import COLUMNS, published
from adapter.storage.instants import to_micros
from adapter.storage.tables import blob, publication
from adapter.storage.values import Matches, Position
from adapter.storage.visibility import number, ours, shown, text

if TYPE_CHECKING:
    from collections.abc import Hashable

    from sqlalchemy import ColumnElement, Connection, Select

    from adapter.fhir.search.results import Sort
    from adapter.storage.visibility import Viewer

_P = publication.c


def search(
    connection: Connection, view: Viewer, query: SearchQuery, count: int, after: Position | None
) -> Matches:
    """One page of matches in the query's order, with the total.

    Args:
        connection: a connection in a transaction, so that page and total are of one snapshot.
        view: the caller; ``as_of`` fixes the state that later pages are taken from.
        query: the parsed query.
        count: the largest number of matches on the page; 0 returns the total alone.
        after: the position where the page before ended, None for the first page.
    """
    query = replace(query, criteria=tuple(_unchained(connection, view, one) for one in query.criteria))
    if any(criterion.missing is None and not criterion.values for criterion in query.criteria):
        return Matches([], 0, None)
    asked = _Asked.of(view, query, goes_on=after is not None)
    parameters = view.parameters()
    for place, criterion in _placed(query):
        parameters |= criteria.parameters(place, criterion)
    found = []
    if count:
        paged = {**parameters, "count": count + 1}
        if after is not None:
            paged |= {"after_updated": after[0], "after_id": after[1]}
        found = [published(row) for row in connection.execute(_page(asked), paged)]
    if count and after is None and len(found) <= count:
        return Matches(found, len(found), None)
    total = connection.execute(_total(asked), parameters).scalar_one()
    following = None
    if len(found) > count > 0:
        last = found[count - 1]
        following = (to_micros(last.last_updated), last.id)
    return Matches(found[:count], total, following)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The shape of a search, on which its SQL depends; the values in ``query`` do not matter."""

    width: int
    type: str
    criteria: tuple[Hashable, ...]
    sort: tuple[Sort, ...]
    goes_on: bool
    query: SearchQuery = field(compare=False)

    @classmethod
    def of(cls, view: Viewer, query: SearchQuery, *, goes_on: bool) -> _Asked:
        shapes = tuple(map(criteria.shape, query.criteria))
        return cls(view.width, query.type, shapes, query.sort, goes_on, query)


def _unchained(connection: Connection, view: Viewer, criterion: Criterion) -> Criterion:
    """A chained criterion, replaced by a criterion on the ids of its targets that the caller sees."""
    if criterion.chained is None:
        return criterion
    own = Criterion(criterion.chained, criterion.values)
    query = SearchQuery(str(criterion.target), (own,))
    parameters = view.parameters() | criteria.parameters("c0", own)
    found = connection.execute(_ids(_Asked.of(view, query, goes_on=False)), parameters).scalars()
    return Criterion(criterion.parameter, tuple(Target(criterion.target, id_) for id_ in found))


@lru_cache(maxsize=256)
def _ids(asked: _Asked) -> Select[Any]:
    return select(_P.resource_id).where(_condition(asked)).order_by(_P.resource_id)


def _placed(query: SearchQuery) -> list[tuple[str, Any]]:
    return [(f"c{place}", criterion) for place, criterion in enumerate(query.criteria)]


@lru_cache(maxsize=256)
def _page(asked: _Asked) -> Select[Any]:
    page = (
        select(*COLUMNS)
        .select_from(publication.join(blob, blob.c.id == _P.blob))
        .where(_condition(asked))
        .order_by(*(_order(sort) for sort in asked.sort))
        .limit(number("count"))
    )
    return page.where(_beyond(asked.sort)) if asked.goes_on else page


@lru_cache(maxsize=256)
def _total(asked: _Asked) -> Select[Any]:
    return select(func.count()).select_from(publication).where(_condition(asked))


def _condition(asked: _Asked) -> ColumnElement[bool]:
    """The condition that a publication meets the criteria and is visible to the caller.

    A criterion looked up in the register of keys already limits recipient and type; repeated, the limit would
    make SQLite go through all publications of the type.
    """
    placed = _placed(asked.query)
    met = [criteria.matches(asked.width, asked.type, place, criterion) for place, criterion in placed]
    seen = and_(*met, shown(publication, asked.width), ~_P.deleted)
    if any(criteria.by_register(criterion) for criterion in asked.query.criteria):
        return seen
    return and_(ours(publication, asked.width), _P.type == asked.type, seen)


_SORTED_BY = {"_id": _P.resource_id, "_lastUpdated": _P.updated}
_PLACE = {
    "_id": text("after_id"),
    "_lastUpdated": number("after_updated"),
}


def _order(sort: Sort) -> ColumnElement[object]:
    column = _SORTED_BY[sort.by]
    return column.desc() if sort.descending else column.asc()


def _beyond(sorts: tuple[Sort, ...]) -> ColumnElement[bool]:
    """The condition that a row comes after the position where the page before ended."""
    later: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for sort in sorts:
        column, value = _SORTED_BY[sort.by], _PLACE[sort.by]
        later.append(and_(*equal, column < value if sort.descending else column > value))
        equal.append(column == value)
    return or_(*later)

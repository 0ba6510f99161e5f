"""Search in the publications to a caller's recipients; hidden resources take no part and no time.

Every search starts from those publications: from the recipients' register of keys if the query has a key (an
identifier, a person, a name that few have), else from all publications of the type, in the order of the page.
The content index is read only for rows found that way, so neither a total nor the time of a search reveals
hidden resources.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapter.fhir.search.parameter_values import Target
from adapter.fhir.search.query import Criterion, SearchQuery
from adapter.storage import criteria, search_statements
from adapter.storage.given import published
from adapter.storage.instants import to_micros
from adapter.storage.search_statements import COMMON, Asked
from adapter.storage.values import Matches, Position

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adapter.storage.visibility import Viewer


def search(
    connection: Connection, view: Viewer, query: SearchQuery, count: int, after: Position | None
) -> Matches:
    """One page of matches in the query's order, with the total if the query asks for it.

    Args:
        connection: a connection in a transaction, so that page and total are of one snapshot.
        view: the caller; ``as_of`` fixes the state that later pages are taken from.
        query: the parsed query.
        count: the largest number of matches on the page; 0 returns the total alone.
        after: the position where the page before ended, None for the first page.
    """
    query = replace(query, criteria=tuple(_unchained(connection, view, one) for one in query.criteria))
    if any(criterion.missing is None and not criterion.values for criterion in query.criteria):
        return Matches([], 0 if query.total else None, None)
    parameters = _parameters(view, query)
    found = []
    if count:
        paged = {**parameters, "count": count + 1}
        if after is not None:
            paged |= {"after_updated": after[0], "after_id": after[1]}
        keyed = _keys(query) or _rare_name(connection, view, query, parameters)
        asked = Asked.of(view.width, query, keyed, goes_on=after is not None)
        found = [published(row) for row in connection.execute(search_statements.page(asked), paged)]
    following = None
    if len(found) > count > 0:
        last = found[count - 1]
        following = (to_micros(last.last_updated), last.id)
    if not query.total:
        return Matches(found[:count], None, following)
    if count and after is None and following is None:
        return Matches(found, len(found), None)
    asked = Asked.of(view.width, query, _keys(query) or _names(query))
    total = connection.execute(search_statements.total(asked), parameters).scalar_one()
    return Matches(found[:count], total, following)


def _unchained(connection: Connection, view: Viewer, criterion: Criterion) -> Criterion:
    """A chained criterion, replaced by a criterion on the ids of its targets that the caller sees."""
    if criterion.chained is None:
        return criterion
    query = SearchQuery(str(criterion.target), (Criterion(criterion.chained, criterion.values),))
    asked = Asked.of(view.width, query, _keys(query))
    found = connection.execute(search_statements.ids(asked), _parameters(view, query)).scalars()
    return Criterion(criterion.parameter, tuple(Target(criterion.target, id_) for id_ in found))


def _parameters(view: Viewer, query: SearchQuery) -> dict[str, Any]:
    named = {**view.parameters(), "type": query.type}
    for place, criterion in enumerate(query.criteria):
        named |= criteria.parameters(f"c{place}", criterion)
    return named


def _keys(query: SearchQuery) -> frozenset[int]:
    """The places of the criteria that name an identifier or a person."""
    return frozenset(place for place, one in enumerate(query.criteria) if criteria.is_key(one))


def _names(query: SearchQuery) -> frozenset[int]:
    """The places of the criteria that give the beginning of a name."""
    return frozenset(place for place, one in enumerate(query.criteria) if criteria.is_name(one))


def _rare_name(
    connection: Connection, view: Viewer, query: SearchQuery, parameters: dict[str, Any]
) -> frozenset[int]:
    """The place of the first name that few of the caller's publications have; none if all are common.

    Few are looked up and sorted; for a common name, a page is full before many publications are tested.
    """
    for place in sorted(_names(query)):
        keyed = frozenset({place})
        asked = Asked.of(view.width, query, keyed)
        keys = connection.execute(search_statements.commonness(asked), parameters).scalar_one()
        if keys < COMMON:
            return keyed
    return frozenset()

"""The statements of a search: one page, the total, the ids for a chain, and how common a name is.

A page is found in one of two ways. A *narrow* search names few publications (by id, or by a key in the
recipients' register): those are looked up and sorted. Any other search is *wide*: the index in the order of
the page is walked, for each recipient, merged, and each row is tested until the page is full.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, column, func, literal_column, or_, select, union_all

from adapter.storage import criteria
from adapter.storage.given import COLUMNS
from adapter.storage.tables import blob, publication
from adapter.storage.visibility import number, open_to, ours, shown, superseded, text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from sqlalchemy import ColumnElement, Select

    from adapter.fhir.search.query import SearchQuery
    from adapter.fhir.search.results import Sort

COMMON = 500
"""The number of keys from which a beginning of a name is common: walking finds a page of 20 sooner then."""

_P = publication.c


@dataclass(frozen=True, slots=True)
class Asked:
    """The shape of a search, on which its SQL depends; the values in ``query`` do not matter.

    ``keyed`` holds the places of the criteria that are looked up in the register of keys.
    """

    width: int
    type: str
    criteria: tuple[Hashable, ...]
    sort: tuple[Sort, ...]
    goes_on: bool
    keyed: frozenset[int]
    query: SearchQuery = field(compare=False)

    @classmethod
    def of(cls, width: int, query: SearchQuery, keyed: frozenset[int], *, goes_on: bool = False) -> Asked:
        """The shape of a query of a caller with ``width`` recipients."""
        shapes = tuple(map(criteria.shape, query.criteria))
        return cls(width, query.type, shapes, query.sort, goes_on, keyed, query)

    @property
    def wide(self) -> bool:
        """Are all publications of the type looked at, because no criterion names few of them?"""
        by_id = any(criterion.parameter.name == "_id" for criterion in self.query.criteria)
        return not self.keyed and not by_id

    def met(self) -> list[ColumnElement[bool]]:
        """The conditions that a publication meets each criterion."""
        return [
            _P.id.in_(criteria.registered(self.width, self.type, f"c{place}", criterion))
            if place in self.keyed
            else criteria.matches(f"c{place}", criterion)
            for place, criterion in enumerate(self.query.criteria)
        ]


@lru_cache(maxsize=256)
def page(asked: Asked) -> Select[Any]:
    """The matches in order; ``count`` limits them, ``after_updated`` and ``after_id`` begin a later page."""
    if asked.wide:
        return _walked(asked)
    found = (
        select(*COLUMNS).select_from(publication.join(blob, blob.c.id == _P.blob)).where(_condition(asked))
    )
    if asked.goes_on:
        found = found.where(_beyond(asked.sort))
    return found.order_by(*_order(asked.sort)).limit(number("count"))


def _walked(asked: Asked) -> Select[Any]:
    """The page of a wide search: the first open rows of each recipient, and the superseded ones, in order."""
    found = union_all(*_walks(asked)).order_by(*_order(asked.sort)).limit(number("count")).subquery("found")
    given = [found.c[one.name] if one.table is publication else one for one in COLUMNS]
    contents = found.join(blob, blob.c.id == found.c.blob)
    return select(*given).select_from(contents).order_by(*_order(asked.sort))


def _walks(asked: Asked) -> Iterator[Select[Any]]:
    """A walk over the open rows of each recipient, and the rows superseded since the first page, if any.

    Each walk has an order and a limit of its own: for the order of the union alone PostgreSQL sorts all.
    The position of the page comes first: of two bounds of a column SQLite takes the first, here the later.
    """
    columns = [*(one for one in COLUMNS if one.table is publication), _P.blob]
    beyond = [_beyond(asked.sort)] if asked.goes_on else []
    *of_each, ended = (select(*columns).where(*beyond, condition) for condition in _parts(asked))
    for place, rows in enumerate(of_each):
        yield select(rows.order_by(*_order(asked.sort)).limit(number("count")).subquery(f"of_{place}"))
    yield ended


def _parts(asked: Asked) -> Iterator[ColumnElement[bool]]:
    """The conditions of the matches of a wide search: the open ones of each recipient, and the superseded."""
    met = and_(~_P.deleted, *asked.met())
    for place in range(asked.width):
        yield and_(_P.type == text("type"), open_to(publication, place), met)
    yield and_(superseded(publication, asked.width), met)


@lru_cache(maxsize=256)
def total(asked: Asked) -> Select[Any]:
    """The number of matches."""
    conditions = _parts(asked) if asked.wide else [_condition(asked)]
    counts = [
        select(func.count()).select_from(publication).where(one).scalar_subquery() for one in conditions
    ]
    return select(sum(counts[1:], start=counts[0]))


@lru_cache(maxsize=256)
def ids(asked: Asked) -> Select[Any]:
    """The ids of all matches."""
    return select(_P.resource_id).where(_condition(asked)).order_by(_P.resource_id)


@lru_cache(maxsize=256)
def commonness(asked: Asked) -> Select[Any]:
    """The number of keys of the one criterion that is looked up, counted no further than ``COMMON``."""
    (place,) = asked.keyed
    keys = criteria.registered(asked.width, asked.type, f"c{place}", asked.query.criteria[place])
    return select(func.count()).select_from(keys.limit(literal_column(str(COMMON))).subquery("keys"))


def _condition(asked: Asked) -> ColumnElement[bool]:
    """The condition that a publication meets the criteria and is visible to the caller.

    A criterion looked up in the register of keys already limits recipient and type; repeated, the limit would
    make SQLite go through all publications of the type.
    """
    seen = and_(*asked.met(), shown(publication, asked.width), ~_P.deleted)
    if asked.keyed:
        return seen
    return and_(ours(publication, asked.width), _P.type == text("type"), seen)


_SORTED_BY = {"_id": _P.resource_id, "_lastUpdated": _P.updated}
_PLACE = {
    "_id": text("after_id"),
    "_lastUpdated": number("after_updated"),
}


def _order(sorts: tuple[Sort, ...]) -> list[ColumnElement[object]]:
    """The order, by the names that the columns have in every statement."""
    named: list[tuple[ColumnElement[object], bool]] = [
        (column(_SORTED_BY[sort.by].name), sort.descending) for sort in sorts
    ]
    return [by.desc() if descending else by.asc() for by, descending in named]


def _beyond(sorts: tuple[Sort, ...]) -> ColumnElement[bool]:
    """The condition that a row comes after the position where the page before ended.

    The bound of the first column, which the rest implies, is where an index is entered.
    """
    later: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for sort in sorts:
        by, value = _SORTED_BY[sort.by], _PLACE[sort.by]
        later.append(and_(*equal, by < value if sort.descending else by > value))
        equal.append(by == value)
    first, entered = _SORTED_BY[sorts[0].by], _PLACE[sorts[0].by]
    return and_(first <= entered if sorts[0].descending else first >= entered, or_(*later))

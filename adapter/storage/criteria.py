"""A search criterion as an SQL condition on publications, with its parameters.

A criterion with keys (an identifier, the person) is looked up in the register of the caller's own recipients;
any other criterion is tested on the content of each publication the caller already sees. The SQL depends on
the shape of a criterion alone; values are parameters, named after their place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, or_, select, true

from adapter.fhir.search.parameter_values import Moment, Target, Text, Token, Value
from adapter.storage.index_keys import indexed
from adapter.storage.instants import to_micros
from adapter.storage.tables import publication, publication_key, search_index
from adapter.storage.visibility import number, ours, text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from sqlalchemy import ColumnElement, FromClause, Select

    from adapter.fhir.search.query import Criterion

_P = publication.c
_KEY = publication_key.alias("k")


def shape(criterion: Criterion) -> Hashable:
    """The shape of a criterion, on which its SQL depends."""
    values = {} if criterion.parameter.name == "_id" else criterion.values
    kinds = tuple(_kind(value) for value in values)
    return criterion.parameter.name, criterion.modifier, criterion.missing, kinds


def _kind(value: Value) -> Hashable:
    if isinstance(value, Token):
        return "token", value.system is None, value.value is None
    if isinstance(value, Target):
        return "target", value.type is None
    return value.prefix if isinstance(value, Moment) else "text"


def parameters(place: str, criterion: Criterion) -> dict[str, Any]:
    """The values, named after their place in the query."""
    if criterion.parameter.name == "_id":
        return {place: [value.value for value in criterion.values if isinstance(value, Token)]}
    named: dict[str, Any] = {}
    for name, value in _named(place, criterion):
        if isinstance(value, Moment):
            named |= {f"{name}l": to_micros(value.low), f"{name}h": to_micros(value.high)}
        elif isinstance(value, Text):
            named[f"{name}v"] = _pattern(value.value, criterion.modifier)
        elif isinstance(value, Target):
            named |= {f"{name}s": value.type, f"{name}v": value.id}
        else:
            named |= {f"{name}s": value.system, f"{name}v": value.value}
    given = {name: value for name, value in named.items() if value is not None}
    if by_register(criterion):
        return {name: indexed(value) for name, value in given.items()}
    return given


def _pattern(wanted: str, modifier: str | None) -> str:
    if modifier == "exact":
        return wanted
    plain = wanted.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{plain}%" if modifier == "contains" else f"{plain}%"


def _named(place: str, criterion: Criterion) -> Iterator[tuple[str, Value]]:
    return ((f"{place}_{turn}", value) for turn, value in enumerate(criterion.values))


def matches(width: int, type_: str, place: str, criterion: Criterion) -> ColumnElement[bool]:
    """Does a publication of ``type_`` meet the criterion? ``width`` is the number of recipients."""
    parameter = criterion.parameter
    if parameter.name == "_id":
        return _P.resource_id.in_(bindparam(place, expanding=True))
    if parameter.name == "_lastUpdated":
        # A stored instant is an interval of one microsecond.
        return or_(
            *(_during(name, value, _P.updated, _P.updated + 1) for name, value in _named(place, criterion))
        )
    if criterion.missing is not None:
        there = _content_has(search_index.c.param == parameter.name)
        return ~there if criterion.missing else there
    if by_register(criterion):
        return _P.id.in_(_register(width, type_, place, criterion))
    kind = criterion.modifier if criterion.modifier in {"exact", "identifier"} else str(parameter.type)
    met = _content_has(
        search_index.c.param == parameter.name,
        search_index.c.kind == kind,
        _any(search_index, place, criterion),
    )
    return ~met if criterion.modifier == "not" else met


def by_register(criterion: Criterion) -> bool:
    """Is the criterion looked up in the register of keys, which finds the caller's publications alone?"""
    parameter = criterion.parameter
    return (
        parameter.key
        and criterion.missing is None
        and criterion.modifier in {None, *parameter.targets}
        and all(
            isinstance(value, Target) or (isinstance(value, Token) and value.value)
            for value in criterion.values
        )
    )


def _content_has(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Does the content of the publication have an index row that meets the conditions?

    OFFSET keeps PostgreSQL from turning the EXISTS into a join, which could begin with the index and take
    longer because of hidden resources.
    """
    rows = select(search_index.c.id).where(search_index.c.blob == _P.blob, *conditions)
    return rows.correlate(publication).offset(0).exists()


def _register(width: int, type_: str, place: str, criterion: Criterion) -> Select[tuple[int]]:
    """The publications to the caller's recipients that have one of the keys, and had it ``as_of``."""
    return select(_KEY.c.publication).where(
        ours(_KEY, width),
        _KEY.c.type == type_,
        _KEY.c.param == criterion.parameter.name,
        _any(_KEY, place, criterion),
        _KEY.c.to_seq > number("as_of"),
    )


def _any(rows: FromClause, place: str, criterion: Criterion) -> ColumnElement[bool]:
    """Does an index or register row match one of the values?"""
    return or_(*(_is(rows, name, value, criterion.modifier) for name, value in _named(place, criterion)))


def _is(rows: FromClause, name: str, value: Value, modifier: str | None) -> ColumnElement[bool]:
    if isinstance(value, Moment):
        return _during(name, value, rows.c.low, rows.c.high)
    wanted = text(f"{name}v")
    if isinstance(value, Text):
        column: ColumnElement[str] = rows.c.value
        return column == wanted if modifier == "exact" else column.like(wanted, escape="/")
    system, own = (value.type, value.id) if isinstance(value, Target) else (value.system, value.value)
    return and_(
        rows.c.value == wanted if own is not None else true(),
        rows.c.system == text(f"{name}s") if system is not None else true(),
    )


def _during(name: str, value: Value, low: Any, high: Any) -> ColumnElement[bool]:
    """Does the interval ``low`` to ``high`` meet the date by its prefix? ``ap`` is any overlap.

    https://hl7.org/fhir/R4/search.html#prefix, on half-open intervals.
    """
    assert isinstance(value, Moment)  # noqa: S101 - a date parameter has no other values
    start, end = number(f"{name}l"), number(f"{name}h")
    within = and_(low >= start, high <= end)
    compared: dict[str, ColumnElement[bool]] = {
        "eq": within,
        "ne": or_(low < start, high > end),
        "gt": high > end,
        "lt": low < start,
        "ge": or_(high > end, within),
        "le": or_(low < start, within),
        "sa": low >= end,
        "eb": high <= start,
        "ap": and_(low < end, high > start),
    }
    return compared[value.prefix]

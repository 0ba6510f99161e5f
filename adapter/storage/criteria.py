"""A search criterion as an SQL condition on publications, with its parameters.

A criterion with keys (an identifier, the person, the beginning of a name) can be looked up in the register of
the caller's own recipients; any other criterion is tested on the content of each publication the caller
already sees. The SQL depends on the shape of a criterion alone; values are parameters, named by their place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, or_, select, true, union_all

from adapter.fhir.search.parameter_values import Moment, Target, Text, Token, Value
from adapter.storage.index_keys import LONGEST_NAME, indexed, name_range
from adapter.storage.instants import to_micros
from adapter.storage.tables import publication, publication_key, search_index
from adapter.storage.visibility import number, ours, text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from sqlalchemy import ColumnElement, CompoundSelect, FromClause, Select

    from adapter.fhir.search.query import Criterion

_P = publication.c
_KEY = publication_key.alias("k")


def shape(criterion: Criterion) -> Hashable:
    """The shape of a criterion, on which its SQL depends."""
    values = {} if criterion.parameter.name == "_id" else criterion.values
    kinds = tuple(_kind(value) for value in values)
    return criterion.parameter.name, criterion.modifier, criterion.missing, kinds, is_name(criterion)


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
            if is_name(criterion):
                named[f"{name}l"], named[f"{name}h"] = name_range(value.value)
        elif isinstance(value, Target):
            named |= {f"{name}s": value.type, f"{name}v": value.id}
        else:
            named |= {f"{name}s": value.system, f"{name}v": value.value}
    given = {name: value for name, value in named.items() if value is not None}
    if is_key(criterion):
        return {name: indexed(value) for name, value in given.items()}
    return given


def _pattern(wanted: str, modifier: str | None) -> str:
    if modifier == "exact":
        return wanted
    plain = wanted.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{plain}%" if modifier == "contains" else f"{plain}%"


def _named(place: str, criterion: Criterion) -> Iterator[tuple[str, Value]]:
    return ((f"{place}_{turn}", value) for turn, value in enumerate(criterion.values))


def matches(place: str, criterion: Criterion) -> ColumnElement[bool]:
    """Does a publication meet the criterion, by its columns or its content?"""
    parameter = criterion.parameter
    if parameter.name == "_id":
        return _P.resource_id.in_(bindparam(place, expanding=True))
    if parameter.name == "_lastUpdated":
        return or_(*(_at(name, value, _P.updated) for name, value in _named(place, criterion)))
    if criterion.missing is not None:
        there = _content_has(search_index.c.param == parameter.name)
        return ~there if criterion.missing else there
    if is_name(criterion):
        return _has_key(place, criterion)
    kind = criterion.modifier if criterion.modifier in {"exact", "identifier"} else str(parameter.type)
    met = _content_has(
        search_index.c.param == parameter.name,
        search_index.c.kind == kind,
        _any(search_index, place, criterion),
    )
    return ~met if criterion.modifier == "not" else met


def is_key(criterion: Criterion) -> bool:
    """Does the criterion select by an identifier or a person, which few publications have in common?"""
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


def is_name(criterion: Criterion) -> bool:
    """Does the criterion select by the beginning of a name, which many publications can have in common?

    A longer beginning than keys hold is tested on the content.
    """
    return (
        criterion.parameter.key
        and criterion.missing is None
        and criterion.modifier is None
        and all(isinstance(value, Text) and len(value.value) <= LONGEST_NAME for value in criterion.values)
    )


def _content_has(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Does the content of the publication have an index row that meets the conditions?

    OFFSET keeps PostgreSQL from turning the EXISTS into a join, which could begin with the index and take
    longer because of hidden resources.
    """
    rows = select(search_index.c.id).where(search_index.c.blob == _P.blob, *conditions)
    return rows.correlate(publication).offset(0).exists()


def _has_key(place: str, criterion: Criterion) -> ColumnElement[bool]:
    """Does the publication have a key that begins as asked?"""
    rows = select(_KEY.c.publication).where(
        _KEY.c.publication == _P.id,
        _KEY.c.param == criterion.parameter.name,
        or_(*_ranges(place, criterion)),
    )
    return rows.correlate(publication).offset(0).exists()


def _ranges(place: str, criterion: Criterion) -> list[ColumnElement[bool]]:
    """The interval of keys of each beginning of a name."""
    places = [name for name, _ in _named(place, criterion)]
    return [and_(_KEY.c.value >= text(f"{name}l"), _KEY.c.value < text(f"{name}h")) for name in places]


def registered(
    width: int, type_: str, place: str, criterion: Criterion
) -> Select[tuple[int]] | CompoundSelect[tuple[int]]:
    """The publications of a type to the caller's recipients that have one of the keys, and had it ``as_of``.

    ``width`` is the number of recipients. A publication whose name has several parts can come several times.
    Each beginning of a name is a range of its own, because SQLite seeks no two ranges at once.
    """
    rows = select(_KEY.c.publication).where(
        ours(_KEY, width),
        _KEY.c.type == type_,
        _KEY.c.param == criterion.parameter.name,
        _KEY.c.to_seq > number("as_of"),
    )
    if not is_name(criterion):
        return rows.where(_any(_KEY, place, criterion))
    ranges = [rows.where(one) for one in _ranges(place, criterion)]
    return union_all(*ranges) if len(ranges) > 1 else ranges[0]


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


def _at(name: str, value: Value, instant: ColumnElement[int]) -> ColumnElement[bool]:
    """Does an instant, an interval of one microsecond, meet the date by its prefix?

    The same as ``_during``, as comparisons of the column itself, which an index on it answers.
    """
    assert isinstance(value, Moment)  # noqa: S101 - a date parameter has no other values
    start, end = number(f"{name}l"), number(f"{name}h")
    if value.prefix in {"eq", "ap"}:
        return and_(instant >= start, instant < end)
    if value.prefix == "ne":
        return or_(instant < start, instant >= end)
    if value.prefix in {"gt", "sa"}:
        return instant >= end
    if value.prefix == "ge":
        return instant >= start
    return instant < (end if value.prefix == "le" else start)


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

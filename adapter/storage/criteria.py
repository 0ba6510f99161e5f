"""One search criterion as a condition on publications.

A criterion that names keys (an identifier, the person) is looked up in the register of the caller's own
recipients; any other is asked of the content of each publication that is already the caller's to see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select, true

from adapter.fhir.search.values import Moment, Target, Text, Token, Value
from adapter.storage.instants import to_micros
from adapter.storage.tables import publication, publication_key, search_index
from adapter.storage.visibility import ours, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, FromClause, Select

    from adapter.fhir.search.query import Criterion
    from adapter.storage.visibility import View

_P = publication.c
_FOUND, _REFERRING = publication_key.alias(), publication_key.alias()
_TARGET = publication.alias()


def matches(view: View, type_: str, criterion: Criterion) -> ColumnElement[bool]:
    """Does a publication of ``type_`` meet the criterion?"""
    parameter = criterion.parameter
    if parameter.name == "_id":
        return _P.resource_id.in_([value.value for value in criterion.values if isinstance(value, Token)])
    if parameter.name == "_lastUpdated":
        # A stored instant is an interval of one microsecond.
        return or_(*(_during(value, _P.updated, _P.updated + 1) for value in criterion.values))
    if criterion.missing is not None:
        there = _content_has(search_index.c.param == parameter.name)
        return ~there if criterion.missing else there
    if criterion.chained is not None:
        return _P.id.in_(_through(view, type_, criterion))
    if by_register(criterion):
        return _P.id.in_(_register(view, _FOUND, type_, parameter.name, criterion.values))
    kind = criterion.modifier if criterion.modifier in {"exact", "identifier"} else str(parameter.type)
    met = _content_has(
        search_index.c.param == parameter.name,
        search_index.c.kind == kind,
        or_(*(_is(search_index, value, criterion.modifier) for value in criterion.values)),
    )
    return ~met if criterion.modifier == "not" else met


def by_register(criterion: Criterion) -> bool:
    """Is the criterion looked up in the register of keys? That finds the caller's own publications alone."""
    if criterion.chained is not None:
        return True
    parameter = criterion.parameter
    return (
        parameter.key
        and criterion.modifier in {None, *parameter.targets}
        and all(
            isinstance(value, Target) or (isinstance(value, Token) and value.value)
            for value in criterion.values
        )
        and criterion.missing is None
    )


def _content_has(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Has the publication's content an index row like this?

    OFFSET keeps PostgreSQL from turning the EXISTS into a join, which might begin with the index and take
    time for what is hidden.
    """
    rows = select(search_index.c.id).where(search_index.c.blob == _P.blob, *conditions)
    return rows.correlate(publication).offset(0).exists()


def _register(
    view: View, key: FromClause, type_: str, name: str, values: Iterable[Value]
) -> Select[tuple[int]]:
    """Publications of the caller's recipients that have one of the keys."""
    return select(key.c.publication).where(
        ours(key, view.width),
        key.c.type == type_,
        key.c.param == name,
        or_(*(_is(key, value, None) for value in values)),
    )


def _through(view: View, type_: str, criterion: Criterion) -> Select[tuple[int]]:
    """Publications that refer to a resource which has one of the keys and is the caller's to see itself."""
    found, target, referring = _FOUND, _TARGET, _REFERRING
    chained = criterion.chained
    assert chained is not None  # noqa: S101 - the caller has asked
    named = _register(view, found, str(criterion.target), chained.name, criterion.values)
    return (
        select(referring.c.publication)
        .select_from(target)
        .join(referring, referring.c.value == target.c.resource_id)
        .where(
            target.c.id.in_(named),
            shown(target, view.width),
            ~target.c.deleted,
            ours(referring, view.width),
            referring.c.type == type_,
            referring.c.param == criterion.parameter.name,
            referring.c.system == criterion.target,
        )
    )


def _is(rows: FromClause, value: Value, modifier: str | None) -> ColumnElement[bool]:
    """Is an index or register row equal to a value?"""
    if isinstance(value, Moment):
        return _during(value, rows.c.low, rows.c.high)
    if isinstance(value, Text):
        return _reads(rows.c.value, value.value, modifier)
    system, wanted = (value.type, value.id) if isinstance(value, Target) else (value.system, value.value)
    conditions = []
    if wanted is not None:
        conditions.append(rows.c.value == wanted)
    if system is not None:
        conditions.append(rows.c.system == system)
    return and_(true(), *conditions)


def _reads(column: ColumnElement[str], text: str, modifier: str | None) -> ColumnElement[bool]:
    if modifier == "exact":
        return column == text
    if modifier == "contains":
        return column.contains(text, autoescape=True)
    return func.substr(column, 1, len(text)) == text


def _during(value: Value, low: Any, high: Any) -> ColumnElement[bool]:
    """Compare the interval ``low`` to ``high`` with a date, as its prefix says; ``ap`` is any overlap.

    https://hl7.org/fhir/R4/search.html#prefix, on half-open intervals.
    """
    assert isinstance(value, Moment)  # noqa: S101 - a date parameter has no other values
    start, end = to_micros(value.low), to_micros(value.high)
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

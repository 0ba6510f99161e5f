"""Result parameters of a search: page size, order, subset and included resources.

https://hl7.org/fhir/R4/search.html#return. An invalid result parameter is refused, like an invalid criterion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from adapter.errors import BadRequest
from adapter.fhir.search.parameters import INCLUDES, REVINCLUDES, SERVED, SORTS
from adapter.fhir.search.query_refusals import NOT_TOGETHER, ONCE, VALUE
from adapter.fhir.search.subset import (
    ELEMENTS,
    SUMMARIES,
    SUMMARY,
    WHOLE,
    Subset,
    one_of,
    read_elements,
    read_summary,
)

DEFAULT_COUNT = 20
MAX_COUNT = 1000


class Include(NamedTuple):
    """``_include`` or ``_revinclude`` ``=source:parameter[:target]``."""

    source: str
    parameter: str
    target: str | None


class Sort(NamedTuple):
    """One sort key."""

    by: str
    descending: bool


BY_ID = (Sort("_id", descending=False),)
"""The order of a search without ``_sort``, unless it asks for what was updated in a period of time."""

BY_UPDATE = (Sort("_lastUpdated", descending=False), *BY_ID)
"""The order of a search by ``_lastUpdated`` without ``_sort``, which an index has for a period of time."""


@dataclass(slots=True)
class Results:
    """The result parameters of one query, collected one by one."""

    includes: list[Include] = field(default_factory=list)
    iterate: list[Include] = field(default_factory=list)
    reverse: list[Include] = field(default_factory=list)
    count: int = DEFAULT_COUNT
    sort: tuple[Sort, ...] = ()
    total: bool = True
    summary: Subset = WHOLE
    elements: Subset = WHOLE
    only_count: bool = False
    seen: set[str] = field(default_factory=set)

    @property
    def subset(self) -> Subset:
        """The part of each resource to return; BadRequest for parameters that exclude each other."""
        if self.summary.summary == "text" and (self.includes or self.iterate or self.reverse):
            raise BadRequest(NOT_TOGETHER.at(SUMMARY, one=f"{SUMMARY}=text", other="_include, _revinclude"))
        return one_of(self.summary, self.elements)


def read(result: Results, type_: str, name: str, value: str) -> str:
    """Read a result parameter into ``result``; returns its effective value."""
    if name in result.seen and not name.startswith(("_include", "_revinclude")):
        raise BadRequest(ONCE.at(name, name=name))
    result.seen.add(name)
    if name == "_count":
        if not re.fullmatch(r"[0-9]{1,9}", value):
            raise BadRequest(VALUE.at(name, name=name, expected="0, 1, 2, ..."))
        result.count = min(int(value), MAX_COUNT)
        return str(result.count)
    if name == "_sort":
        result.sort = _sorts(value)
    elif name == "_total":
        if value not in {"none", "estimate", "accurate"}:
            raise BadRequest(VALUE.at(name, name=name, expected="none, estimate, accurate"))
        result.total = value != "none"
    elif name == SUMMARY:
        result.summary = read_summary(value, (*SUMMARIES, "count"))
        result.only_count = value == "count"
    elif name == ELEMENTS:
        result.elements = read_elements(type_, value)
    elif name == "_revinclude":
        result.reverse.append(_revinclude(type_, value))
    else:
        _include(result, type_, name, value)
    return value


def _sorts(value: str) -> tuple[Sort, ...]:
    keys = [Sort(key.removeprefix("-"), key.startswith("-")) for key in value.split(",")]
    names = [key.by for key in keys]
    if names not in (["_id"], ["_lastUpdated"], ["_lastUpdated", "_id"]):
        expected = ", ".join((*SORTS, *(f"-{name}" for name in SORTS)))
        raise BadRequest(VALUE.at("_sort", name="_sort", expected=expected))
    return tuple(keys) if names[-1] == "_id" else (*keys, Sort("_id", keys[0].descending))


def _include(result: Results, type_: str, name: str, value: str) -> None:
    iterates = name == "_include:iterate"
    source, _, rest = value.partition(":")
    parameter, _, target = rest.partition(":")
    known = INCLUDES if iterates else {type_: INCLUDES[type_]}
    if f"{source}:{parameter}" not in known.get(source, ()) or (
        target and target not in SERVED[source][parameter].targets
    ):
        valid = ", ".join(include for includes in known.values() for include in includes)
        raise BadRequest(VALUE.at(name, name=name, expected=valid))
    (result.iterate if iterates else result.includes).append(Include(source, parameter, target or None))


def _revinclude(type_: str, value: str) -> Include:
    source, _, rest = value.partition(":")
    parameter, _, target = rest.partition(":")
    if f"{source}:{parameter}" not in REVINCLUDES[type_] or target not in {"", type_}:
        expected = ", ".join(REVINCLUDES[type_])
        raise BadRequest(VALUE.at("_revinclude", name="_revinclude", expected=expected))
    return Include(source, parameter, type_)

"""Index rows of a resource: the values that a search matches, made once for each version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.fhir.dates import interval
from adapter.fhir.search.parameter_values import local
from adapter.fhir.search.parameters import SERVED, ParameterType, SearchParameter
from adapter.fhir.search.person_numbers import canonical_system
from adapter.fhir.search.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


class IndexRow(NamedTuple):
    """One value under one parameter.

    ``kind``: ``token`` (system, value), ``reference`` (type as system, id as value; no system for an address
    on another server), ``identifier`` (of a reference), ``string`` (folded), ``exact`` (as sent), or
    ``date``: the half-open interval from ``low`` to ``high``, None for an open end.
    """

    param: str
    kind: str
    system: str | None = None
    value: str | None = None
    low: datetime | None = None
    high: datetime | None = None


def index_rows(resource: Mapping[str, Any]) -> list[IndexRow]:
    """The rows of a valid resource; empty for a type without search parameters."""
    served = SERVED.get(resource.get("resourceType", ""), {})
    rows = (row for parameter in served.values() for row in _rows(parameter, resource))
    return list(dict.fromkeys(rows))


def references(resource: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    """Type and id of each target on this server that a reference parameter of the resource has."""
    parameter = SERVED.get(resource.get("resourceType", ""), {}).get(name)
    if parameter is None:
        return []
    rows = _rows(parameter, resource)
    return [(row.system, row.value) for row in rows if row.kind == "reference" and row.system and row.value]


def _rows(parameter: SearchParameter, resource: Mapping[str, Any]) -> Iterator[IndexRow]:
    for path in parameter.paths:
        for value in _values(resource, path.split(".")):
            yield from _READERS[parameter.type](parameter, value)


def _values(node: Any, path: list[str]) -> Iterator[Any]:
    """The values at a path; each item of a list is a value."""
    if isinstance(node, list):
        for item in node:
            yield from _values(item, path)
    elif not path:
        if node is not None:
            yield node
    elif isinstance(node, Mapping):
        yield from _values(node.get(path[0]), path[1:])


def _tokens(parameter: SearchParameter, value: Any) -> Iterator[IndexRow]:
    """The rows of a code, a boolean, a Coding, a CodeableConcept or an Identifier."""
    for system, code in _codes(value):
        if code is not None:
            known = canonical_system(system) if system else None
            yield IndexRow(parameter.name, "token", known, code)


def _codes(value: Any) -> Iterator[tuple[str | None, str | None]]:
    if isinstance(value, bool):
        yield None, "true" if value else "false"
    elif isinstance(value, str):
        yield None, value
    elif isinstance(value, dict):
        for coding in value.get("coding", ()):
            yield coding.get("system"), coding.get("code")
        yield value.get("system"), value.get("code", value.get("value"))


def _targets(parameter: SearchParameter, value: Any) -> Iterator[IndexRow]:
    """The rows of a Reference: its target on this server or another, and its identifier."""
    reference = value.get("reference")
    if reference and not reference.startswith("#"):
        found = local(reference)
        if found is None:
            yield IndexRow(parameter.name, "reference", None, reference)
        elif found.type in parameter.targets:
            yield IndexRow(parameter.name, "reference", found.type, found.id)
    identifier = value.get("identifier")
    if identifier and identifier.get("value") is not None:
        system = identifier.get("system")
        known = canonical_system(system) if system else None
        yield IndexRow(parameter.name, "identifier", known, identifier["value"])


def _intervals(parameter: SearchParameter, value: Any) -> Iterator[IndexRow]:
    """The rows of a date, dateTime or instant, of a Period (to the end of its last day), or of a Timing."""
    if isinstance(value, str):
        low, high = interval(value)
        yield IndexRow(parameter.name, "date", low=low, high=high)
    elif isinstance(value, dict) and ("start" in value or "end" in value):
        start, end = value.get("start"), value.get("end")
        yield IndexRow(
            parameter.name,
            "date",
            low=interval(start).low if start else None,
            high=interval(end).high if end else None,
        )
    elif isinstance(value, dict):
        yield from _outer_limits(parameter, value)


def _outer_limits(parameter: SearchParameter, timing: Mapping[str, Any]) -> Iterator[IndexRow]:
    """The rows of a Timing by its outer limits: https://hl7.org/fhir/R4/search.html#date."""
    events = [interval(event) for event in timing.get("event", ()) if event]
    if events:
        low, high = min(event.low for event in events), max(event.high for event in events)
        yield IndexRow(parameter.name, "date", low=low, high=high)
    bounds = timing.get("repeat", {}).get("boundsPeriod")
    if bounds:
        yield from _intervals(parameter, bounds)


def _strings(parameter: SearchParameter, value: Any) -> Iterator[IndexRow]:
    """The rows of a string, or of a HumanName: each of its parts, and given and family names together."""
    for text in _texts(value):
        yield IndexRow(parameter.name, "exact", value=text)
        folded = fold(text)
        if folded:
            yield IndexRow(parameter.name, "string", value=folded)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        return
    given = [name for name in value.get("given", ()) if name]
    parts = [*given, value.get("family")]
    yield from filter(None, [value.get("text"), *parts, *value.get("prefix", ()), *value.get("suffix", ())])
    if len(parts) > 1 and all(parts):
        yield " ".join(parts)


_READERS = {
    ParameterType.TOKEN: _tokens,
    ParameterType.REFERENCE: _targets,
    ParameterType.DATE: _intervals,
    ParameterType.STRING: _strings,
}

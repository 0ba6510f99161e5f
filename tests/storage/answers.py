"""The answers of a database to all of its recipients, as text to compare before and after a change."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.stored import read_stored
from adapter.fhir.search.parameters import SERVED
from adapter.fhir.search.query import parse
from adapter.storage.instants import from_micros

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from adapter.storage import Published, RecipientReader, Store

_TYPES = sorted(SERVED)
_EVERYWHERE: tuple[tuple[str, str], ...] = (("_lastUpdated", "ge2000"), ("identifier:missing", "false"))


def answers(
    store: Store, recipients: Sequence[tuple[str, str]], keys: Sequence[tuple[str, str]], instants: list[int]
) -> Iterator[str]:
    """A line for each read, version, history and search of each recipient at each instant.

    Args:
        store: the database.
        recipients: each recipient with a purpose.
        keys: type and id of every resource that any recipient was given.
        instants: in microseconds; adjacent instants with equal answers are told once.
    """
    for recipient, purpose in recipients:
        told = [list(_at(store, (recipient,), purpose, keys, from_micros(at))) for at in instants]
        yield from (f"{recipient} {purpose} {instants[0]} {line}" for line in told[0])
        for (before, after), at in zip(pairwise(told), instants[1:], strict=True):
            new, gone = set(after) - set(before), set(before) - set(after)
            yield from (f"{recipient} {purpose} {at} {line}" for line in after if line in new)
            yield from (f"{recipient} {purpose} {at} no more {line}" for line in before if line in gone)


def _at(
    store: Store, recipients: tuple[str, ...], purpose: str, keys: Sequence[tuple[str, str]], now: datetime
) -> Iterator[str]:
    with store.read() as reader:
        given = reader.for_recipients(recipients, purpose, now)
        for type_, id_ in keys:
            history = given.published_history(type_, id_)
            if not history:
                continue
            yield f"read {_told(given.published(type_, id_))}"
            yield from (f"history {_told(one)}" for one in history)
            numbers = range(1, history[0].version + 2)
            found = [given.published_version(type_, id_, number) for number in numbers]
            yield f"versions {type_}/{id_} {[one.version if one else None for one in found]}"
        for type_ in _TYPES:
            yield from _searches(given, type_)


def _searches(given: RecipientReader, type_: str) -> Iterator[str]:
    """Each search that the resources of a type suggest: by what they hold, and by what all of them hold."""
    everything = given.search(parse(type_, []), count=1000).found
    yield f"search {type_} {[f'{one.id} {one.version}' for one in everything]}"
    asked = {pair for one in everything for pair in _pairs(type_, read_stored(one.body))}
    people = given.search(parse("Patient", []), count=1000).found
    numbers = {value for one in people for _, value in _identifiers(read_stored(one.body))}
    asked |= {(f"{name}.identifier", number) for name in _about(type_) for number in numbers}
    for name, value in (*_EVERYWHERE, *sorted(asked)):
        found = given.search(parse(type_, [(name, value), ("_sort", "_id")]), count=3)
        yield f"search {type_}?{name}={value} {found.total} {[one.id for one in found.found]} {found.after}"


def _pairs(type_: str, resource: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The parameters of keys, with the values that find this resource."""
    yield from _identifiers(resource)
    for name in _about(type_):
        if "reference" in resource.get(name, {}):
            yield name, resource[name]["reference"]


def _about(type_: str) -> list[str]:
    return [name for name in ("subject", "patient") if name in SERVED[type_]]


def _identifiers(resource: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for identifier in resource.get("identifier", ()):
        if "value" in identifier:
            yield "identifier", f"{identifier.get('system', '')}|{identifier['value']}"


def _told(one: Published | None) -> str:
    assert one is not None
    mark = "deleted" if one.deleted else hashlib.sha256(one.body).hexdigest()[:12]
    return f"{one.type}/{one.id} {one.version} {one.last_updated.isoformat()} {one.permit} {mark}"

"""Orders resources so that each comes after the resources it is mapped into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from adapter.record.parts import TYPES, kind_of
from adapter.record.schema import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from adapter.mapping import Mappings

T = TypeVar("T")


def in_order(many: Iterable[T], resource_of: Callable[[T], dict[str, Any]], mappings: Mappings) -> list[T]:
    """The items sorted by kind of record and by type, each after the resources that the mapping names first.

    Organisasjoner and ansatte come before saker, since a Consent may name its recipient by number alone. A
    Goal of KL's names the Goal it is a delmål of. Items that name each other in a circle keep their order.

    Args:
        many: items that carry resources, each resource with an id.
        resource_of: returns the resource of an item.
        mappings: the mapping files, which say what resources a resource is mapped into.
    """
    waiting = sorted(many, key=lambda one: _turn(resource_of(one)))
    needed = {_key(resource_of(one)): _named(resource_of(one), mappings) for one in waiting}
    known = set(needed)
    ordered: list[T] = []
    while waiting:
        free = (one for one in waiting if not needed[_key(resource_of(one))] & known)
        ready = next(free, waiting[0])
        waiting.remove(ready)
        ordered.append(ready)
        known.discard(_key(resource_of(ready)))
    return ordered


def _turn(resource: dict[str, Any]) -> tuple[int, int]:
    return KINDS.index(kind_of(resource).record), TYPES.index(resource["resourceType"])


def _key(resource: dict[str, Any]) -> tuple[str, str]:
    return resource["resourceType"], resource["id"]


def _named(resource: dict[str, Any], mappings: Mappings) -> set[tuple[str, str]]:
    """Type and id of the resources this one is mapped into."""
    type_, id_ = _key(resource)
    return {(type_, other) for other in mappings.of(kind_of(resource).name).after(resource)} - {(type_, id_)}

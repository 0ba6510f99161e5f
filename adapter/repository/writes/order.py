"""Resources in an order in which each comes after those it is put into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from adapter.record.parts import TYPES, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from adapter.mapping import Mappings

T = TypeVar("T")


def in_order(many: Iterable[T], resource_of: Callable[[T], dict[str, Any]], mappings: Mappings) -> list[T]:
    """By type, and within a type after what the mapping names: KL's goal names the one it is a delmål of.

    What goes round in a circle stays in the order it came in.

    Args:
        many: what carries resources, each with an id.
        resource_of: the resource one carries.
        mappings: say what a resource is put into.
    """
    waiting = sorted(many, key=lambda one: TYPES.index(resource_of(one)["resourceType"]))
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


def _key(resource: dict[str, Any]) -> tuple[str, str]:
    return resource["resourceType"], resource["id"]


def _named(resource: dict[str, Any], mappings: Mappings) -> set[tuple[str, str]]:
    """The resources this one is put into."""
    type_, id_ = _key(resource)
    return {(type_, other) for other in mappings.of(kind_of(resource).name).after(resource)} - {(type_, id_)}

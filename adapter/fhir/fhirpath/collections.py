"""Functions on collections: existence, subsets, combination and the tree.

Rules: https://hl7.org/fhirpath/N1/#existence, #subsetting, #combining and #tree-navigation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.fhir.fhirpath.calls import Arguments, Functions, Step, only_integer
from adapter.fhir.fhirpath.equality import key_of
from adapter.fhir.fhirpath.nodes import EMPTY, FALSE, TRUE, boolean, children_of, number, truth

if TYPE_CHECKING:
    from adapter.fhir.fhirpath.environment import Environment
    from adapter.fhir.fhirpath.nodes import Items, Node

_functions = Functions()
FUNCTIONS = _functions.by_name


@_functions.built("empty")
def _empty(call: Arguments) -> Step:
    source = call.source
    return lambda environment, this: FALSE if source(environment, this) else TRUE


@_functions.built("exists", 0, 1, is_each=True)
def _exists(call: Arguments) -> Step:
    source = call.source
    if not call.steps:
        return lambda environment, this: TRUE if source(environment, this) else FALSE
    (criterion,) = call.steps

    def step(environment: Environment, this: Items) -> Items:
        items = source(environment, this)
        environment.spend(len(items))
        outer = environment.index
        for index, item in enumerate(items):
            environment.index = index
            if truth(criterion(environment, (item,))):
                environment.index = outer
                return TRUE
        environment.index = outer
        return FALSE

    return step


@_functions.built("all", 1, is_each=True)
def _all(call: Arguments) -> Step:
    source, (criterion,) = call.source, call.steps

    def step(environment: Environment, this: Items) -> Items:
        items = source(environment, this)
        environment.spend(len(items))
        outer = environment.index
        for index, item in enumerate(items):
            environment.index = index
            if not truth(criterion(environment, (item,))):
                environment.index = outer
                return FALSE
        environment.index = outer
        return TRUE

    return step


@_functions.built("not")
def _not(call: Arguments) -> Step:
    source = call.source

    def step(environment: Environment, this: Items) -> Items:
        holds = truth(source(environment, this))
        return EMPTY if holds is None else FALSE if holds else TRUE

    return step


def _booleans(environment: Environment, items: Items) -> set[bool | None]:
    """The Booleans in a collection, with None for an item that is not one; as in R4, it is no true value."""
    environment.spend(len(items))
    return {item.value if isinstance(item.value, bool) else None for item in items}


_functions.of_items("allTrue", lambda environment, items: boolean(_booleans(environment, items) <= {True}))
_functions.of_items("allFalse", lambda environment, items: boolean(_booleans(environment, items) <= {False}))
_functions.of_items("anyTrue", lambda environment, items: boolean(True in _booleans(environment, items)))
_functions.of_items("anyFalse", lambda environment, items: boolean(False in _booleans(environment, items)))
_functions.of_items("count", lambda _, items: number(len(items)))
_functions.of_items("first", lambda _, items: items[:1])
_functions.of_items("last", lambda _, items: items[-1:])
_functions.of_items("tail", lambda _, items: items[1:])
# N1 signals an error for several items; here they give no item.
_functions.of_items("single", lambda _, items: items if len(items) == 1 else EMPTY)


def _from(_: Environment, items: Items, count: Items) -> Items:
    number_of = only_integer(count)
    return EMPTY if number_of is None else items[max(number_of, 0) :]


def _up_to(_: Environment, items: Items, count: Items) -> Items:
    number_of = only_integer(count)
    return EMPTY if number_of is None else items[: max(number_of, 0)]


_functions.with_values("skip", 1, _from)
_functions.with_values("take", 1, _up_to)


def distinct(environment: Environment, items: Items) -> list[Node]:
    """The items of a collection, each once."""
    environment.spend(len(items))
    found: dict[object, Node] = {}
    for item in items:
        found.setdefault(key_of(item), item)
    return list(found.values())


def united(environment: Environment, one: Items, other: Items) -> Items:
    """The items of two collections, each once."""
    return distinct(environment, [*one, *other]) if one or other else EMPTY


def _keys(environment: Environment, items: Items) -> set[object]:
    environment.spend(len(items))
    return {key_of(item) for item in items}


def _intersection(environment: Environment, items: Items, other: Items) -> Items:
    if not items or not other:
        return EMPTY
    keys = _keys(environment, other)
    return [item for item in distinct(environment, items) if key_of(item) in keys]


def _difference(environment: Environment, items: Items, other: Items) -> Items:
    keys = _keys(environment, other)
    environment.spend(len(items))
    return [item for item in items if key_of(item) not in keys]


def _combined(environment: Environment, items: Items, other: Items) -> Items:
    environment.spend(len(items) + len(other))
    return [*items, *other]


def _is_subset(environment: Environment, items: Items, other: Items) -> Items:
    return boolean(_keys(environment, items) <= _keys(environment, other))


_functions.of_items("distinct", distinct)
_functions.of_items(
    "isDistinct", lambda environment, items: boolean(len(distinct(environment, items)) == len(items))
)
_functions.with_values("intersect", 1, _intersection)
_functions.with_values("exclude", 1, _difference)
_functions.with_values("union", 1, united)
_functions.with_values("combine", 1, _combined)
_functions.with_values("subsetOf", 1, _is_subset)
_functions.with_values(
    "supersetOf", 1, lambda environment, items, other: _is_subset(environment, other, items)
)


def _children(environment: Environment, items: Items) -> Items:
    found: list[Node] = []
    for item in items:
        inner = children_of(item)
        environment.spend(1 + len(inner))
        found += inner
    return found


def descendants_of(environment: Environment, items: Items) -> Items:
    """All nodes below the nodes of a collection, level by level."""
    found: list[Node] = []
    level: Items = items
    while level:
        level = _children(environment, level)
        found += level
    return found


_functions.of_items("children", _children)
_functions.of_items("descendants", descendants_of)

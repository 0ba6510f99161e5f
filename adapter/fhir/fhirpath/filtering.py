"""Functions that evaluate an expression for items, and tests of types.

Rules: https://hl7.org/fhirpath/N1/#filtering-and-projection, #types and #aggregates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.fhir.fhirpath.calls import Arguments, Functions, Step, nothing
from adapter.fhir.fhirpath.equality import key_of
from adapter.fhir.fhirpath.fhirpath_error import FhirPathError
from adapter.fhir.fhirpath.nodes import EMPTY, boolean, truth
from adapter.fhir.fhirpath.syntax import MemberOf, Tree
from adapter.fhir.fhirpath.type_model import qualified

if TYPE_CHECKING:
    from adapter.fhir.fhirpath.environment import Environment
    from adapter.fhir.fhirpath.nodes import Items, Node

_functions = Functions()
FUNCTIONS = _functions.by_name


@_functions.built("where", 1, is_each=True)
def _where(call: Arguments) -> Step:
    source, (criterion,) = call.source, call.steps

    def step(environment: Environment, this: Items) -> Items:
        items = source(environment, this)
        if not items:
            return EMPTY
        environment.spend(len(items))
        outer = environment.index
        found: list[Node] = []
        for index, item in enumerate(items):
            environment.index = index
            if truth(criterion(environment, (item,))):
                found.append(item)
        environment.index = outer
        return found

    return step


@_functions.built("select", 1, is_each=True)
def _select(call: Arguments) -> Step:
    source, (projection,) = call.source, call.steps

    def step(environment: Environment, this: Items) -> Items:
        outer = environment.index
        found: list[Node] = []
        for index, item in enumerate(source(environment, this)):
            environment.index = index
            inner = projection(environment, (item,))
            environment.spend(1 + len(inner))
            found += inner
        environment.index = outer
        return found

    return step


@_functions.built("repeat", 1, is_each=True)
def _repeat(call: Arguments) -> Step:
    source, (projection,) = call.source, call.steps

    def step(environment: Environment, this: Items) -> Items:
        found: dict[object, Node] = {}
        waiting = list(source(environment, this))
        while waiting:
            following: list[Node] = []
            for item in waiting:
                inner = projection(environment, (item,))
                environment.spend(1 + len(inner))
                for one in inner:
                    key = key_of(one)
                    if key not in found:
                        found[key] = one
                        following.append(one)
            waiting = following
        return list(found.values())

    return step


@_functions.built("aggregate", 1, 2, is_each=True)
def _aggregate(call: Arguments) -> Step:
    source, body = call.source, call.steps[0]
    initial = call.steps[1] if len(call.steps) > 1 else nothing

    def step(environment: Environment, this: Items) -> Items:
        outer = environment.index, environment.total
        environment.total = initial(environment, this)
        for index, item in enumerate(source(environment, this)):
            environment.index = index
            environment.spend(1)
            environment.total = body(environment, (item,))
        result = environment.total
        environment.index, environment.total = outer
        return result

    return step


@_functions.built("iif", 2, 3, is_each=True)
def _iif(call: Arguments) -> Step:
    source, criterion, chosen = call.source, call.steps[0], call.steps[1]
    otherwise = call.steps[2] if len(call.steps) > 2 else nothing

    def step(environment: Environment, this: Items) -> Items:
        items = source(environment, this)
        result = truth(criterion(environment, items))
        return (chosen if result else otherwise)(environment, items)

    return step


@_functions.built("trace", 1, 2, is_each=True)
def _trace(call: Arguments) -> Step:
    """``trace`` writes a log in other engines; here it gives its source and does nothing."""
    return call.source


def type_filter(source: Step, specifier: str, position: int) -> Step:
    """The items of a type or of a type derived from it; ``as`` and ``ofType`` of any number of items.

    ``as String`` takes a ``string`` of FHIR too, as in the official validator; ``is String`` does not.

    Raises:
        FhirPathError: neither R4 nor FHIRPath has the type.
    """
    name = _name(specifier, position)
    system = name.removeprefix("System.")
    of_fhir = name if system == name else system[0].lower() + system[1:]

    def step(environment: Environment, this: Items) -> Items:
        items = source(environment, this)
        return [item for item in items if name in item.type.names or of_fhir in item.type.names]

    return step


def type_test(source: Step, specifier: str, position: int) -> Step:
    """Tests whether the only item is of a type or of a type derived from it.

    Raises:
        FhirPathError: neither R4 nor FHIRPath has the type.
    """
    name = _name(specifier, position)

    def step(environment: Environment, this: Items) -> Items:
        items = source(environment, this)
        return boolean(name in items[0].type.names) if len(items) == 1 else EMPTY

    return step


def _name(specifier: str, position: int) -> str:
    name = qualified(specifier)
    if name is None:
        raise FhirPathError("unsupported", f"Unknown type {specifier[:100]}", position)
    return name


def _specifier(tree: Tree) -> str:
    """The type that an argument names: ``Patient``, ``FHIR.Patient``."""
    if isinstance(tree, MemberOf) and tree.source is None:
        return tree.name
    if isinstance(tree, MemberOf) and isinstance(tree.source, MemberOf) and tree.source.source is None:
        return f"{tree.source.name}.{tree.name}"
    raise FhirPathError("syntax", "Expected a type", tree.position)


@_functions.built("ofType", 1, is_type=True)
def _of_type(call: Arguments) -> Step:
    return type_filter(call.source, _specifier(call.trees[0]), call.position)


@_functions.built("as", 1, is_type=True)
def _as(call: Arguments) -> Step:
    return type_filter(call.source, _specifier(call.trees[0]), call.position)


@_functions.built("is", 1, is_type=True)
def _is(call: Arguments) -> Step:
    return type_test(call.source, _specifier(call.trees[0]), call.position)

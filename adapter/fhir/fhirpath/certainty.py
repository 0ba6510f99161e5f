"""Results that are certain from the keys of an object alone, so that the expression needs no evaluation.

Most constraints speak of a few elements, and hold for every object without them; many speak only of whether
elements are present.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from adapter.fhir.fhirpath.environment import Environment
from adapter.fhir.fhirpath.fhirpath_error import FhirPathError
from adapter.fhir.fhirpath.nodes import Node
from adapter.fhir.fhirpath.syntax import Binary, Call, Constant, MemberOf, Tree, Variable, parsed, parts
from adapter.fhir.fhirpath.type_model import type_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.fhir.fhirpath import Expression

_LOGICAL = {"and", "or", "xor", "implies", "=", "!="}
_PRESENT = {"id": "any"}
"""An element that is present, in any place."""


@cache
def keys_read(text: str, type_name: str) -> frozenset[str] | None:
    """The JSON keys of an object of a type that an expression names; None if it can read others too.

    Raises:
        FhirPathError: the expression cannot be parsed.
        KeyError: R4 has no such type.
    """
    tree = parsed(text)
    if _reads_whole(tree):
        return None
    names = set(_names(tree))
    return frozenset(key for key, element in type_of(type_name).by_key.items() if element.name in names)


def is_certain(expression: Expression, type_name: str, keys: frozenset[str]) -> bool:
    """Tests whether an expression is true for every object of a type with these keys and no others it reads.

    Raises:
        FhirPathError: the expression cannot be parsed.
        KeyError: R4 has no such type.
    """
    reads = keys_read(expression.text, type_name)
    if reads is None or not (reads.isdisjoint(keys) or _asks_for_presence(parsed(expression.text))):
        return False
    focus = Node(dict.fromkeys(reads & keys, _PRESENT), type_of(type_name))
    environment = Environment(focus)
    # An expression that asks for the resource fails here: its result is not certain.
    del environment.resource, environment.root_resource
    try:
        return expression.holds(focus, environment) is True
    except (AttributeError, FhirPathError):
        return False


def _reads_whole(tree: Tree) -> bool:
    """Tests whether a tree can read elements of ``$this`` without naming them, as ``children()`` does."""
    if isinstance(tree, Variable):
        return tree.name in {"$this", "%context"}
    if isinstance(tree, Call) and tree.source is None and tree.name != "iif":
        return True
    if isinstance(tree, MemberOf) and isinstance(tree.source, Variable):
        return False
    return any(map(_reads_whole, parts(tree)))


def _names(tree: Tree) -> Iterator[str]:
    """The names of all elements in a tree, at any depth: those of the object itself are among them."""
    if isinstance(tree, MemberOf):
        yield tree.name
    for part in parts(tree):
        yield from _names(part)


def _asks_for_presence(tree: Tree) -> bool:
    """Tests whether a tree asks only which elements are present: ``exists()`` and ``empty()``, combined."""
    match tree:
        case Constant(kind="boolean"):
            return True
        case Binary(operator=operator, left=left, right=right):
            return operator in _LOGICAL and _asks_for_presence(left) and _asks_for_presence(right)
        case Call(name="not", source=source) if source is not None:
            return _asks_for_presence(source)
        case Call(name="exists" | "empty", source=MemberOf(source=None), arguments=()):
            return True
    return False

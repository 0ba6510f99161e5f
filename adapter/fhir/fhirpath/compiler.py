"""Compiler of FHIRPath: from the syntax tree to steps, Python functions that give collections."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapter.fhir.fhirpath import arithmetic, collections, conversion, fhir_functions, filtering, strings
from adapter.fhir.fhirpath.calls import Arguments, Function, Step, nothing, only_integer
from adapter.fhir.fhirpath.fhirpath_error import FhirPathError
from adapter.fhir.fhirpath.filtering import type_filter, type_test
from adapter.fhir.fhirpath.nodes import (
    DATE,
    DATE_TIME,
    EMPTY,
    FALSE,
    TIME,
    TRUE,
    Node,
    number,
    string,
    take_element,
    take_named,
)
from adapter.fhir.fhirpath.operators import OPERATORS, negated
from adapter.fhir.fhirpath.quantities import UCUM, quantity
from adapter.fhir.fhirpath.syntax import (
    Binary,
    Call,
    Constant,
    Indexed,
    MemberOf,
    Tree,
    TypeOperation,
    Unary,
    Variable,
    parts,
)
from adapter.fhir.fhirpath.temporal import date_units, time_units
from adapter.fhir.fhirpath.type_model import qualified

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.fhir.fhirpath.environment import Environment
    from adapter.fhir.fhirpath.nodes import Items

FUNCTIONS: dict[str, Function] = {
    **collections.FUNCTIONS,
    **filtering.FUNCTIONS,
    **conversion.FUNCTIONS,
    **strings.FUNCTIONS,
    **arithmetic.FUNCTIONS,
    **fhir_functions.FUNCTIONS,
}
"""Every function by name."""

_TERMINOLOGIES = {
    "%ucum": UCUM,
    "%sct": "http://snomed.info/sct",
    "%loinc": "http://loinc.org",
}
_PREFIXES = {
    "%vs-": "http://hl7.org/fhir/ValueSet/",
    "%ext-": "http://hl7.org/fhir/StructureDefinition/",
}


def step_of(tree: Tree, *, is_inner: bool = False) -> Step:
    """The step of a syntax tree; ``is_inner``: it is evaluated for each item of a collection.

    Raises:
        FhirPathError: unknown function, type or variable, wrong number of arguments, or a wrong literal.
    """
    step = _BUILDERS[type(tree)](tree, is_inner)
    # What does not depend on the item is computed once for all items.
    if is_inner and not isinstance(tree, Constant | Variable) and not _depends_on_item(tree):
        return _kept(step)
    return step


def _depends_on_item(tree: Tree) -> bool:
    """Tests whether the result of a tree can differ between two items, or between two evaluations.

    The arguments of ``where`` and its like have a ``$this`` of their own, but not always a ``$index``.
    """
    return _names_state(tree) or _begins_with_item(tree)


def _names_state(tree: Tree) -> bool:
    if isinstance(tree, Variable):
        return tree.name in {"$index", "$total", "%context"}
    return any(map(_names_state, parts(tree)))


def _begins_with_item(tree: Tree) -> bool:
    """Tests whether a tree reads ``$this``, outside the arguments with a ``$this`` of their own."""
    if isinstance(tree, Variable):
        return tree.name == "$this"
    if isinstance(tree, MemberOf) and tree.source is None:
        return True
    if isinstance(tree, Call):
        if tree.source is None:
            return True
        function = FUNCTIONS.get(tree.name)
        if function is None or function.is_each or function.is_type:
            return _begins_with_item(tree.source)
    return any(map(_begins_with_item, parts(tree)))


def _kept(step: Step) -> Step:
    def kept(environment: Environment, this: Items) -> Items:
        result: Items | None = environment.memo.get(step)
        if result is None:
            result = environment.memo[step] = step(environment, this)
        return result

    return kept


def _this(environment: Environment, this: Items) -> Items:  # noqa: ARG001 - every step has both
    return this


def _constant(tree: Constant) -> Step:
    items = _literal(tree)
    return lambda environment, this: items  # noqa: ARG005 - every step has both


def _literal(tree: Constant) -> Items:
    text = tree.text
    match tree.kind:
        case "empty":
            return EMPTY
        case "boolean":
            return TRUE if text == "true" else FALSE
        case "string":
            return string(text)
        case "number" | "quantity":
            if len(text) > 100:
                raise FhirPathError("unsupported", "The number is too long", tree.position)
            value = Decimal(text) if "." in text or int(text) > 2**31 else int(text)
            return number(value) if tree.unit is None else quantity(value, tree.unit)
        case "time" if time_units(text):
            return (Node(text, TIME),)
        case "date" if date_units(text):
            return (Node(text.removesuffix("T"), DATE_TIME if "T" in text else DATE),)
    raise FhirPathError("syntax", "The date or time does not exist", tree.position)


_STATE: dict[str, Step] = {
    "$this": _this,
    "$index": lambda environment, _: EMPTY if environment.index is None else number(environment.index),
    "$total": lambda environment, _: environment.total,
    "%resource": lambda environment, _: environment.resource,
    "%rootResource": lambda environment, _: environment.root_resource,
    "%context": lambda environment, _: environment.context,
}


def _variable(tree: Variable) -> Step:
    name = tree.name
    if name in _STATE:
        return _STATE[name]
    address = _TERMINOLOGIES.get(name)
    for prefix, base in _PREFIXES.items():
        if name.startswith(prefix):
            address = base + name.removeprefix(prefix)
    if address is None:
        raise FhirPathError("unsupported", f"Unknown variable {name[:100]}", tree.position)
    return _constant(Constant("string", address, tree.position))


def _element(tree: MemberOf, is_inner: bool) -> Step:
    if tree.source is None:
        return _type_or_member(tree.name) if tree.name[:1].isupper() else _own_member(tree.name)
    if isinstance(tree.source, Variable) and tree.source.name == "$this":
        return _own_member(tree.name)
    return _member(step_of(tree.source, is_inner=is_inner), tree.name)


def _unary(tree: Unary, is_inner: bool) -> Step:
    step = step_of(tree.operand, is_inner=is_inner)
    return negated(step) if tree.operator == "-" else step


def _binary(tree: Binary, is_inner: bool) -> Step:
    build = OPERATORS[tree.operator]
    return build(step_of(tree.left, is_inner=is_inner), step_of(tree.right, is_inner=is_inner))


def _type_operation(tree: TypeOperation, is_inner: bool) -> Step:
    build = type_test if tree.operator == "is" else type_filter
    return build(step_of(tree.operand, is_inner=is_inner), tree.type_name, tree.position)


def _type_or_member(name: str) -> Step:
    """A path that begins with a type (``Patient.name``): the items of the type."""
    wanted = qualified(name)
    if wanted is None or wanted.startswith("System."):
        return nothing
    return lambda environment, this: [item for item in this if wanted in item.type.names]  # noqa: ARG005


def _own_member(name: str) -> Step:
    """The elements of a name in ``$this``, which is nearly always one item."""

    def step(environment: Environment, this: Items) -> Items:
        if len(this) != 1:
            return _named(environment, this, name)
        item = this[0]
        of = item.type
        content = item.companion if of.is_primitive else item.value
        if type(content) is not dict:
            return EMPTY
        found: list[Node] = []
        element = of.elements.get(name)
        if element is None:
            take_named(item, name, found)
        elif element.key in content or element.companion in content:
            take_element(content, element, found)
        if len(found) > 1:
            environment.spend(len(found))
        return found

    return step


def _member(source: Step, name: str) -> Step:
    return lambda environment, this: _named(environment, source(environment, this), name)


def _named(environment: Environment, items: Items, name: str) -> Items:
    if not items:
        return EMPTY
    found: list[Node] = []
    for item in items:
        take_named(item, name, found)
    if len(found) > 1 or len(items) > 1:
        environment.spend(len(items) + len(found))
    return found


def _indexed(tree: Indexed, is_inner: bool) -> Step:
    source, index = step_of(tree.source, is_inner=is_inner), step_of(tree.index, is_inner=is_inner)

    def step(environment: Environment, this: Items) -> Items:
        at = only_integer(index(environment, this))
        items = source(environment, this)
        return EMPTY if at is None or at < 0 else items[at : at + 1]

    return step


def _call(tree: Call, is_inner: bool) -> Step:
    function = FUNCTIONS.get(tree.name)
    if function is None:
        raise FhirPathError("unsupported", f"Unknown function {tree.name[:100]}", tree.position)
    if not function.fewest <= len(tree.arguments) <= function.most:
        raise FhirPathError("syntax", f"Wrong number of arguments of {tree.name}", tree.position)
    source = _this if tree.source is None else step_of(tree.source, is_inner=is_inner)
    steps: tuple[Step, ...] = ()
    if not function.is_type:
        is_each = is_inner or function.is_each
        steps = tuple(step_of(one, is_inner=is_each) for one in tree.arguments)
    try:
        return function.build(Arguments(source, steps, tree.arguments, tree.position))
    except FhirPathError as wrong:
        if wrong.position is not None:
            raise
        raise FhirPathError(wrong.reason, wrong.detail, tree.position) from wrong


_BUILDERS: dict[type, Callable[[Any, bool], Step]] = {
    Constant: lambda tree, _: _constant(tree),
    Variable: lambda tree, _: _variable(tree),
    MemberOf: _element,
    Call: _call,
    Indexed: _indexed,
    Unary: _unary,
    Binary: _binary,
    TypeOperation: _type_operation,
}

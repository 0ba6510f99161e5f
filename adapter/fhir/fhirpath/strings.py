"""Functions on strings. Rules: https://hl7.org/fhirpath/N1/#string-manipulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.fhir.fhirpath.calls import Arguments, Functions, Step, only_integer, only_string
from adapter.fhir.fhirpath.nodes import EMPTY, STRING, Node, boolean, number, string
from adapter.fhir.fhirpath.patterns import MAX_LENGTH, Pattern, pattern
from adapter.fhir.fhirpath.syntax import Constant

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.fhir.fhirpath.environment import Environment
    from adapter.fhir.fhirpath.nodes import Items

_functions = Functions()
FUNCTIONS = _functions.by_name


def _on_text(give: Callable[[str], Items]) -> Callable[[Environment, Items], Items]:
    def of(environment: Environment, items: Items) -> Items:
        text = only_string(items)
        if text is None:
            return EMPTY
        environment.text(len(text))
        return give(text)

    return of


_functions.of_items("upper", _on_text(lambda text: string(text.upper())))
_functions.of_items("lower", _on_text(lambda text: string(text.lower())))
_functions.of_items("trim", _on_text(lambda text: string(text.strip())))
_functions.of_items("length", _on_text(lambda text: number(len(text))))


def _characters(environment: Environment, items: Items) -> Items:
    text = only_string(items)
    if text is None:
        return EMPTY
    environment.spend(len(text))
    return [Node(character, STRING) for character in text]


_functions.of_items("toChars", _characters)


def _with_text(give: Callable[[str, str], Items]) -> Callable[[Environment, Items, Items], Items]:
    """A function of two strings, empty if one of them is missing."""

    def of(environment: Environment, items: Items, argument: Items) -> Items:
        text, other = only_string(items), only_string(argument)
        if text is None or other is None:
            return EMPTY
        environment.text(len(text))
        return give(text, other)

    return of


_functions.with_values("indexOf", 1, _with_text(lambda text, other: number(text.find(other))))
_functions.with_values("startsWith", 1, _with_text(lambda text, other: boolean(text.startswith(other))))
_functions.with_values("endsWith", 1, _with_text(lambda text, other: boolean(text.endswith(other))))
_functions.with_values("contains", 1, _with_text(lambda text, other: boolean(other in text)))


def _substring(environment: Environment, items: Items, start: Items, length: Items | None = None) -> Items:
    text, begin = only_string(items), only_integer(start)
    if text is None or begin is None or not 0 <= begin < len(text):
        return EMPTY
    environment.text(len(text))
    count = only_integer(length) if length else None
    return string(text[begin:] if count is None else text[begin : begin + max(count, 0)])


_functions.with_values("substring", 1, _substring, most=2)


def _replaced(environment: Environment, items: Items, old: Items, new: Items) -> Items:
    text, one, other = only_string(items), only_string(old), only_string(new)
    if text is None or one is None or other is None:
        return EMPTY
    environment.text(len(text) + text.count(one) * len(other))
    return string(text.replace(one, other))


_functions.with_values("replace", 2, _replaced)


def _split(environment: Environment, items: Items, separator: Items) -> Items:
    text, other = only_string(items), only_string(separator)
    if text is None or not other:
        return EMPTY
    environment.spend(1 + text.count(other))
    return [Node(part, STRING) for part in text.split(other)]


def _joined(environment: Environment, items: Items, separator: Items | None = None) -> Items:
    between = only_string(separator) if separator else ""
    parts = [item.value for item in items if isinstance(item.value, str)]
    if not items or between is None:
        return EMPTY
    environment.text(sum(map(len, parts)) + len(between) * len(parts))
    return string(between.join(parts))


_functions.with_values("split", 1, _split)
_functions.with_values("join", 0, _joined, most=1)


def _compiled(call: Arguments) -> Callable[[Environment, Items], Pattern | None]:
    """The pattern of a call: compiled with the expression if it is a literal, else at each evaluation."""
    tree, step = call.trees[0], call.steps[0]
    if isinstance(tree, Constant) and tree.kind == "string":
        made = pattern(tree.text)
        return lambda environment, this: made  # noqa: ARG005 - every step has both

    def computed(environment: Environment, this: Items) -> Pattern | None:
        text = only_string(step(environment, this))
        if text is None:
            return None
        environment.spend(len(text))
        # A long pattern is not kept, and is refused.
        return pattern(text) if len(text) <= MAX_LENGTH else Pattern(text)

    return computed


@_functions.built("matches", 1)
def _matches(call: Arguments) -> Step:
    source, compiled = call.source, _compiled(call)

    def step(environment: Environment, this: Items) -> Items:
        text, wanted = only_string(source(environment, this)), compiled(environment, this)
        if text is None or wanted is None:
            return EMPTY
        return boolean(wanted.is_in(text, environment.spend))

    return step


@_functions.built("replaceMatches", 2)
def _replace_matches(call: Arguments) -> Step:
    source, compiled, replacement = call.source, _compiled(call), call.steps[1]

    def step(environment: Environment, this: Items) -> Items:
        text, wanted = only_string(source(environment, this)), compiled(environment, this)
        other = only_string(replacement(environment, this))
        if text is None or wanted is None or other is None:
            return EMPTY
        return string(wanted.replaced(text, other, environment.spend))

    return step

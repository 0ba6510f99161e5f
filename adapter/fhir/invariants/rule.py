"""Type of a rule, and functions that the rules use to read a node (an object of a resource)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from adapter.errors import Finding, IssueType, Message
from adapter.fhir.dates import interval

Node = Mapping[str, Any]


class RuleScene(Protocol):
    """Context of a rule outside its own node."""

    def target_type(self, reference: Node) -> str | None:
        """The type of the target of a Reference, as far as the reference, container or Bundle shows."""


Places = Callable[[Node, RuleScene], Iterable[str]]
"""Function that gives the paths where a rule is broken, relative to the node; ``""`` is the node itself."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its message, with the key of the specification, and the function that finds the faults."""

    message: Message
    broken: Places

    def findings(self, node: Node, scene: RuleScene, expression: str) -> Iterator[Finding]:
        """One finding for every place where the rule is broken."""
        return (self.message.at(f"{expression}{place}") for place in self.broken(node, scene))


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one module by type or path; ``page`` is the page of the specification that states them."""

    page: str = ""
    by_part: dict[str, list[Rule]] = field(default_factory=dict)

    def must(self, parts: str, key: str, nb: str, en: str, holds: Callable[[Node], bool]) -> None:
        """Declare a rule on the node as a whole."""
        self._declare(parts, key, nb, en, lambda node, _: () if holds(node) else ("",))

    def places(self, parts: str, key: str, nb: str, en: str) -> Callable[[Places], Places]:
        """Declare a rule by a function that yields the places where it is broken."""

        def declare(broken: Places) -> Places:
            self._declare(parts, key, nb, en, broken)
            return broken

        return declare

    def _declare(self, parts: str, key: str, nb: str, en: str, broken: Places) -> None:
        for part in parts.split():
            page = self.page or f"{part.partition('.')[0].lower()}.html"
            message = Message(
                key, IssueType.INVARIANT, nb=nb, en=en, source=f"https://hl7.org/fhir/R4/{page}#invs"
            )
            self.by_part.setdefault(part, []).append(Rule(message, broken))


def has(node: Node, *names: str) -> bool:
    """Tests whether any of the elements is present, as a value or as an extension without a value."""
    return any(name in node or f"_{name}" in node for name in names)


def needs(element: str, needed: str) -> Callable[[Node], bool]:
    """The rule that one element requires another."""
    return lambda node: not has(node, element) or has(node, needed)


def at_least_one(*names: str) -> Callable[[Node], bool]:
    """The rule that at least one of the elements is present."""
    return lambda node: has(node, *names)


def not_both(first: str, second: str) -> Callable[[Node], bool]:
    """The rule that two elements exclude each other."""
    return lambda node: not (has(node, first) and has(node, second))


def has_choice(node: Node, name: str) -> bool:
    """Tests whether a choice element is present under any of its keys."""
    keys = (key.removeprefix("_") for key in node)
    return any(key.startswith(name) and key[len(name) :][:1].isupper() for key in keys)


def children(node: Node, name: str) -> list[tuple[int, Node]]:
    """The objects in a list element with their indexes; the structure check reports other items."""
    items = node.get(name)
    return [pair for pair in enumerate(items) if isinstance(pair[1], dict)] if isinstance(items, list) else []


def child(node: Node, name: str) -> Node:
    """The object in a single element, or an empty object."""
    one = node.get(name)
    return one if isinstance(one, dict) else {}


def text(node: Node, name: str) -> str | None:
    """The string in an element, or None for any other JSON value."""
    value = node.get(name)
    return value if isinstance(value, str) else None


def in_order(node: Node, first: str, second: str) -> bool:
    """Tests whether a date element is certainly not after another, compared unit by unit as in FHIRPath.

    A time of day is compared in UTC. Equal values of different precision have no certain order. A value that
    is not a date counts as in order, since the format check reports it. https://hl7.org/fhirpath/N1/#less-or-equal.
    """
    try:
        one, other = _parts(str(node.get(first))), _parts(str(node.get(second)))
    except ValueError:
        return True
    for earlier, later in zip(one, other, strict=False):
        if earlier != later:
            return earlier < later
    return len(one) == len(other)


def _parts(value: str) -> tuple[float, ...]:
    """Year, month and day, as far as the value has them, and the instant for a value with a time of day."""
    low = interval(value).low
    if "T" in value:
        return (low.year, low.month, low.day, low.timestamp())
    return tuple(int(part) for part in value.split("-"))


def amount(node: Node, name: str) -> int | Decimal | None:
    """The number in an element, or None."""
    value = node.get(name)
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def codings(node: Node, name: str) -> set[tuple[Any, Any]]:
    """System and code of every Coding in a CodeableConcept element."""
    return {
        (one.get("system"), one.get("code"))
        for _, one in children(child(node, name), "coding")
        if all(isinstance(one.get(key, ""), str) for key in ("system", "code"))
    }

"""What an invariant is here, and the few questions its functions ask of a part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from adapter.errors import Finding, IssueType, Message
from adapter.fhir.dates import interval

Node = Mapping[str, Any]


class RuleScene(Protocol):
    """What a rule may know beyond its own part."""

    def target_type(self, reference: Node) -> str | None:
        """The type of the resource a Reference names, when the reference or what is at hand tells."""


Places = Callable[[Node, RuleScene], Iterable[str]]
"""Where a rule is broken, relative to its part: nothing when it holds, ``""`` for the part as a whole."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with the specification's own key, and where it is broken."""

    message: Message
    broken: Places

    def findings(self, node: Node, scene: RuleScene, expression: str) -> Iterator[Finding]:
        """One finding for every place where the rule is broken."""
        return (self.message.at(f"{expression}{place}") for place in self.broken(node, scene))


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one module, by part; ``page`` is where the specification states them."""

    page: str = ""
    by_part: dict[str, list[Rule]] = field(default_factory=dict)

    def must(self, parts: str, key: str, nb: str, en: str, holds: Callable[[Node], bool]) -> None:
        """Declare a rule that holds of the part as a whole, or not."""
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
    """Whether any of the elements is there, be it as a value or as an extension on a missing one."""
    return any(name in node or f"_{name}" in node for name in names)


def needs(element: str, needed: str) -> Callable[[Node], bool]:
    """The rule that an element has another one with it."""
    return lambda node: not has(node, element) or has(node, needed)


def at_least_one(*names: str) -> Callable[[Node], bool]:
    """The rule that one of the elements is there."""
    return lambda node: has(node, *names)


def not_both(first: str, second: str) -> Callable[[Node], bool]:
    """The rule that two elements do not stand together."""
    return lambda node: not (has(node, first) and has(node, second))


def has_choice(node: Node, name: str) -> bool:
    """Whether a choice element is there under any of its written names."""
    keys = (key.removeprefix("_") for key in node)
    return any(key.startswith(name) and key[len(name) :][:1].isupper() for key in keys)


def children(node: Node, name: str) -> list[tuple[int, Node]]:
    """The objects in a list element with their indexes; anything else there is the structure's business."""
    items = node.get(name)
    return [pair for pair in enumerate(items) if isinstance(pair[1], dict)] if isinstance(items, list) else []


def child(node: Node, name: str) -> Node:
    """The object in a single element, or an empty one."""
    one = node.get(name)
    return one if isinstance(one, dict) else {}


def text(node: Node, name: str) -> str | None:
    """The string in an element, or None: a rule may run on any JSON, and compares nothing but strings."""
    value = node.get(name)
    return value if isinstance(value, str) else None


def in_order(node: Node, first: str, second: str) -> bool:
    """Whether a date element is surely not after another, as FHIRPath compares them: part by part.

    A time of day is taken in UTC. Where one value ends and the other goes on, nobody can tell. A value that
    is no date is the business of its format. https://hl7.org/fhirpath/N1/#less-or-equal.
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
    """Year, month and day as far as they are given, and the instant when there is a time of day."""
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

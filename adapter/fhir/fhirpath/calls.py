"""Compiled steps, and the declaration of FHIRPath functions that the compiler calls.

A step is a Python function that gives a collection from the environment and ``$this``. A function of FHIRPath
is declared with a builder, which makes the step of one call from the steps of its source and its arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapter.fhir.fhirpath.environment import Environment
from adapter.fhir.fhirpath.nodes import EMPTY, Items

if TYPE_CHECKING:
    from adapter.fhir.fhirpath.syntax import Tree

Step = Callable[[Environment, Items], Items]


@dataclass(frozen=True, slots=True)
class Arguments:
    """One call: the step of its source, and the step and the syntax tree of every argument."""

    source: Step
    steps: tuple[Step, ...]
    trees: tuple[Tree, ...]
    position: int


Builder = Callable[[Arguments], Step]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: the fewest and the most arguments, and its builder.

    ``is_each``: the arguments are evaluated with items of the source as ``$this``, not with the outer
    ``$this``. ``is_type``: the argument is the name of a type.
    """

    fewest: int
    most: int
    build: Builder
    is_each: bool = False
    is_type: bool = False


@dataclass(frozen=True, slots=True)
class Functions:
    """The functions that one module declares, by name."""

    by_name: dict[str, Function] = field(default_factory=dict)

    def built(
        self,
        name: str,
        fewest: int = 0,
        most: int | None = None,
        *,
        is_each: bool = False,
        is_type: bool = False,
    ) -> Callable[[Builder], Builder]:
        """Declare a function by its builder."""

        def declare(build: Builder) -> Builder:
            self.by_name[name] = Function(fewest, fewest if most is None else most, build, is_each, is_type)
            return build

        return declare

    def of_items(self, name: str, give: Callable[[Environment, Items], Items]) -> None:
        """Declare a function without arguments by what it gives for the items of its source."""

        def build(call: Arguments) -> Step:
            source = call.source
            return lambda environment, this: give(environment, source(environment, this))

        self.by_name[name] = Function(0, 0, build)

    def with_values(
        self, name: str, fewest: int, give: Callable[..., Items], *, most: int | None = None
    ) -> None:
        """Declare a function whose arguments are collections: ``give(environment, items, *arguments)``."""

        def build(call: Arguments) -> Step:
            source, steps = call.source, call.steps

            def step(environment: Environment, this: Items) -> Items:
                items = source(environment, this)
                return give(environment, items, *(one(environment, this) for one in steps))

            return step

        self.by_name[name] = Function(fewest, fewest if most is None else most, build)


def only_string(items: Items) -> str | None:
    """The string of a collection of one string-like item (a date too), or None."""
    if len(items) == 1 and items[0].type.is_primitive:
        value = items[0].value
        return value if isinstance(value, str) else None
    return None


def only_integer(items: Items) -> int | None:
    """The whole number of a collection of one item, or None."""
    value = items[0].value if len(items) == 1 else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def nothing(environment: Environment, this: Items) -> Items:  # noqa: ARG001 - a step has both
    """The step that gives the empty collection."""
    return EMPTY

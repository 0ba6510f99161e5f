"""Environment of evaluations: the variables, the functions of the caller, and the budget."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapter.fhir.dates import OSLO
from adapter.fhir.fhirpath.fhirpath_error import FhirPathError
from adapter.fhir.fhirpath.nodes import EMPTY, Items, Node

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = 1_000_000
"""Default budget: about a second. The constraints of a CarePlan of 2.5 kB take about a hundred steps."""

MAX_TEXT = 1024 * 1024
"""Largest number of characters in a string that an expression makes."""


class Environment:
    """The environment of the expressions that are evaluated on one resource.

    Args:
        resource: the resource that holds the evaluated nodes (``%resource``).
        root_resource: the container of a contained resource (``%rootResource``); by default ``resource``.
        resolve: gives the target of a reference that is not ``#id``, or None if it is not at hand.
        member_of: tests a code, Coding or CodeableConcept against a value set; None if it cannot be judged.
        conforms_to: tests a node against the canonical of a profile; None if it cannot be judged.
        now: the time of ``now()`` and ``today()``, with a zone; by default the time of the first use.
        steps: the budget of all evaluations in this environment together. A step is about one visited item.

    The object holds the state of a running evaluation, so one thread uses it at a time. Values that depend
    on the resources alone are kept in ``memo``: a changed resource needs a new environment.
    """

    __slots__ = (
        "conforms_to", "context", "index", "member_of", "memo", "now", "resolve", "resource",
        "root_resource", "steps", "total",
    )  # fmt: skip

    def __init__(
        self,
        resource: Node,
        root_resource: Node | None = None,
        *,
        resolve: Callable[[str], Node | None] | None = None,
        member_of: Callable[[Node, str], bool | None] | None = None,
        conforms_to: Callable[[Node, str], bool | None] | None = None,
        now: datetime | None = None,
        steps: int = STEPS,
    ) -> None:
        self.resource: Items = (resource,)
        self.root_resource: Items = (root_resource or resource,)
        self.resolve = resolve
        self.member_of = member_of
        self.conforms_to = conforms_to
        self.now = now
        self.steps = steps
        self.context: Items = EMPTY
        self.index: int | None = None
        self.total: Items = EMPTY
        self.memo: dict[Any, Any] = {}

    def spend(self, steps: int) -> None:
        """Take steps from the budget.

        Raises:
            FhirPathError: the budget is exceeded.
        """
        self.steps -= steps
        if self.steps < 0:
            raise FhirPathError("too-costly", "The evaluation takes too many steps")

    def text(self, length: int) -> None:
        """Take the steps of making or reading a string of ``length`` characters.

        Raises:
            FhirPathError: the string or the budget is exceeded.
        """
        if length > 64:
            if length > MAX_TEXT:
                raise FhirPathError("too-costly", "The evaluation makes too long a string")
            self.spend(length >> 6)

    def instant(self) -> datetime:
        """The time of ``now()``, the same in all evaluations."""
        if self.now is None:
            self.now = datetime.now(OSLO)
        return self.now

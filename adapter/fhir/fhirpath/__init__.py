"""FHIRPath of R4: expressions are compiled once to Python functions and evaluated on plain JSON trees.

    expression = compiled("detail.empty() or reference.empty()")
    activity = node({"detail": {...}}, "CarePlan.activity")
    expression.evaluate(activity, Environment(resource_node(plan)))       -> the nodes of the result
    expression.holds(activity, Environment(resource_node(plan)))          -> True, False, or None if empty

The language is FHIRPath N1 with R4's additions (https://hl7.org/fhirpath/N1/,
https://hl7.org/fhir/R4/fhirpath.html). An empty result is neither true nor false: a constraint holds only if
its result is true. Where N1 signals an error because of the content (several items where one belongs, a type
that an operator does not take), the result is empty; ``in`` and ``as`` take several items, as R4's own
expressions need. Only :class:`FhirPathError` is raised.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from adapter.fhir.fhirpath.certainty import is_certain, keys_read
from adapter.fhir.fhirpath.compiler import step_of
from adapter.fhir.fhirpath.environment import STEPS, Environment
from adapter.fhir.fhirpath.fhirpath_error import FhirPathError, Reason
from adapter.fhir.fhirpath.nodes import Items, Node, node, resource_node, truth
from adapter.fhir.fhirpath.syntax import parsed

if TYPE_CHECKING:
    from adapter.fhir.fhirpath.calls import Step

__all__ = [
    "STEPS", "Environment", "Expression", "FhirPathError", "Items", "Node", "Reason", "compiled",
    "is_certain", "keys_read", "node", "resource_node",
]  # fmt: skip


class Expression:
    """A compiled expression; evaluations do not change it, so threads can share it."""

    __slots__ = ("_step", "text")

    def __init__(self, text: str, step: Step) -> None:
        self.text = text
        self._step = step

    def evaluate(self, item: Node, environment: Environment) -> Items:
        """The nodes that the expression gives for a node, which is ``$this`` and ``%context``.

        Raises:
            FhirPathError: ``too-costly``, ``undecided``, or ``unsupported`` for a computed pattern.
        """
        this = environment.context = (item,)
        environment.index = None
        try:
            return self._step(environment, this)
        except RecursionError:
            raise FhirPathError("too-costly", "The content is nested too deeply") from None

    def holds(self, item: Node, environment: Environment) -> bool | None:
        """The result as a Boolean: that of its only item, True for any other single item, else None.

        Raises:
            FhirPathError: as ``evaluate``.
        """
        return truth(self.evaluate(item, environment))


@lru_cache(maxsize=4096)
def compiled(text: str) -> Expression:
    """The compiled expression of a text.

    Raises:
        FhirPathError: ``syntax`` or ``unsupported``, with the position in the text.
    """
    try:
        # As an inner one: what depends on the resource alone is computed once in an environment.
        return Expression(text, step_of(parsed(text), is_inner=True))
    except RecursionError:
        raise FhirPathError("too-costly", "The expression is nested too deeply") from None

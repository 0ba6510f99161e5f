"""fhirpathpy as the judge of our results: the same expression on the same node, with its gaps closed.

Gaps: it lacks ``hasValue``; it raises where an operand has several items or another type (``Raised`` here);
it gives the companion of a primitive as an item of its own, so a companion beside a value is taken away.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

from fhirpathpy import apply_parsed_path, parse
from fhirpathpy.engine.nodes import FP_Type, ResourceNode
from fhirpathpy.models import models

from adapter.fhir.fhirpath import Environment, Node, compiled, resource_node

_OPTIONS = {
    "userInvocationTable": {
        "hasValue": {
            "fn": lambda items: [len(items) == 1 and _is_value(getattr(items[0], "data", items[0]))],
            "arity": {0: []},
            "internalStructures": True,
        },
    },
    "traceFn": lambda *_: None,
}


class Raised(Exception):
    """The judge has no result: it raised."""


def ours(expression: str, item: Node, resource: dict[str, Any]) -> list[Any]:
    """The values our compiler gives, as :func:`theirs`."""
    root = resource_node(resource)
    found = compiled(expression).evaluate(item, Environment(root))
    return [_plain(one.value) for one in found if one.value is not None]


def theirs(expression: str, item: Node, resource: dict[str, Any]) -> list[Any]:
    """The values fhirpathpy gives.

    Raises:
        Raised: it raised.
    """
    variables = {"resource": _bare(resource), "rootResource": _bare(resource)}
    try:
        start = _bare(item.value)
        if "resourceType" not in start:
            start = ResourceNode.create_node(start, item.type.name)
        found = apply_parsed_path(start, _parsed(expression), variables, models["r4"], _OPTIONS)
    except Exception as cause:
        raise Raised(str(cause)) from cause
    if any(isinstance(one, dict) and "$error" in one for one in found):
        raise Raised(str(found))
    return [_plain(one) for one in found if one is not None]


@cache
def _parsed(expression: str) -> Any:
    return parse(expression)


def _bare(value: Any) -> Any:
    """A copy without the companions of primitives that have a value."""
    if isinstance(value, dict):
        return {
            key: _bare(inner)
            for key, inner in value.items()
            if not key.startswith("_") or _is_missing(value.get(key[1:]))
        }
    return [_bare(one) for one in value] if isinstance(value, list) else value


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, list) and None in value)


def _is_value(value: Any) -> bool:
    return value is not None and not isinstance(value, dict | list)


def _plain(value: Any) -> Any:
    if isinstance(value, FP_Type):
        return str(value)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Decimal(str(value)).normalize()
    return value

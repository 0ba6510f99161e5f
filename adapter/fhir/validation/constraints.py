"""Judgement of the FHIRPath constraints of profiles on one element.

A constraint holds if its result is true; an empty result breaks it, as in the official validator. A result
that cannot be known (a value set that is not installed, a function that is not supported) is not checked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapter.errors import Severity
from adapter.fhir.fhirpath import FhirPathError, compiled, node
from adapter.fhir.validation import profile_faults as faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adapter.errors import Finding
    from adapter.fhir.definitions.layers import Constraint
    from adapter.fhir.validation.container import Container
    from adapter.fhir.validation.elements import Item
    from adapter.fhir.validation.unchecked import Unchecked

_OF_SEVERITY = {"warning": Severity.WARNING}


def broken(
    constraints: Iterable[Constraint], item: Item, container: Container, unchecked: Unchecked
) -> Iterator[Finding]:
    """The findings of the constraints that an occurrence of an element breaks."""
    focus = node(item.value, item.type, item.companion)
    for one in constraints:
        try:
            holds = compiled(one.expression).holds(focus, container.environment)
        except FhirPathError as error:
            if error.reason in {"undecided", "unsupported"}:
                unchecked.note("rule", f"{one.profile}#{one.key}")
            else:
                yield _unusable(one, error, item.path)
            continue
        if holds is not True:
            told = faults.CONSTRAINT.at(item.path, key=one.key, profile=one.profile, human=one.human)
            severity = _OF_SEVERITY.get(one.severity, told.severity)
            yield replace(told, code=one.key or told.code, severity=severity)


def _unusable(constraint: Constraint, error: FhirPathError, path: str) -> Finding:
    """The finding of a constraint that is not FHIRPath, or that takes more steps than allowed."""
    reason = f"its rule {constraint.key} cannot be evaluated ({error})"
    return faults.BROKEN.at(path, profile=constraint.profile, reason=reason)

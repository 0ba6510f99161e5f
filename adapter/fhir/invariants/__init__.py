"""Invariants of R4 on every type: the specification's own FHIRPath, as constraints, and their texts.

The table of definitions names every invariant of every type. :mod:`adapter.fhir.invariants.expressions`
says which of them are checked elsewhere and which expressions are corrected. An invariant has the texts that
are declared for its key, or a general text with its expression. The constraints are judged by
:mod:`adapter.fhir.validation.constraints`, as those of profiles are.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from adapter.fhir.definitions import data_types, facts, resource_types
from adapter.fhir.definitions.compilation import TYPES
from adapter.fhir.definitions.layers import Constraint
from adapter.fhir.invariants import bundle_texts, datatype_texts, resource_texts
from adapter.fhir.invariants.expressions import STATED_HERE, judged
from adapter.fhir.invariants.texts import Told, general

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adapter.errors import Finding
    from adapter.fhir.definitions import ElementFacts, Invariant

_TEXTS = {**datatype_texts.TEXTS, **resource_texts.TEXTS, **bundle_texts.TEXTS}


def rules(part: str) -> tuple[Constraint, ...]:
    """The constraints of a type or of a backbone path."""
    return (*_constraints(part, facts(part).invariants), *_stated_here(part))


def rules_of(element: ElementFacts) -> tuple[Constraint, ...]:
    """The constraints of an element beyond those of its type: its own, and those of SimpleQuantity."""
    profiles = (_stated_here(profile) for ref in element.types for profile in ref.profiles)
    return sum(profiles, _constraints(element.path, element.invariants))


def finding(rule: Constraint, path: str) -> Finding:
    """The finding of a broken invariant of an object; ``path`` is the FHIRPath of the object."""
    told = _told(rule)
    return told.message.at(f"{path}{told.place}")


def declare_all() -> None:
    """Declare the messages of all invariants; a general text is else declared when the first is broken."""
    for type_name in sorted(resource_types() | data_types()):
        for rule in _all(type_name):
            _told(rule)


def _all(part: str) -> Iterator[Constraint]:
    """The constraints of a type, of its elements and of its parts."""
    yield from rules(part)
    for element in facts(part).elements.values():
        yield from rules_of(element)
        if element.part and element.part.startswith(f"{part}."):
            yield from _all(element.part)


def _constraints(part: str, stated: Iterable[Invariant]) -> tuple[Constraint, ...]:
    return tuple(
        _constraint(part, one.key, one.severity, expression)
        for one in stated
        if (expression := judged(one.key, one.expression))
    )


def _stated_here(part: str) -> tuple[Constraint, ...]:
    return tuple(
        _constraint(part, key, "error", expression) for key, expression in STATED_HERE.get(part, {}).items()
    )


def _constraint(part: str, key: str, severity: str, expression: str) -> Constraint:
    return Constraint(key, severity, expression, "", TYPES + part.partition(".")[0])


@cache
def _told(rule: Constraint) -> Told:
    """The texts of an invariant: by type and key, else by key, else the general text."""
    type_name = rule.profile.removeprefix(TYPES)
    return _TEXTS.get(f"{type_name}#{rule.key}") or _TEXTS.get(rule.key) or general(rule, type_name)

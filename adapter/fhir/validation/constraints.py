"""Judgement of FHIRPath constraints, those of R4's types and those of profiles, on one object or element.

A constraint holds if its result is true; an empty result breaks it, as in the official validator. A result
that cannot be known (a value set that is not installed, a function that is not supported) is not checked.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message, Severity
from adapter.fhir import invariants
from adapter.fhir.fhirpath import FhirPathError, compiled, is_certain, keys_read, node
from adapter.fhir.shapes import shape
from adapter.fhir.validation import profile_faults as faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from adapter.errors import Finding
    from adapter.fhir.definitions.layers import Constraint, Profile
    from adapter.fhir.fhirpath import Node
    from adapter.fhir.validation.container import Container
    from adapter.fhir.validation.elements import Item
    from adapter.fhir.validation.unchecked import Unchecked

TOO_COSTLY = Message(
    "rule-too-costly",
    IssueType.TOO_COSTLY,
    nb="Innholdet er for stort til at regelen {key} i FHIR R4 er prøvd. Prøv den på annen måte.",
    en="The content is too large for the rule {key} of FHIR R4 to be tried. Try it in another way.",
    severity=Severity.WARNING,
)
"""R4's own rules take time in proportion to the content, so large content need not be wrong: a warning."""

_OF_SEVERITY = {"warning": Severity.WARNING}


def broken(
    rules: Iterable[Constraint], item: Item, container: Container, unchecked: Unchecked
) -> Iterator[Finding]:
    """The findings of the constraints of a profile that an occurrence of an element breaks."""
    focus = node(item.value, item.type, item.companion)
    return _broken(rules, focus, item.path, container, unchecked, _of_profile)


def broken_of_element(
    rules: Iterable[Constraint], item: Item, container: Container, unchecked: Unchecked
) -> Iterator[Finding]:
    """The findings of R4's constraints on an element that an object breaks."""
    focus = node(item.value, item.type)
    return _broken(rules, focus, item.path, container, unchecked, _of_base)


def broken_of_type(
    value: dict[str, Any],
    type_name: str,
    path: str,
    container: Container,
    unchecked: Unchecked,
    *,
    is_whole: bool,
) -> Iterable[Finding]:
    """The findings of the constraints of its type that an object breaks.

    ``is_whole``: the structure of the object has no error. Else an empty result, which breaks a constraint,
    says nothing more: an element it needs is missing or malformed, and that has been told.
    """
    rules = _uncertain(type_name, _keys_read(type_name).intersection(value))
    if not rules:
        return ()
    focus = node(value, type_name)
    return _broken(rules, focus, path, container, unchecked, _of_base, is_whole=is_whole)


@cache
def _keys_read(type_name: str) -> frozenset[str]:
    """The JSON keys of which the results of constraints of a type can be certain."""
    read = (keys_read(one.expression, type_name) for one in shape(type_name).rules)
    return frozenset().union(*(keys for keys in read if keys is not None))


@lru_cache(maxsize=4096)
def _uncertain(type_name: str, keys: frozenset[str]) -> tuple[Constraint, ...]:
    """The constraints of a type that an object with these keys may break."""
    rules = shape(type_name).rules
    return tuple(one for one in rules if not is_certain(compiled(one.expression), type_name, keys))


def _broken(
    rules: Iterable[Constraint],
    focus: Node,
    path: str,
    container: Container,
    unchecked: Unchecked,
    told: Callable[[Constraint, str, FhirPathError | None], Finding],
    *,
    is_whole: bool = True,
) -> Iterator[Finding]:
    environment = container.environment
    for one in rules:
        try:
            holds = compiled(one.expression).holds(focus, environment)
        except FhirPathError as error:
            if error.reason in {"undecided", "unsupported"}:
                unchecked.note("rule", f"{one.profile}#{one.key}")
            else:
                yield told(one, path, error)
            continue
        if holds is False or (holds is None and is_whole):
            yield told(one, path, None)


def _of_base(rule: Constraint, path: str, error: FhirPathError | None) -> Finding:
    """The finding of a constraint of R4; all of them compile, so an error means too large content."""
    return TOO_COSTLY.at(path, key=rule.key) if error else invariants.finding(rule, path)


def _of_profile(rule: Constraint, path: str, error: FhirPathError | None) -> Finding:
    """The finding of a constraint of a profile; an error: it is not FHIRPath, or takes too many steps."""
    if error:
        reason = f"its rule {rule.key} cannot be evaluated ({error})"
        return faults.BROKEN.at(path, profile=rule.profile, reason=reason)
    told = faults.CONSTRAINT.at(path, key=rule.key, profile=rule.profile, human=rule.human)
    severity = _OF_SEVERITY.get(rule.severity, told.severity)
    return replace(told, code=rule.key or told.code, severity=severity)


def unreadable(profile: Profile, path: str) -> Iterator[Finding]:
    """The findings of the constraints of a profile that are no FHIRPath; ``path`` is its place."""
    for layer in profile.root.all():
        for one in layer.constraints:
            if one.profile == profile.url:
                try:
                    compiled(one.expression)
                except FhirPathError as error:
                    if error.reason in {"syntax", "too-costly"}:
                        yield _of_profile(one, path, error)

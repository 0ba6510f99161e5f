"""Filters of a value set's compose: the codes of a code system that meet one filter.

A filter that the code system cannot decide gives None: an operation or property that is not known here, a
subsumption in a hierarchy that is not one, a code that the system does not have, or a costly regex.
Rules: https://hl7.org/fhir/R4/valueset.html#compositions, https://hl7.org/fhir/R4/valueset-filter-operator.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.fhir.terminology.code_systems import CodeSystem, Concept

MAX_REGEX = 100
"""Characters a regex may have, and a text that is matched with it."""

MAX_REPEATS = 3
"""Repetitions a regex may have, so that backtracking is polynomial of that degree at most."""

_OF_THE_CODE = {"concept", "code"}
_ESCAPED = re.compile(r"\\[^1-9]")
_REPEAT = re.compile(r"[*+]|\{\d*,\d*\}")
_COSTLY = re.compile(
    r"\)[*+{]"  # a repeated group
    r"|\(\?[^:]"  # looking ahead or behind, flags, names
    r"|\\[1-9]"  # a reference to a group
    r"|\{[^}]*\d{3}"  # hundreds of repetitions
    r"|\[\[|--|&&|\|\||~~"  # set operations, which other engines read differently
)


class Filter(NamedTuple):
    """A filter of an include or exclude."""

    property: str
    op: str
    value: str


def matching(system: CodeSystem, rule: Filter) -> frozenset[str] | None:
    """The codes of a code system that meet a filter, or None when the code system cannot decide it."""
    if rule.op in _BY_HIERARCHY:
        return _by_hierarchy(system, rule)
    test = _test(rule)
    if test is None or not _is_property(system, rule.property):
        return None
    found = {concept.code: _values(concept, rule.property) for concept in system.concepts.values()}
    if (rule.op, rule.value) == ("=", "false") and not all(found.values()):
        return None  # whether a missing boolean is false is the code system's choice
    return frozenset(code for code, values in found.items() if test(values))


def _by_hierarchy(system: CodeSystem, rule: Filter) -> frozenset[str] | None:
    if rule.property not in _OF_THE_CODE or not system.has_subsumption:
        return None
    root = system.concept(rule.value)
    return None if root is None else _BY_HIERARCHY[rule.op](system, root.code)


_BY_HIERARCHY: dict[str, Callable[[CodeSystem, str], frozenset[str]]] = {
    "is-a": lambda system, code: system.related(code),
    "descendent-of": lambda system, code: system.related(code) - {code},
    "is-not-a": lambda system, code: frozenset(system.concepts) - system.related(code),
    "generalizes": lambda system, code: system.related(code, upward=True) & system.concepts.keys(),
}


def _is_property(system: CodeSystem, name: str) -> bool:
    return name in {*_OF_THE_CODE, "display", "parent", "child"} or name in system.property_names


def _values(concept: Concept, name: str) -> set[str]:
    if name in _OF_THE_CODE:
        return {concept.code}
    if name == "display":
        return {text for _, text in concept.texts[:1]}
    if name == "parent":
        return concept.parents
    return concept.children if name == "child" else concept.properties.get(name, set())


def _test(rule: Filter) -> Callable[[set[str]], bool] | None:
    """The test that a filter makes of a concept's property values, or None for an unknown operation."""
    listed = {one.strip() for one in rule.value.split(",")}
    if rule.op == "regex":
        return _regex_test(rule.value)
    tests: dict[str, Callable[[set[str]], bool]] = {
        "=": lambda values: rule.value in values,
        "in": lambda values: not values.isdisjoint(listed),
        "not-in": lambda values: values.isdisjoint(listed),
        "exists": lambda values: bool(values) == (rule.value == "true"),
    }
    return tests.get(rule.op)


def _regex_test(pattern: str) -> Callable[[set[str]], bool] | None:
    """The test of a regex against whole values, or None when matching could be slow."""
    plain = _ESCAPED.sub("x", pattern)
    if len(pattern) > MAX_REGEX or len(_REPEAT.findall(plain)) > MAX_REPEATS or _COSTLY.search(plain):
        return None
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError):
        return None
    return lambda values: any(len(one) <= MAX_REGEX and compiled.fullmatch(one) for one in values)

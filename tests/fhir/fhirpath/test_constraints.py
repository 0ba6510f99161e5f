"""R4's own constraints: all compile, and they judge resources as fhirpathpy does."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.fhir.codec.stored import read_stored
from adapter.fhir.definitions import data_types, facts, resource_types, search_parameters
from adapter.fhir.fhirpath import Environment, FhirPathError, Node, compiled, resource_node
from adapter.fhir.fhirpath.nodes import children_of
from tests.fhir.fhirpath.judge import Raised, ours, theirs
from tests.fhir.fhirpath.mutants import mutants
from tests.strategies.resources import resources

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.json"))
TYPES = sorted(resource_types() | data_types() | {"Resource", "DomainResource", "Element", "BackboneElement"})

UNLIKE = {
    "hasValue() or (children().count() > id.count())": "the judge counts resourceType and null as children",
    "htmlChecks()": "the judge lacks it",
    "answer is Boolean": "the judge takes a FHIR boolean for a System.Boolean",
}
"""Constraints, or parts of them, that are not compared, with the reason."""


def _parts(type_name: str) -> Iterator[str]:
    """A type and its backbone elements."""
    yield type_name
    for element in facts(type_name).elements.values():
        if element.part and element.part.startswith(f"{type_name}."):
            yield from _parts(element.part)


@cache
def constraints(type_name: str) -> tuple[str, ...]:
    """The expressions of the constraints of a type or of a backbone element."""
    return tuple(one.expression for one in facts(type_name).invariants)


def test_every_constraint_of_r4_compiles() -> None:
    """The expressions of all constraints of all types and elements compile."""
    found = set()
    for part in (part for type_name in TYPES for part in _parts(type_name)):
        found |= set(constraints(part))
        for element in facts(part).elements.values():
            found |= {one.expression for one in element.invariants}
    assert len(found) > 190
    for expression in found:
        compiled(expression)


def test_every_search_parameter_of_r4_compiles() -> None:
    """The expressions of all search parameters of all resource types compile."""
    found = {one.expression for name in resource_types() for one in search_parameters(name).values()}
    assert len(found) > 800
    for expression in found:
        if expression:
            compiled(expression)


def nodes(root: Node) -> Iterator[Node]:
    """The objects of a resource; an object of another resource inside it is left out."""
    yield root
    for child in children_of(root):
        if not child.type.is_primitive and "resourceType" not in child.value:
            yield from nodes(child)


def _differences(resource: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    """Type, expression and both results, for every constraint with different results."""
    found = []
    for item in nodes(resource_node(resource)):
        for expression in constraints(item.type.name):
            if any(part in expression for part in UNLIKE):
                continue
            try:
                mine, other = ours(expression, item, resource), theirs(expression, item, resource)
            except (Raised, FhirPathError):
                continue
            if mine != other:
                found.append((item.type.name, expression, mine, other))
    return found


def _resources(value: Any) -> Iterator[dict[str, Any]]:
    """The resource of an example and, for a Bundle, its entries."""
    if isinstance(value, dict) and value.get("resourceType") in resource_types():
        yield value
        for entry in value.get("entry", ()) if value["resourceType"] == "Bundle" else ():
            yield from _resources(entry.get("resource"))


@pytest.mark.slow
def test_constraints_judge_the_examples_as_the_judge_does() -> None:
    """Every constraint gives the same result in both engines, on every object of every example."""
    files = [read_stored(path.read_bytes()) for path in EXAMPLES]
    judged = [resource for file in files for resource in _resources(file)]
    assert len(judged) > 20
    assert [one for resource in judged for one in _differences(resource)] == []


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_constraints_judge_mutants_as_the_judge_does(data: st.DataObject) -> None:
    """On generated resources with elements removed and repeated, both engines give one result."""
    type_name = data.draw(st.sampled_from(sorted(resource_types())))
    resource = data.draw(resources(type_name))
    assert _differences(data.draw(mutants(resource))) == []


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_content_makes_a_constraint_raise(data: st.DataObject) -> None:
    """With junk in the place of elements, a constraint gives a result, or the error of the engine."""
    type_name = data.draw(st.sampled_from(["Bundle", "CarePlan", "Consent", "Observation", "Questionnaire"]))
    resource = data.draw(resources(type_name).flatmap(lambda one: mutants(one, junk=True)))
    root = resource_node(resource)
    environment = Environment(root)
    waiting = [root]
    while waiting:
        item = waiting.pop()
        waiting += children_of(item)
        for expression in (*constraints(item.type.name), "descendants().distinct().count() >= 0"):
            try:
                compiled(expression).holds(item, environment)
            except FhirPathError as undecided:
                assert undecided.reason == "undecided"  # noqa: PT017 - most evaluations do not raise

"""Hostile expressions and contents end with the error of the engine, and soon."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from adapter.fhir.fhirpath import Environment, FhirPathError, compiled, resource_node


def deep(levels: int) -> dict[str, Any]:
    """A Questionnaire with nested items."""
    item: dict[str, Any] = {"linkId": "0", "type": "group"}
    for level in range(1, levels):
        item = {"linkId": str(level), "type": "group", "item": [item]}
    return {"resourceType": "Questionnaire", "status": "draft", "item": [item]}


WIDE = {"resourceType": "Patient", "name": [{"family": str(number)} for number in range(3000)]}


@pytest.mark.parametrize(
    "expression",
    [
        "1.repeat($this + 1)",
        "'a'.repeat($this & $this)",
        "'a'.repeat($this & 'a')",
        "name.select(%resource.name).select(%resource.name)",
        "name.family.repeat($this & 'x')",
        "name.select(name.combine(%resource.descendants())).count()",
        "name.aggregate($total.combine(%resource.name), {})",
    ],
)
def test_an_endless_or_exploding_expression_exceeds_its_budget(expression: str) -> None:
    """Unbounded repetition, squares of large collections and growing strings raise ``too-costly``."""
    root = resource_node(WIDE)
    started = process_time()
    with pytest.raises(FhirPathError) as raised:
        compiled(expression).evaluate(root, Environment(root))
    assert raised.value.reason == "too-costly"
    assert process_time() - started < 10


def test_the_budget_is_of_all_evaluations_in_an_environment() -> None:
    """Evaluations in one environment take from one budget."""
    root = resource_node(WIDE)
    environment = Environment(root, steps=10_000)
    expression = compiled("name.where(family = '1').exists()")
    expression.evaluate(root, environment)
    with pytest.raises(FhirPathError):
        expression.evaluate(root, environment)


def test_deep_content_is_walked_without_recursion() -> None:
    """``descendants`` and ``repeat`` reach content of any depth that a reader allows."""
    resource = deep(400)
    root = resource_node(resource)
    for expression in ("descendants().linkId.isDistinct()", "descendants().linkId.count() = 400"):
        assert compiled(expression).holds(root, Environment(root)) is True


def test_content_too_deep_to_compare_raises_the_error_of_the_engine() -> None:
    """Equality of objects nested deeper than Python's stack is ``too-costly``."""
    root = resource_node(deep(5000))
    with pytest.raises(FhirPathError) as raised:
        compiled("item = item").evaluate(root, Environment(root))
    assert raised.value.reason == "too-costly"


def test_a_constraint_of_a_large_bundle_takes_linear_time() -> None:
    """The constraints of a Bundle of 10 000 entries fit in the default budget."""
    entries = [
        {
            "fullUrl": f"urn:uuid:{number}",
            "resource": {"resourceType": "Basic"},
            "request": {"method": "POST"},
        }
        for number in range(10_000)
    ]
    root = resource_node({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    environment = Environment(root)
    unique = "entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()"
    asked = (
        "entry.all(request.exists() = (%resource.type = 'batch' or %resource.type = 'transaction'"
        " or %resource.type = 'history'))"
    )
    assert compiled(unique).holds(root, environment) is True
    assert compiled(asked).holds(root, environment) is True

"""Three-valued logic of FHIRPath as tables; ``{}`` is the third value."""

from __future__ import annotations

from itertools import product

import pytest

from adapter.fhir.fhirpath import Environment, compiled, resource_node

ROOT = resource_node({"resourceType": "Basic"})
VALUES = ("true", "false", "{}")
RESULTS = {"t": True, "f": False, "e": None}

TABLES = {
    "and": "tfe fff efe",
    "or": "ttt tfe tee",
    "xor": "fte tfe eee",
    "implies": "tfe ttt tee",
}
"""Rows: left is true, false, empty; columns: right is true, false, empty."""


def holds(expression: str) -> bool | None:
    """The result of an expression without content."""
    return compiled(expression).holds(ROOT, Environment(ROOT))


@pytest.mark.parametrize("operator", TABLES)
def test_an_operator_has_its_truth_table(operator: str) -> None:
    """Every pair of true, false and empty gives the result of the specification."""
    expected = [RESULTS[cell] for row in TABLES[operator].split() for cell in row]
    found = [holds(f"({left}) {operator} ({right})") for left, right in product(VALUES, repeat=2)]
    assert found == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("{}.not()", None),
        ("{} = {}", None),
        ("{} = 1", None),
        ("{} != 1", None),
        ("{} ~ {}", True),
        ("{} < 1", None),
        ("{}.empty()", True),
        ("{}.exists()", False),
        ("{}.all(false)", True),
        ("{}.allTrue()", True),
        ("{}.anyTrue()", False),
        ("{} in (1 | 2)", None),
        ("1 in {}", False),
        ("'x' and true", True),
        ("(1 | 2) and true", None),
        ("iif({}, false, true)", True),
        ("(true | false).where($this).count() = 1", True),
    ],
)
def test_the_empty_collection_is_neither_true_nor_false(expression: str, expected: bool | None) -> None:
    """Empty passes through operators, and functions about existence answer it."""
    assert holds(expression) is expected


def test_a_side_that_does_not_count_is_not_evaluated() -> None:
    """``and``, ``or``, ``implies`` and ``iif`` skip what needs a value set that is not at hand."""
    costly = "'a'.memberOf('urn:vs')"
    assert holds(f"false and {costly}") is False
    assert holds(f"true or {costly}") is True
    assert holds(f"false implies {costly}") is True
    assert holds(f"iif(true, true, {costly})") is True

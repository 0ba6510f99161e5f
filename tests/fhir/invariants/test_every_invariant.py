"""Each invariant of R4 is judged, or is in a list with the reason why it is not."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.errors import Severity
from adapter.fhir import invariants
from adapter.fhir.definitions import data_types, facts, resource_types
from adapter.fhir.fhirpath import Environment, compiled, is_certain, keys_read, resource_node
from adapter.fhir.fhirpath.nodes import children_of
from adapter.fhir.invariants.expressions import CORRECTED, LEFT_OUT, STATED_HERE
from adapter.fhir.shapes import shape
from adapter.fhir.validation.structure import check
from adapter.fhir.validation.verdict import judge
from tests.fhir.fhirpath.mutants import mutants
from tests.fhir.invariants.rows import ROWS, SOUND
from tests.strategies.resources import resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.fhir.definitions.layers import Constraint
    from adapter.fhir.fhirpath import Node

UNBROKEN = {
    "cid-0": "ChargeItemDefinition has no name",
    "eld-11": "its expression is true whenever the element has a type",
    **dict.fromkeys(
        ("ppc-2", "ppc-3", "ppc-4", "ppc-5"), "its expression asks for a system that is called something"
    ),
    "tst-4": "the elements it asks for are required",
}
"""Invariants that are judged, and that no structurally valid resource breaks."""

ELSEWHERE_TRIED = {
    "age-1", "app-1", "app-2", "app-3", "app-4", "att-1", "bdl-1", "bdl-10", "bdl-11", "bdl-12",
    "bdl-5", "bdl-8", "bdl-9", "cmp-1", "cmp-2", "cnt-3", "con-1", "con-2", "con-4",
    "con-5", "cpl-3", "cpt-2", "ctm-1", "dis-1", "drq-1", "drq-2", "drt-1", "exp-1", "gol-1", "obs-3",
    "obs-6", "obs-7", "org-1", "org-2", "org-3", "pat-1", "per-1", "ppc-1", "prr-1", "qty-3", "rat-1",
    "rng-2", "sqt-1", "tim-1", "tim-10", "tim-2", "tim-4", "tim-5", "tim-6", "tim-7", "tim-8", "tim-9",
    "trd-1", "trd-2", "trd-3",
}  # fmt: skip
"""Invariants that a request of :mod:`tests.promised.asks.structure` breaks; ``codes.tsv`` names each."""


def _parts(part: str) -> Iterator[str]:
    yield part
    for element in facts(part).elements.values():
        if element.part and element.part.startswith(f"{part}."):
            yield from _parts(element.part)


@cache
def stated() -> frozenset[str]:
    """The keys of all invariants in the table of definitions."""
    parts = [part for type_name in resource_types() | data_types() for part in _parts(type_name)]
    own = {one.key for part in parts for one in facts(part).invariants}
    return frozenset(
        own.union(
            *(
                {one.key for one in element.invariants}
                for part in parts
                for element in facts(part).elements.values()
            )
        )
    )


@cache
def judged() -> frozenset[Constraint]:
    """All constraints that the structure check judges."""
    found: set[Constraint] = set()
    for part in (part for type_name in resource_types() | data_types() for part in _parts(type_name)):
        found.update(shape(part).rules)
        for member in shape(part).members.values():
            found.update(member.rules)
    return frozenset(found)


def test_every_invariant_is_judged_or_left_out_with_a_reason() -> None:
    """An invariant has a constraint, or is in the closed list, which is printed."""
    keys = {one.key for one in judged()}
    assert stated() - keys == set(LEFT_OUT)
    assert keys - stated() == {"sqt-1"}
    for key, reason in sorted({**LEFT_OUT, **UNBROKEN}.items()):
        sys.stdout.write(f"{key}: {reason}\n")


def test_every_constraint_compiles_and_has_a_message() -> None:
    """Each constraint is FHIRPath that the compiler takes, and has a finding with its key and severity."""
    assert len(judged()) > 220
    for one in judged():
        compiled(one.expression)
        told = invariants.finding(one, "X")
        assert (told.code, str(told.severity)) == (one.key, one.severity)


def test_every_correction_belongs_to_an_invariant() -> None:
    """No correction and no moved invariant is left of a key that the specification does not state."""
    assert set(CORRECTED) <= stated()
    assert {key for moved in STATED_HERE.values() for key in moved} <= stated() | {"sqt-1"}


@pytest.mark.parametrize("type_name", sorted(SOUND))
def test_a_sound_resource_breaks_no_invariant(type_name: str) -> None:
    """The resource that the rows change has no finding itself."""
    assert check(SOUND[type_name]) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.resource['resourceType']}-{row.key}")
def test_a_broken_invariant_is_found_at_its_place(row: Any) -> None:
    """The change is found with the key of the invariant, at the object that breaks it."""
    found = [(finding.code, finding.expression) for finding in check(row.resource)]
    assert (row.key, row.place) in found
    assert {code for code, _ in found} <= stated()


def test_the_rows_break_every_invariant() -> None:
    """Each judged invariant is broken by a row here, or by a request of the promised codes."""
    keys = {one.key for one in judged()}
    assert keys == {row.key for row in ROWS} | ELSEWHERE_TRIED | set(UNBROKEN)


def test_an_empty_result_of_malformed_content_is_no_finding_of_its_own() -> None:
    """Where an element is missing or malformed, that is told, and not the invariants without an answer."""
    assert {finding.code for finding in check({"resourceType": "Bundle"})} == {"element-required"}
    patient = {"resourceType": "Patient", "name": [{"text": "x", "period": {"start": "x", "end": "2026"}}]}
    assert {finding.code for finding in check(patient)} == {"dateTime-format"}


def test_an_invariant_without_a_known_result_is_not_checked() -> None:
    """A range in two units is neither valid nor broken: the rule is named as not checked."""
    low, high = ({"value": 1, "system": "http://unitsofmeasure.org", "code": code} for code in ("kg", "g"))
    extension = {"url": "urn:x", "valueRange": {"low": low, "high": high}}
    result = judge({"resourceType": "Patient", "extension": [extension]})
    assert result.findings == ()
    assert [(one.kind, one.url) for one in result.not_checked] == [
        ("extension", "urn:x"),
        ("rule", "http://hl7.org/fhir/StructureDefinition/Range#rng-2"),
    ]


@pytest.mark.slow
def test_an_invariant_that_large_content_makes_too_costly_is_a_warning() -> None:
    """Content that needs more steps than the budget is told as not tried; the rest of it is judged."""
    concepts = [{"code": str(number), "display": "x"} for number in range(130_000)]
    result = judge({**SOUND["CodeSystem"], "concept": concepts})
    assert [(finding.code, finding.severity) for finding in result.findings] == [
        ("rule-too-costly", Severity.WARNING)
    ]
    assert result.is_valid


def nodes(root: Node) -> Iterator[Node]:
    """A resource and the objects in it; those of another resource inside it are left out."""
    yield root
    for child in children_of(root):
        if not child.type.is_primitive and "resourceType" not in child.value:
            yield from nodes(child)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_certain_result_is_the_result(data: st.DataObject) -> None:
    """Where the keys of an object make a constraint certain, its evaluation gives true."""
    type_name = data.draw(st.sampled_from(sorted(resource_types())))
    resource = data.draw(mutants(data.draw(resources(type_name))))
    root = resource_node(resource)
    environment = Environment(root)
    for item in nodes(root):
        for one in shape(item.type.name).rules:
            keys = (keys_read(one.expression, item.type.name) or frozenset()).intersection(item.value)
            if is_certain(compiled(one.expression), item.type.name, keys):
                assert compiled(one.expression).holds(item, environment) is True


def test_warnings_do_not_make_a_resource_invalid() -> None:
    """A name that is no name of a class is told as a warning, as HL7's validator does."""
    for row in ROWS:
        if row.key.endswith("-0"):
            assert {finding.severity for finding in check(row.resource)} == {Severity.WARNING}

"""Constraints of profiles: a result that is not true is a finding, one that cannot be known is named."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import Severity
from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.verdict import Result, judge
from tests.fhir.profiles.definitions import BASE, package_of, profile

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "gender": "female",
    "name": [{"family": "Linde"}, {"family": "Berg", "given": ["Åse"]}],
}


def constraint(expression: str, **more: Any) -> dict[str, Any]:
    """A constraint with a key and a text."""
    return {"key": "prv-1", "severity": "error", "human": "a rule", "expression": expression, **more}


def result(resource: dict[str, Any], place: str, *rules: dict[str, Any]) -> Result:
    """The result of a resource by a profile with constraints on one element."""
    definition = profile("p", resource["resourceType"], {"id": place, "constraint": list(rules)})
    definitions = Definitions.built_in().with_package(package_of([definition], "tests"))
    return judge(resource, Rules(definitions, (definition["url"],)))


@pytest.mark.parametrize(
    ("place", "expression", "expected"),
    [
        ("Patient", "gender = 'female'", []),
        ("Patient", "gender = 'male'", ["Patient"]),
        ("Patient", "birthDate < today()", ["Patient"]),
        ("Patient", "birthDate.empty() or birthDate < today()", []),
        ("Patient.name", "given.exists()", ["Patient.name[0]"]),
        ("Patient.name", "%resource.gender = 'female'", []),
        ("Patient.name.family", "$this.length() > 4", ["Patient.name[1].family"]),
        ("Patient.contact", "false", []),
    ],
)
def test_a_constraint_holds_only_if_its_result_is_true(
    place: str, expression: str, expected: list[str]
) -> None:
    """False and an empty result break a constraint, at each occurrence of its element."""
    found = result(PATIENT, place, constraint(expression))
    assert [(one.code, one.expression) for one in found.errors] == [("prv-1", at) for at in expected]


def test_a_constraint_may_be_a_warning() -> None:
    """A constraint of severity warning does not make the resource invalid."""
    found = result(PATIENT, "Patient", constraint("false", severity="warning"))
    assert found.is_valid
    assert [one.severity for one in found.findings] == [Severity.WARNING]
    assert "prv-1" in found.findings[0].nb


@pytest.mark.parametrize("expression", ["gender =", "gender.(", "'a", "gender.matches('(')", "1 + + 2 )"])
def test_a_constraint_that_is_no_fhirpath_is_an_error(expression: str) -> None:
    """A rule that cannot be read is never passed over: the resource is not valid by that profile."""
    found = result(PATIENT, "Patient", constraint(expression))
    assert not found.is_valid or [one.kind for one in found.not_checked if one.kind == "rule"] == ["rule"]


@pytest.mark.parametrize(
    "expression",
    ["gender.memberOf('http://example.org/unknown')", "name.given.slice('x')", "gender.matches('(?=a)b')"],
)
def test_a_constraint_that_cannot_be_known_is_named(expression: str) -> None:
    """A constraint that needs what is not installed or not supported is named as not checked."""
    found = result(PATIENT, "Patient", constraint(expression))
    assert found.is_valid
    assert ("rule", f"{BASE}/p#prv-1") in found.not_checked


def test_a_constraint_that_takes_too_long_is_an_error() -> None:
    """A rule whose evaluation exceeds the limit of steps makes the resource invalid, and ends."""
    many = PATIENT | {"name": [{"given": ["a"] * 300}] * 300}
    expression = "name.given.all(%resource.name.given.where($this = %context.gender).empty())"
    found = result(many, "Patient", constraint(expression))
    assert [one.code for one in found.errors] == ["profile-broken"]


def test_a_constraint_resolves_references_in_the_bundle_and_in_the_resource() -> None:
    """resolve() finds contained resources and the entries of the Bundle, from the entry's own fullUrl."""
    rule = constraint("subject.resolve().gender = 'female'")
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "gå"},
        "contained": [{"resourceType": "Patient", "id": "p", "gender": "female"}],
        "subject": {"reference": "#p"},
    }
    assert result(goal, "Goal", rule).is_valid
    goal["contained"][0]["gender"] = "male"
    assert not result(goal, "Goal", rule).is_valid
    linked = {key: value for key, value in goal.items() if key != "contained"}
    linked |= {"id": "g", "subject": {"reference": "Patient/p"}, "meta": {"profile": [f"{BASE}/p"]}}

    def bundle(gender: str) -> dict[str, Any]:
        patient = {"resourceType": "Patient", "id": "p", "gender": gender}
        entries = [("Goal/g", linked), ("Patient/p", patient)]
        listed = [{"fullUrl": f"https://x.no/fhir/{at}", "resource": one} for at, one in entries]
        return {"resourceType": "Bundle", "type": "collection", "entry": listed}

    definition = profile("p", "Goal", {"id": "Goal", "constraint": [rule]})
    definitions = Definitions.built_in().with_package(package_of([definition], "tests"))
    assert judge(bundle("female"), Rules(definitions)).is_valid
    assert [one.code for one in judge(bundle("male"), Rules(definitions)).errors] == ["prv-1"]


def test_a_constraint_asks_value_sets_and_profiles() -> None:
    """memberOf() asks the installed terminology, and conformsTo() the installed profiles."""
    genders = "http://hl7.org/fhir/ValueSet/administrative-gender"
    person = "http://hl7.org/fhir/StructureDefinition/Patient"
    for expression in (f"gender.memberOf('{genders}')", f"conformsTo('{person}')"):
        assert result(PATIENT, "Patient", constraint(expression)).is_valid
        assert not result(PATIENT, "Patient", constraint(f"({expression}).not()")).is_valid

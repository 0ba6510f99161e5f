"""Coded values are judged by the installed terminology: bindings, codes, systems and displays."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.verdict import Result, judge
from tests.fhir.profiles.definitions import BASE, package_of, profile

SYSTEM = "http://example.org/plantype"
CODES = {
    "resourceType": "CodeSystem",
    "url": SYSTEM,
    "content": "complete",
    "caseSensitive": True,
    "concept": [
        {
            "code": "ip",
            "display": "Individual plan",
            "designation": [{"language": "nb", "value": "Individuell plan"}],
        },
        {"code": "annen", "display": "Other plan"},
    ],
}
VALUES = {
    "resourceType": "ValueSet",
    "url": f"{SYSTEM}/vs",
    "compose": {"include": [{"system": SYSTEM, "concept": [{"code": "ip"}]}]},
}
PLAN: dict[str, Any] = {
    "resourceType": "CarePlan",
    "status": "active",
    "intent": "plan",
    "subject": {"display": "x"},
}


def result(resource: dict[str, Any], *elements: dict[str, Any]) -> Result:
    """The result by a profile with some rules, with the code system and the value set installed."""
    definition = profile("p", resource["resourceType"], *elements)
    definitions = Definitions.built_in().with_package(package_of([definition, CODES, VALUES], "tests"))
    return judge(resource, Rules(definitions, (f"{BASE}/p",)))


def told(resource: dict[str, Any], *elements: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """Severity, code and place of each finding."""
    return [(one.severity, one.code, one.expression) for one in result(resource, *elements).findings]


def category(*codings: dict[str, Any]) -> dict[str, Any]:
    """A CarePlan with one category."""
    return PLAN | {"category": [{"coding": list(codings)}]}


@pytest.mark.parametrize(
    ("strength", "codings", "expected"),
    [
        ("required", [{"system": SYSTEM, "code": "ip"}], []),
        ("required", [{"system": "urn:oid:1.2", "code": "x"}, {"system": SYSTEM, "code": "ip"}], []),
        ("required", [{"system": SYSTEM, "code": "annen"}], [("error", "code-not-in-value-set")]),
        ("required", [{"system": "urn:oid:1.2", "code": "ip"}], [("error", "code-not-in-value-set")]),
        ("extensible", [{"system": SYSTEM, "code": "annen"}], [("warning", "code-outside-extensible")]),
        ("preferred", [{"system": SYSTEM, "code": "annen"}], []),
    ],
)
def test_the_binding_of_a_profile_is_judged_by_its_strength(
    strength: str, codings: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    """A code outside a required value set is an error, outside an extensible one a warning."""
    bound = {"id": "CarePlan.category", "binding": {"strength": strength, "valueSet": f"{SYSTEM}/vs"}}
    found = told(category(*codings), bound)
    assert [(severity, code) for severity, code, _ in found] == expected


def test_a_coding_without_a_code_contradicts_no_value_set() -> None:
    """A Coding that has a display only is not judged by a required binding."""
    bound = {
        "id": "CarePlan.category.coding",
        "binding": {"strength": "required", "valueSet": f"{SYSTEM}/vs"},
    }
    assert told(category({"display": "bydel"}), bound) == []


def test_the_pattern_of_a_slice_decides_and_its_binding_is_judged() -> None:
    """An occurrence falls into a slice by the pattern; a code outside the slice's value set is an error."""
    sliced = {"discriminator": [{"type": "pattern", "path": "$this"}], "rules": "open"}
    rules = (
        {"id": "CarePlan.category", "slicing": sliced},
        {
            "id": "CarePlan.category:type",
            "patternCodeableConcept": {"coding": [{"system": SYSTEM}]},
            "binding": {"strength": "required", "valueSet": f"{SYSTEM}/vs"},
        },
    )
    assert told(category({"system": SYSTEM, "code": "ip"}), *rules) == []
    assert told(category({"system": SYSTEM, "code": "annen"}), *rules) == [
        ("error", "code-not-in-value-set", "CarePlan.category[0]")
    ]


def test_a_value_set_that_is_not_installed_is_named() -> None:
    """A binding to an unknown value set, or to one of SNOMED CT by filter, is named as not checked."""
    bound = {"id": "CarePlan.category", "binding": {"strength": "required", "valueSet": f"{SYSTEM}/gone"}}
    found = result(category({"system": SYSTEM, "code": "ip"}), bound)
    assert found.is_valid
    assert ("value-set", f"{SYSTEM}/gone") in found.not_checked


@pytest.mark.parametrize(
    ("coding", "expected"),
    [
        ({"system": SYSTEM, "code": "ip"}, []),
        ({"system": SYSTEM, "code": "IP"}, [("error", "code-not-in-system", ".code")]),
        ({"code": "ip"}, [("warning", "code-without-system", "")]),
        ({"system": f"{SYSTEM}/vs", "code": "ip"}, [("error", "system-is-value-set", ".system")]),
        ({"system": SYSTEM, "code": "ip", "display": "individual plan"}, []),
        ({"system": SYSTEM, "code": "ip", "display": "Individuell plan"}, []),
        (
            {"system": SYSTEM, "code": "ip", "display": "Care plan"},
            [("warning", "display-other", ".display")],
        ),
        ({"system": SYSTEM, "code": "annen", "display": "Plan for hjelp og støtte"}, []),
        (
            {"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "NYTT"},
            [("warning", "code-not-in-old-system", ".code")],
        ),
    ],
)
def test_a_coding_is_judged_by_its_code_system(
    coding: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    """Unknown codes of complete systems are errors, wrong displays warnings; a Norwegian display is none."""
    place = "CarePlan.category[0].coding[0]"
    assert told(category(coding)) == [(severity, code, place + at) for severity, code, at in expected]


def test_a_system_that_is_not_installed_is_named_once() -> None:
    """SNOMED CT and LOINC are not judged; each is named once, however many codes there are."""
    snomed = {"system": "http://snomed.info/sct", "code": "734163000"}
    found = result(PLAN | {"category": [{"coding": [snomed]}] * 5})
    assert [one for one in found.not_checked if one.kind == "code-system"] == [
        ("code-system", snomed["system"])
    ]


def test_the_extensible_bindings_of_r4_are_judged() -> None:
    """A code outside an extensible value set of R4 is a warning beside the verdict."""
    relation = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0131", "code": "X"}]}
    patient = {"resourceType": "Patient", "maritalStatus": relation}
    found = told(patient)
    assert ("warning", "code-outside-extensible", "Patient.maritalStatus") in found

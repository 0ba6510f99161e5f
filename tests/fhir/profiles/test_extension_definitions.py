"""Extensions are judged by their definitions: value, place, parts, and modifiers."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import Severity
from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.extensions import UnknownExtensions
from adapter.fhir.validation.verdict import judge
from tests.fhir.profiles.definitions import BASE, R4, extension, found, profile

SIMPLE = extension("simple", "string", "Patient", "HumanName", "Patient.birthDate")
USED = {"url": SIMPLE["url"], "valueString": "a"}
PARTS = profile(
    "parts",
    "Extension",
    {"id": "Extension.extension:kind", "min": 1, "max": "1"},
    {"id": "Extension.extension:kind.url", "fixedUri": "kind"},
    {"id": "Extension.extension:kind.value[x]", "min": 1, "type": [{"code": "code"}]},
    {"id": "Extension.url", "fixedUri": f"{BASE}/parts"},
    {"id": "Extension.value[x]", "max": "0"},
    context=[{"type": "element", "expression": "Element"}],
)


def errors(resource: dict[str, Any], *definitions: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The errors of a resource that asks for no profile."""
    return found(resource, *definitions, asked=f"{R4}/{resource['resourceType']}")


@pytest.mark.parametrize(
    ("patient", "place"),
    [
        ({"extension": [USED]}, ""),
        ({"name": [{"extension": [USED]}]}, ""),
        ({"birthDate": "1970", "_birthDate": {"extension": [USED]}}, ""),
        ({"maritalStatus": {"text": "x", "extension": [USED]}}, "Patient.maritalStatus.extension[0]"),
        ({"gender": "male", "_gender": {"extension": [USED]}}, "Patient.gender.extension[0]"),
        ({"contact": [{"name": {"extension": [USED]}}]}, ""),
        (
            {"contact": [{"telecom": [{"system": "phone"}], "extension": [USED]}]},
            "Patient.contact[0].extension[0]",
        ),
    ],
)
def test_an_extension_stands_where_its_definition_allows(patient: dict[str, Any], place: str) -> None:
    """The contexts of a definition are resources, datatypes and elements; any other place is an error."""
    expected = [("extension-context", place)] if place else []
    assert errors({"resourceType": "Patient", **patient}, SIMPLE) == expected


def test_the_value_of_an_extension_has_the_type_of_its_definition() -> None:
    """A value of another type is an error, and so is a missing value."""
    wrong = {"resourceType": "Patient", "extension": [{"url": SIMPLE["url"], "valueCode": "a"}]}
    assert errors(wrong, SIMPLE) == [("profile-type", "Patient.extension[0].value")]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([{"url": "kind", "valueCode": "a"}], []),
        (
            [{"url": "kind", "valueString": "a"}],
            [("profile-type", "Patient.extension[0].extension[0].value")],
        ),
        (
            [{"url": "kind", "valueCode": "a"}, {"url": "size", "valueCode": "a"}],
            [("extension-part-unknown", "Patient.extension[0].extension[1].url")],
        ),
        (
            [{"url": "kind", "valueCode": "a"}, {"url": "kind", "valueCode": "b"}],
            [("profile-slice-max", "Patient.extension[0].extension[1]")],
        ),
    ],
)
def test_the_parts_of_a_complex_extension_are_judged(
    parts: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    """Each part has its own rules, and a part that the definition does not name is an error."""
    patient = {"resourceType": "Patient", "extension": [{"url": PARTS["url"], "extension": parts}]}
    assert errors(patient, PARTS) == expected


def test_a_modifier_extension_stands_in_modifier_extension() -> None:
    """A definition says whether the extension modifies its element; the other list is an error."""
    modifier = extension("modifier", "string", "Patient")
    modifier["differential"]["element"].insert(
        0, {"id": "Extension", "path": "Extension", "isModifier": True}
    )
    one = {"url": modifier["url"], "valueString": "a"}
    assert errors({"resourceType": "Patient", "modifierExtension": [one]}, modifier) == []
    assert errors({"resourceType": "Patient", "extension": [one]}, modifier) == [
        ("extension-modifier", "Patient.extension[0]")
    ]
    assert errors({"resourceType": "Patient", "modifierExtension": [USED]}, SIMPLE) == [
        ("extension-modifier", "Patient.modifierExtension[0]")
    ]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (UnknownExtensions.ERROR, [Severity.ERROR]),
        (UnknownExtensions.WARN, [Severity.WARNING]),
        (UnknownExtensions.ALLOW, []),
    ],
)
def test_an_unknown_extension_is_reported_as_asked(
    setting: UnknownExtensions, expected: list[Severity]
) -> None:
    """An extension without a definition is an error, a warning or allowed, and is named as not checked."""
    patient = {"resourceType": "Patient", "extension": [{"url": f"{BASE}/unknown", "valueCode": "a"}]}
    result = judge(patient, Rules(Definitions.built_in(), unknown_extensions=setting))
    assert [one.severity for one in result.findings] == expected
    assert ("extension", f"{BASE}/unknown") in result.not_checked


def test_the_extensions_of_r4_and_no_basis_are_built_in() -> None:
    """R4's own extensions and those of no-basis are judged without a package."""
    patient = {
        "resourceType": "Patient",
        "extension": [{"url": f"{R4}/patient-birthPlace", "valueString": "Oslo"}],
        "name": [
            {
                "extension": [
                    {"url": "http://hl7.no/fhir/StructureDefinition/no-basis-middlename", "valueCode": "a"}
                ]
            }
        ],
    }
    assert errors(patient) == [
        ("profile-type", "Patient.name[0].extension[0].value"),
        ("profile-type", "Patient.extension[0].value"),
    ]


def test_an_extension_on_an_extension_names_it_as_context() -> None:
    """A context of kind extension is the url of the extension that holds it."""
    inner = extension("inner", "string")
    inner["context"] = [{"type": "extension", "expression": SIMPLE["url"]}]
    held = {"url": inner["url"], "valueString": "b"}
    assert errors(
        {"resourceType": "Patient", "extension": [USED | {"extension": [held]}]}, inner, SIMPLE
    ) == [
        ("ext-1", "Patient.extension[0]"),
        ("profile-max", "Patient.extension[0].extension[0]"),
    ]
    assert ("extension-context", "Patient.extension[0]") in errors(
        {"resourceType": "Patient", "extension": [held]}, inner, SIMPLE
    )


def test_a_profile_on_an_extension_adds_to_its_definition() -> None:
    """An element may demand a narrower profile than the definition that the url names."""
    narrow = profile(
        "narrow", "Extension", {"id": "Extension.value[x]", "maxLength": 3}, base=f"{BASE}/note",
        kind="complex-type",
    )  # fmt: skip
    definition = profile(
        "p",
        "Patient",
        {"id": "Patient.extension:a", "type": [{"code": "Extension", "profile": [f"{BASE}/narrow"]}]},
    )
    for value, expected in (("abc", []), ("abcd", [("profile-max-length", "Patient.extension[0].value")])):
        resource = {
            "resourceType": "Patient", "extension": [{"url": f"{BASE}/note", "valueString": value}],
        }  # fmt: skip
        assert found(resource, definition, narrow, extension("note", "string", "Patient")) == expected


NOTED = {"url": f"{BASE}/inner", "valueString": "x"}


@pytest.mark.parametrize(("kind", "count"), [("extension", 2), ("extension", 3000), ("fhirpath", 3000)])
def test_the_context_of_thousands_of_extensions_is_judged(kind: str, count: int) -> None:
    """A context by extension or FHIRPath is decided for each of many extensions, and never raises."""
    expression = f"{BASE}/note" if kind == "extension" else "Patient.extension.value"
    definitions = [
        extension("inner", "string") | {"context": [{"type": kind, "expression": expression}]},
        extension("note", "string", "Patient"),
    ]
    outer = {"url": f"{BASE}/note", "valueString": "x", "_valueString": {"extension": [NOTED]}}
    patient = {"resourceType": "Patient", "extension": [outer] * count}
    assert found(patient, *definitions, asked=f"{R4}/Patient") == []
    wrong = patient | {"name": [{"text": "x", "extension": [NOTED]}]}
    assert found(wrong, *definitions, asked=f"{R4}/Patient") == [
        ("extension-context", "Patient.name[0].extension[0]")
    ]

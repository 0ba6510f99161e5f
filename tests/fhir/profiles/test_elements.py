"""Each rule that a profile states on an element is judged, at its place and nowhere else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.verdict import judge
from tests.fhir.profiles.definitions import BASE, R4, found, package_of, profile

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "gender": "female",
    "birthDate": "1970-05-04",
    "name": [{"family": "Linde", "given": ["Åse"]}],
    "telecom": [{"system": "phone", "value": "12345678"}],
    "maritalStatus": {"coding": [{"system": "urn:x", "code": "M", "display": "Gift"}], "text": "gift"},
}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "vekt"},
    "valueQuantity": {"value": Decimal("70.5"), "system": "http://unitsofmeasure.org", "code": "kg"},
}


@pytest.mark.parametrize(
    ("rules", "resource", "expected"),
    [
        pytest.param({"id": "Patient.name", "min": 1}, PATIENT, [], id="min reached"),
        pytest.param({"id": "Patient.contact", "min": 1}, PATIENT, [("profile-min", "Patient")], id="min"),
        pytest.param(
            {"id": "Patient.name.given", "min": 2},
            PATIENT,
            [("profile-min", "Patient.name[0]")],
            id="min below",
        ),
        pytest.param({"id": "Patient.contact.name", "min": 1}, PATIENT, [], id="min below an absent element"),
        pytest.param({"id": "Patient.name", "max": "1"}, PATIENT, [], id="max reached"),
        pytest.param(
            {"id": "Patient.name", "max": "0"}, PATIENT, [("profile-max", "Patient.name[0]")], id="max"
        ),
        pytest.param({"id": "Patient.gender", "fixedCode": "female"}, PATIENT, [], id="fixed"),
        pytest.param(
            {"id": "Patient.gender", "fixedCode": "male"},
            PATIENT,
            [("profile-fixed", "Patient.gender")],
            id="not fixed",
        ),
        pytest.param(
            {"id": "Patient.maritalStatus", "fixedCodeableConcept": {"text": "gift"}},
            PATIENT,
            [("profile-fixed", "Patient.maritalStatus")],
            id="fixed allows nothing beside",
        ),
        pytest.param(
            {"id": "Patient.maritalStatus", "patternCodeableConcept": {"coding": [{"code": "M"}]}},
            PATIENT,
            [],
            id="pattern allows more beside",
        ),
        pytest.param(
            {"id": "Patient.maritalStatus", "patternCodeableConcept": {"coding": [{"code": "U"}]}},
            PATIENT,
            [("profile-pattern", "Patient.maritalStatus")],
            id="pattern",
        ),
        pytest.param({"id": "Patient.name.family", "maxLength": 5}, PATIENT, [], id="length"),
        pytest.param(
            {"id": "Patient.name.family", "maxLength": 4},
            PATIENT,
            [("profile-max-length", "Patient.name[0].family")],
            id="too long",
        ),
        pytest.param(
            {"id": "Patient.birthDate", "minValueDate": "1970-05-04"}, PATIENT, [], id="at the bound"
        ),
        pytest.param(
            {"id": "Patient.birthDate", "minValueDate": "1970-05-05"},
            PATIENT,
            [("profile-below", "Patient.birthDate")],
            id="below",
        ),
        pytest.param(
            {"id": "Patient.birthDate", "maxValueDate": "1970-04"},
            PATIENT,
            [("profile-above", "Patient.birthDate")],
            id="above a partial date",
        ),
        pytest.param(
            {"id": "Patient.birthDate", "maxValueDate": "1970-05"}, PATIENT, [], id="within a partial date"
        ),
        pytest.param(
            {"id": "Observation.value[x]", "type": [{"code": "string"}]},
            OBSERVATION,
            [("profile-type", "Observation.value")],
            id="type of a choice",
        ),
        pytest.param(
            {"id": "Observation.value[x]", "type": [{"code": "string"}, {"code": "Quantity"}]},
            OBSERVATION,
            [],
            id="one of the types",
        ),
        pytest.param(
            {
                "id": "Observation.value[x]",
                "maxValueQuantity": {"value": 70, "system": "http://unitsofmeasure.org", "code": "kg"},
            },
            OBSERVATION,
            [("profile-above", "Observation.value")],
            id="quantity in the same unit",
        ),
        pytest.param(
            {
                "id": "Observation.value[x]",
                "maxValueQuantity": {"value": 70, "system": "http://unitsofmeasure.org", "code": "g"},
            },
            OBSERVATION,
            [],
            id="quantity in another unit",
        ),
        pytest.param(
            {"id": "Observation.value[x].value", "fixedDecimal": Decimal("70.50")},
            OBSERVATION,
            [],
            id="a number as a number",
        ),
        pytest.param(
            {"id": "Observation.valueQuantity", "max": "0"},
            OBSERVATION,
            [("profile-slice-max", "Observation.value")],
            id="the key of a choice as a path",
        ),
    ],
)
def test_a_rule_on_an_element_is_judged(
    rules: dict[str, Any], resource: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """A rule of a differential gives its finding where the resource breaks it, and none where it holds."""
    assert found(resource, profile("p", resource["resourceType"], rules)) == expected


def test_a_derived_profile_keeps_the_rules_of_its_base() -> None:
    """The rules of the base profile and those of the derived one are both judged."""
    base = profile("base", "Patient", {"id": "Patient.contact", "min": 1})
    derived = profile("derived", "Patient", {"id": "Patient.photo", "min": 1}, base=f"{BASE}/base")
    assert found(PATIENT, derived, base) == [("profile-min", "Patient"), ("profile-min", "Patient")]
    assert found(PATIENT, base, derived) == [("profile-min", "Patient")]


def test_a_minimum_that_the_base_type_has_is_told_once() -> None:
    """A differential that repeats the minimum of R4 adds no second finding."""
    goal = {"resourceType": "Goal", "lifecycleStatus": "active", "subject": {"display": "x"}}
    assert found(goal, profile("g", "Goal", {"id": "Goal.description", "min": 1})) == [
        ("element-required", "Goal")
    ]


def test_a_profile_of_a_datatype_adds_its_layer() -> None:
    """The profile of a datatype is judged where a profile names it as the type of an element."""
    name = profile("name", "HumanName", {"id": "HumanName.prefix", "min": 1}, kind="complex-type")
    patient = profile(
        "p", "Patient", {"id": "Patient.name", "type": [{"code": "HumanName", "profile": [f"{BASE}/name"]}]}
    )
    assert found(PATIENT, patient, name) == [("profile-min", "Patient.name[0]")]


def test_of_several_profiles_of_a_datatype_one_must_fit() -> None:
    """Where an element allows several profiles, content that fits one of them is valid."""
    strict = profile("strict", "HumanName", {"id": "HumanName.prefix", "min": 1}, kind="complex-type")
    loose = profile("loose", "HumanName", {"id": "HumanName.given", "min": 1}, kind="complex-type")
    allowed = [{"code": "HumanName", "profile": [f"{BASE}/strict", f"{BASE}/loose"]}]
    patient = profile("p", "Patient", {"id": "Patient.name", "type": allowed})
    assert found(PATIENT, patient, strict, loose) == []
    nameless = PATIENT | {"name": [{"family": "Linde"}]}
    assert found(nameless, patient, strict, loose) == [("profile-value", "Patient.name[0]")]


def test_the_rules_of_contained_and_bundled_targets_are_judged() -> None:
    """A reference to a resource at hand must name one that conforms to a target profile."""
    owner = profile("owner", "Organization", {"id": "Organization.telecom", "min": 1})
    target = [{"code": "Reference", "targetProfile": [f"{BASE}/owner"]}]
    patient = profile("p", "Patient", {"id": "Patient.managingOrganization", "type": target})
    organization = {"resourceType": "Organization", "id": "o", "name": "Kommunen"}
    inside = PATIENT | {"contained": [organization], "managingOrganization": {"reference": "#o"}}
    fault = [("profile-target", "Patient.managingOrganization")]
    assert found(inside, patient, owner) == fault
    organization["telecom"] = [{"system": "phone", "value": "1"}]
    assert found(inside, patient, owner) == []
    elsewhere = PATIENT | {"managingOrganization": {"reference": "Organization/1"}}
    assert found(elsewhere, patient, owner) == []


def test_two_resources_that_refer_to_each_other_are_judged_once() -> None:
    """A circle of references between targets of profiles ends, and a fault in it is found."""
    target = [{"code": "Reference", "targetProfile": [f"{BASE}/linked"]}]
    linked = profile(
        "linked", "Patient", {"id": "Patient.gender", "min": 1}, {"id": "Patient.link.other", "type": target}
    )

    def bundle(second: dict[str, Any]) -> dict[str, Any]:
        one = {"resourceType": "Patient", "id": "1", "gender": "male", "meta": {"profile": [linked["url"]]}}
        two = {"resourceType": "Patient", "id": "2", **second}
        one["link"] = [{"other": {"reference": "Patient/2"}, "type": "seealso"}]
        two["link"] = [{"other": {"reference": "Patient/1"}, "type": "seealso"}]
        entries = [
            {"fullUrl": f"http://x.no/fhir/Patient/{i}", "resource": r} for i, r in enumerate((one, two), 1)
        ]
        return {"resourceType": "Bundle", "type": "collection", "entry": entries}

    place = "Bundle.entry[0].resource.link[0].other"
    assert found(bundle({"gender": "male"}), linked, asked=f"{R4}/Bundle") == []
    assert found(bundle({}), linked, asked=f"{R4}/Bundle") == [("profile-target", place)]


def test_a_profile_for_another_type_is_an_error() -> None:
    """A resource that claims a profile of another resource type is invalid."""
    assert found(PATIENT, profile("g", "Goal")) == [("profile-other-type", "Patient")]


def test_a_derived_profile_cannot_loosen_a_cardinality() -> None:
    """Where a derived profile states a wider cardinality, that of its base still holds."""
    tight = profile("tight", "Patient", {"id": "Patient.name", "min": 1, "max": "2"})
    loose = profile("loose", "Patient", {"id": "Patient.name", "min": 0, "max": "5"}, base=f"{BASE}/tight")
    assert found({"resourceType": "Patient"}, loose, tight) == [("profile-min", "Patient")]
    names = [{"text": "x"}] * 3
    assert found({"resourceType": "Patient", "name": names}, loose, tight) == [
        ("profile-max", "Patient.name[2]")
    ]


def condition(at: int, following: int | None) -> dict[str, Any]:
    """A Condition that names the following one as its evidence."""
    detail = {"evidence": [{"detail": [{"reference": f"#c{following}"}]}]} if following else {}
    return {"resourceType": "Condition", "id": f"c{at}", "subject": {"display": "x"}, **detail}


@pytest.mark.parametrize("count", [30, 1000])
def test_a_chain_of_targets_is_judged_to_a_depth(count: int) -> None:
    """The last target of a short chain is judged; of a long chain the profile stands in not_checked."""
    rules = profile(
        "c",
        "Condition",
        {"id": "Condition.code", "min": 1},
        {
            "id": "Condition.evidence.detail",
            "type": [{"code": "Reference", "targetProfile": [f"{BASE}/c"]}],
        },
    )
    coded = [condition(at, at + 1) | {"code": {"text": "x"}} for at in range(count)]
    chain = {**coded[0], "contained": [*coded[1:], condition(count, None)]}
    definitions = Definitions.built_in().with_package(package_of([rules], "t"))
    result = judge(chain, Rules(definitions, (f"{BASE}/c",)))
    named = {one.url for one in result.not_checked}
    assert [one.code for one in result.errors] == (["profile-target"] if count < 40 else [])
    assert (f"{BASE}/c" in named) == (count > 40)


def test_a_profile_that_names_itself_for_its_value_ends() -> None:
    """A datatype profile whose root names itself is no endless question."""
    own = {"id": "Address", "type": [{"code": "Address", "profile": [f"{BASE}/ad"]}]}
    address = profile("ad", "Address", own, {"id": "Address.city", "min": 1}, kind="complex-type")
    definition = profile(
        "p", "Patient", {"id": "Patient.address", "type": [{"code": "Address", "profile": [f"{BASE}/ad"]}]}
    )
    resource = {"resourceType": "Patient", "address": [{"text": "x"}]}
    assert set(found(resource, definition, address)) == {("profile-min", "Patient.address[0]")}


def unit(id_: str, part_of: str, **more: Any) -> dict[str, Any]:
    """An Organization that is part of another contained one."""
    return {"resourceType": "Organization", "id": id_, "partOf": {"reference": f"#{part_of}"}, **more}


@pytest.mark.parametrize("is_asked_first", [True, False])
@pytest.mark.parametrize("name", [{"name": "x"}, {"identifier": [{"value": "1"}]}])
def test_an_answer_within_a_circle_is_right_later_too(name: dict[str, Any], *, is_asked_first: bool) -> None:
    """Of two resources in a circle the second is judged anew when the first turns out not to conform."""

    def of(*names: str) -> list[dict[str, Any]]:
        return [{"code": "Reference", "targetProfile": [f"{BASE}/{one}" for one in names]}]

    named, part = {"id": "Organization.name", "min": 1}, "Organization.partOf"
    definitions = [
        profile(
            "p",
            "Patient",
            {"id": "Patient.contact.organization", "type": of("named", "any")},
            {"id": "Patient.managingOrganization", "type": of("part")},
        ),
        profile("named", "Organization", named, {"id": part, "type": of("part")}),
        profile("part", "Organization", {"id": part, "type": of("named")}),
        profile("any", "Organization"),
    ]
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "managingOrganization": {"reference": "#b"},
        "contained": [unit("a", "b", **name), unit("b", "a", name="y")],
    }
    if is_asked_first:
        resource = {"resourceType": "Patient", "contact": [{"organization": {"reference": "#a"}}], **resource}
    expected = [] if "name" in name else [("profile-target", "Patient.managingOrganization")]
    assert found(resource, *definitions) == expected

"""Any valid resource of any type passes the structure check and survives JSON and XML."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.definitions import resource_types
from adapter.fhir.shapes import shape
from adapter.fhir.validation.structure import check
from tests.strategies.repairs import unmended
from tests.strategies.resources import element_paths, resources

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = sorted(resource_types())
ANY = st.sampled_from(TYPES).flatmap(resources)
WRONG: tuple[Any, ...] = ({"umulig": [1]}, [[]], [None, 1])
DATATYPES = [
    f"{member.key}.{path}"
    for member in shape("Extension").members.values()
    if member.choice and member.role == "part"
    for path in element_paths(member.type)
]


def is_valid_and_survives(resource: dict[str, Any]) -> None:
    """Check that a resource has no findings, and that JSON and XML give the same tree back.

    Invariants that the drawing does not keep are left out.
    """
    found = [(finding.code, finding.expression) for finding in check(resource)]
    assert [one for one in found if one[0] not in unmended()] == []
    assert read_stored(render(resource)) == resource
    as_xml = xml.render(resource)
    again = xml.parse(as_xml)
    assert again == resource
    assert xml.render(read_stored(render(again))) == as_xml
    assert spellings(again) == spellings(resource)


def spellings(node: Any) -> list[str]:
    """The spelling of every number of a tree, sorted."""
    if isinstance(node, dict | list):
        inner = node.values() if isinstance(node, dict) else node
        return sorted(text for one in inner for text in spellings(one))
    return [] if isinstance(node, bool | str) or node is None else [str(node)]


def leads_to(node: Any, path: str) -> bool:
    """Tests whether a path of keys has a value at its end."""
    for key in path.split("."):
        items = node if isinstance(node, list) else [node]
        node = next((one[key] for one in items if isinstance(one, dict) and key in one), None)
    return node is not None


def reached(type_name: str, path: str, within: str = "") -> None:
    """Check a generated resource that has the element."""

    @settings(max_examples=1, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(resources(type_name, reaching=f"{within}{path}"))
    def run(resource: dict[str, Any]) -> None:
        assert leads_to(resource, f"{within}{path}")
        is_valid_and_survives(resource)

    run()


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(ANY)
def test_any_resource_is_valid_and_survives_both_formats(resource: dict[str, Any]):
    """JSON to XML to JSON keeps the tree and the spelling of every number, and the check finds nothing."""
    is_valid_and_survives(resource)


@pytest.mark.parametrize("type_name", ["CareTeam", "Consent", "Patient"])
def test_every_element_of_a_served_type_survives_both_formats(type_name: str):
    """Each element of the type, and the extensions of each primitive, survive JSON and XML."""
    for path in element_paths(type_name, into_datatypes=False):
        reached(type_name, path)


@pytest.mark.slow
@pytest.mark.parametrize("type_name", TYPES)
def test_every_element_of_every_type_survives_both_formats(type_name: str):
    """Each element of the type, and the extensions of each primitive, survive JSON and XML."""
    for path in element_paths(type_name, into_datatypes=False):
        reached(type_name, path)


@pytest.mark.slow
def test_every_element_of_every_datatype_survives_both_formats():
    """Each element of each datatype, as the value of an extension, survives JSON and XML."""
    for path in DATATYPES:
        reached("Basic", path, "extension.")


@pytest.mark.slow
@settings(max_examples=4000, suppress_health_check=[HealthCheck.too_slow])
@given(ANY)
def test_many_resources_are_valid_and_survive_both_formats(resource: dict[str, Any]):
    """The same rule holds for many more resources."""
    is_valid_and_survives(resource)


def objects(node: dict[str, Any], type_name: str, place: str) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Every object of a resource, with its type and FHIRPath."""
    yield node, type_name, place
    for key, value in node.items():
        member = shape(type_name).members[key]
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(item, dict):
                inner = {"companion": "Element", "resource": item.get("resourceType")}.get(member.role)
                where = f"{place}.{member.name}{f'[{index}]' if member.is_list else ''}"
                yield from objects(item, inner or member.type, where)


@st.composite
def broken(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """A valid resource with one planted fault, and the FHIRPath of the fault."""
    resource = copy.deepcopy(draw(ANY))  # strategies hand out the same object again
    spots = list(objects(resource, resource["resourceType"], resource["resourceType"]))
    node, type_name, place = spots[draw(st.integers(0, len(spots) - 1))]
    keys = sorted(key for key in node if key != "resourceType")
    fault = draw(st.sampled_from(("typo", "null", "empty", "wrong", "missing"))) if keys else "typo"
    if fault == "typo":
        node["statuss"] = "active"
        return resource, f"{place}.statuss"
    key = draw(st.sampled_from(keys))
    name = shape(type_name).members[key].name
    if fault != "missing":
        node[key] = {"null": None, "empty": [], "wrong": draw(st.sampled_from(WRONG))}[fault]
        return resource, f"{place}.{name}"
    required = {name for name, _ in shape(type_name).required}
    for one in [one for one in node if shape(type_name).members[one].name == name]:
        del node[one]
    return resource, place if name in required else ""


@pytest.mark.slow
@settings(max_examples=4000, suppress_health_check=[HealthCheck.too_slow])
@given(broken())
def test_many_planted_faults_are_found(planted: tuple[dict[str, Any], str]):
    """The same rule holds for many more planted faults."""
    is_found(planted)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(broken())
def test_a_planted_fault_is_found_at_its_place(planted: tuple[dict[str, Any], str]):
    """An unknown key, a null, an empty list, a wrong value and a missing element are found."""
    is_found(planted)


def is_found(planted: tuple[dict[str, Any], str]) -> None:
    """Check that a finding has the place of the fault, and that every finding has a source and two texts."""
    resource, place = planted
    findings = check(resource)
    assert not place or any((finding.expression or "").startswith(place) for finding in findings)
    assert all(finding.source and finding.nb and finding.en for finding in findings)

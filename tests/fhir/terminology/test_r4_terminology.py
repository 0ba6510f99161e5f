"""The terminology of R4 that the table holds answers for R4's own bindings."""

from __future__ import annotations

import pytest

from adapter.fhir import definitions
from adapter.fhir.definitions import data_types, resource_types
from adapter.fhir.terminology.membership import codes
from tests.fhir.terminology.at_hand import find_r4, member, r4

NOT_AT_HAND = {
    "http://dicom.nema.org/medical/dicom/current/output/chtml/part04/sect_B.5.html#table_B.5-1",
    "http://dicom.nema.org/medical/dicom/current/output/chtml/part16/sect_CID_29.html",
    "http://loinc.org/vs/LL379-9",
    "http://www.rsna.org/RadLex_Playbook.aspx",
}
"""Value sets that R4 binds and the package does not have."""

SYNTAX = {
    "http://hl7.org/fhir/ValueSet/mimetypes": ("application/pdf", "pdf"),
    "http://hl7.org/fhir/ValueSet/jurisdiction": (
        "NO",
        None,
    ),  # M49 is in no register
    "http://hl7.org/fhir/ValueSet/consent-content-class": ("Patient", None),  # nor are IHE's format codes
    "http://hl7.org/fhir/ValueSet/ucum-units": (None, None),  # judged with the extra ucum only
}
"""Value sets without a complete list, each with a code that is in it and one that is not."""


def _bound() -> dict[str, str]:
    elements = (
        element
        for name in sorted(resource_types() | data_types())
        for part in definitions._types(name).values()
        for element in part.elements.values()
    )
    return {
        one.binding.value_set: one.binding.strength
        for one in elements
        if one.binding and one.binding.strength in {"required", "extensible"}
    }


BOUND = sorted(_bound())


@pytest.mark.parametrize("url", BOUND)
def test_every_binding_of_r4_answers_for_the_codes_of_its_value_set(url):
    """Each code of a required or extensible value set is in it, with or without its system; no other is."""
    if url in NOT_AT_HAND:
        assert find_r4("ValueSet", url) is None
        assert r4().contains(url, None, "a") == "unknown"
    elif url in SYNTAX:
        inside, outside = SYNTAX[url]
        assert inside is None or r4().contains(url, None, inside) == "yes"
        assert r4().contains(url, None, outside) == "no" if outside else r4().codes(url) is None
        assert r4().contains(url, "http://example.org/x", "a") in {"no", "unknown"}
    else:
        listed = r4().codes(url)
        assert listed
        for system, found in listed.items():
            for code in found:
                assert r4().contains(url, system, code) == r4().contains(url, None, code) == "yes"
            assert r4().contains(url, system, "no-such-code") == "no"
        assert r4().contains(url, None, "no-such-code") == "no"
        assert r4().contains(url, "http://example.org/x", next(iter(found))) == "no"


def test_the_pruned_resources_give_the_compiled_code_lists():
    """The code lists in the table, made of the whole resources, are those of the pruned resources."""
    compiled = member("codes")
    assert compiled.keys() == {url for url in BOUND if r4().codes(url) is not None}
    for url, lists in compiled.items():
        assert {system: frozenset(found) for system, found in lists.items()} == codes(r4(), url)


def test_every_enumerated_code_of_every_value_set_is_in_it():
    """Each concept that an include of R4 enumerates is in the value set, if no exclude takes it out."""
    asked = 0
    for url in member("canonicals")["ValueSet"]:
        compose = find_r4("ValueSet", url).get("compose", {})
        for part in compose.get("include", ()):
            for concept in part.get("concept", ()):
                if "exclude" not in compose and "valueSet" not in part:
                    assert r4().contains(url, part["system"], concept["code"]) == "yes", (url, concept)
                    asked += 1
    assert asked > 1000


@pytest.mark.slow
def test_every_display_of_r4_fits_its_code():
    """Each display and designation of R4's code systems fits its code, and each code is known."""
    asked = 0
    for url in member("canonicals")["CodeSystem"]:
        system = r4().code_system(url)
        for concept in system.concepts.values() if system else ():
            assert r4().code_status(url, concept.code) == "known"
            for _, text in concept.texts:
                assert r4().display_fits(url, concept.code, text) == "yes"
                asked += 1
    assert asked > 20_000


def test_a_child_with_several_parents_is_below_each():
    """v3-RoleCode places a code below a second parent by the property child."""
    url = "http://terminology.hl7.org/ValueSet/v3-PersonalRelationshipRoleType"
    assert r4().contains(url, "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "NSIS") == "yes"


def test_the_table_has_no_prose():
    """Neither definitions nor descriptions are in the table; a pattern of a profile may have a text."""
    prose = {"definition", "description", "text", "purpose", "copyright", "comment"}

    def keys(value):
        if isinstance(value, list):
            return set().union(*map(keys, value))
        if not isinstance(value, dict):
            return set()
        told = {key: one for key, one in value.items() if not key.startswith(("pattern", "fixed"))}
        return told.keys() | set().union(*map(keys, told.values()))

    for name in {found[0] for by_url in member("canonicals").values() for found in by_url.values()}:
        for tree in member(name).values():
            assert not keys(tree) & prose

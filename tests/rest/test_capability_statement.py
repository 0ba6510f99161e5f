"""The CapabilityStatement is valid R4 and agrees with the tables of the door."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.definitions import search_parameters
from adapter.fhir.search.parameters import INCLUDES, REVINCLUDES, SERVED
from adapter.fhir.validation.structure import check
from adapter.rest.capability_statement import capability_statement
from adapter.rest.published_definitions import definitions
from adapter.rest.routes import DEFINITIONS, TYPES

BASE = "https://adapter.example/fhir"


@pytest.fixture(scope="module")
def statement() -> dict[str, Any]:
    """The statement of a service that requires If-Match."""
    return capability_statement(BASE, date(2026, 3, 1), if_match_required=True)


def of_records(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """What the statement says of each resource type of a record."""
    return [one for one in statement["rest"][0]["resource"] if one["type"] in TYPES]


def test_the_statement_is_valid_r4(statement: dict[str, Any]) -> None:
    """The adapter's structure check and an independent model of R4 find no error in the statement."""
    assert check(read_stored(render(statement))) == []
    CapabilityStatement.model_validate(statement)


def test_the_statement_lists_the_interactions_of_the_routes(statement: dict[str, Any]) -> None:
    """Each served type has every interaction of the table of routes."""
    told = {one["type"]: [i["code"] for i in one["interaction"]] for one in statement["rest"][0]["resource"]}
    interactions = ["read", "vread", "update", "history-instance", "create", "search-type"]
    of_definitions = {type_: ["read", "search-type"] for type_ in DEFINITIONS}
    assert told == {**dict.fromkeys(TYPES, interactions), **of_definitions}


def test_the_statement_names_profiles_that_the_service_has(statement: dict[str, Any]) -> None:
    """Each type of a record has profiles, and each of them is a definition of that type that is served."""
    for resource in of_records(statement):
        named = resource["supportedProfile"]
        ids = [url.rpartition("/")[2] for url in named]
        found = [definitions()["StructureDefinition", id_] for id_ in ids]
        assert found
        assert {(one["type"], one["kind"]) for one in found} == {(resource["type"], "resource")}
        assert [one["url"] for one in found] == named


def test_the_statement_lists_every_search_parameter_with_its_definition_in_r4(
    statement: dict[str, Any],
) -> None:
    """Names, types and definitions are those of the search tables and of R4; no other parameter is listed."""
    for resource in of_records(statement):
        type_ = resource["type"]
        told = {one["name"]: (one["type"], one["definition"]) for one in resource["searchParam"]}
        assert told == {
            name: (parameter.type.value, search_parameters(type_)[name].url)
            for name, parameter in SERVED[type_].items()
        }
        assert resource.get("searchInclude", []) == list(INCLUDES[type_])
        assert resource.get("searchRevInclude", []) == list(REVINCLUDES[type_])


def test_the_parameter_id_has_the_definition_of_resource(statement: dict[str, Any]) -> None:
    """The definition of _id is that of Resource, not an example of the same name in the package."""
    for resource in of_records(statement):
        (found,) = (one for one in resource["searchParam"] if one["name"] == "_id")
        assert found["definition"] == "http://hl7.org/fhir/SearchParameter/Resource-id"


def test_the_statement_lists_transaction_and_no_batch(statement: dict[str, Any]) -> None:
    """The interactions of the whole system are those of the routes: transaction alone."""
    assert [one["code"] for one in statement["rest"][0]["interaction"]] == ["transaction"]


def test_the_statement_sends_numbers_of_persons_to_the_body(statement: dict[str, Any]) -> None:
    """The documentation of the service and of each type of a record sends numbers of persons to the body."""
    rest = statement["rest"][0]
    for text in (rest["documentation"], *(one["documentation"] for one in of_records(statement))):
        assert "only in the body of a POST to _search" in text


@pytest.mark.parametrize(("required", "versioning"), [(True, "versioned-update"), (False, "versioned")])
def test_the_statement_has_versioned_update_when_if_match_is_required(
    required: bool, versioning: str
) -> None:
    """versioned-update means a required If-Match: https://hl7.org/fhir/R4/valueset-versioning-policy.html."""
    told = capability_statement(BASE, date(2026, 3, 1), if_match_required=required)
    assert {one["versioning"] for one in of_records(told)} == {versioning}

"""The CapabilityStatement: valid R4, and true, since it is read from the tables the door runs by."""

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
from adapter.rest.routes import TYPES

BASE = "https://adapter.example/fhir"


@pytest.fixture(scope="module")
def statement() -> dict[str, Any]:
    """The statement of a service that requires If-Match."""
    return capability_statement(BASE, date(2026, 3, 1), if_match_required=True)


def test_it_is_valid_r4(statement: dict[str, Any]) -> None:
    """Both our own structure check and an independent model of R4 find nothing wrong."""
    assert check(read_stored(render(statement))) == []
    CapabilityStatement.model_validate(statement)


def test_it_says_what_the_routes_do(statement: dict[str, Any]) -> None:
    """Each served type has every interaction of the routes table."""
    told = {one["type"]: [i["code"] for i in one["interaction"]] for one in statement["rest"][0]["resource"]}
    interactions = ["read", "vread", "update", "history-instance", "create", "search-type"]
    assert told == dict.fromkeys(TYPES, interactions)


def test_it_lists_every_search_parameter_by_the_specifications_definition(statement: dict[str, Any]) -> None:
    """Names, types and definitions are those of the search tables and of R4; no other is listed."""
    for resource in statement["rest"][0]["resource"]:
        type_ = resource["type"]
        told = {one["name"]: (one["type"], one["definition"]) for one in resource["searchParam"]}
        assert told == {
            name: (parameter.type.value, search_parameters(type_)[name].url)
            for name, parameter in SERVED[type_].items()
        }
        assert resource.get("searchInclude", []) == list(INCLUDES[type_])
        assert resource.get("searchRevInclude", []) == list(REVINCLUDES[type_])


def test_the_id_is_searched_by_as_every_resource_defines_it(statement: dict[str, Any]) -> None:
    """The package has an example of the same name; the definition is the real one."""
    for resource in statement["rest"][0]["resource"]:
        (found,) = (one for one in resource["searchParam"] if one["name"] == "_id")
        assert found["definition"] == "http://hl7.org/fhir/SearchParameter/Resource-id"


def test_it_says_that_transactions_are_taken(statement: dict[str, Any]) -> None:
    """The interactions of the whole service are those of the routes: transaction, and no batch."""
    assert [one["code"] for one in statement["rest"][0]["interaction"]] == ["transaction"]


def test_it_says_that_numbers_of_persons_go_in_the_body(statement: dict[str, Any]) -> None:
    """A client can read the rule before it breaks it: for the service and for every type."""
    rest = statement["rest"][0]
    for text in (rest["documentation"], *(one["documentation"] for one in rest["resource"])):
        assert "only in the body of a POST to _search" in text


@pytest.mark.parametrize(("required", "versioning"), [(True, "versioned-update"), (False, "versioned")])
def test_it_says_whether_if_match_is_required(required: bool, versioning: str) -> None:
    """https://hl7.org/fhir/R4/valueset-versioning-policy.html: versioned-update means If-Match is a must."""
    told = capability_statement(BASE, date(2026, 3, 1), if_match_required=required)
    assert {one["versioning"] for one in told["rest"][0]["resource"]} == {versioning}

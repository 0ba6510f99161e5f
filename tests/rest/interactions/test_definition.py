"""https://hl7.org/fhir/R4/http.html#read and #search, of the definitions of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapter.fhir.canonical import BASE
from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored
from adapter.rest.published_definitions import definitions
from adapter.rest.routes import DEFINITIONS

if TYPE_CHECKING:
    from tests.rest.conftest import House

PROFILE = "StructureDefinition/ip-careteam"
pytestmark = pytest.mark.no_sql


def test_a_definition_is_read_without_a_token_in_both_formats(house: House) -> None:
    """A profile is the committed file, in JSON and in XML, for a caller without a token."""
    committed = definitions()["StructureDefinition", "ip-careteam"]
    assert read_stored(house.call(None, "GET", f"/fhir/{PROFILE}").data) == committed
    told = house.call(None, "GET", f"/fhir/{PROFILE}", headers={"Accept": "application/fhir+xml"})
    assert xml.parse(told.data) == committed


@pytest.mark.parametrize("type_", DEFINITIONS)
def test_a_search_gives_every_definition_of_a_type(house: House, type_: str) -> None:
    """A search without parameters gives all definitions of the type, each under its address."""
    found = read_stored(house.call(None, "GET", f"/fhir/{type_}").data)
    assert found["total"] == len(found["entry"]) == sum(kind == type_ for kind, _ in definitions())
    for entry in found["entry"]:
        path = entry["fullUrl"].partition("/fhir/")[2]
        assert read_stored(house.call(None, "GET", f"/fhir/{path}").data) == entry["resource"]


def test_a_search_by_url_gives_the_definition_with_that_canonical(house: House) -> None:
    """A canonical URL finds one definition by GET and by POST, and an unknown one none."""
    url = f"{BASE}/{PROFILE}"
    found = read_stored(house.call(None, "GET", f"/fhir/StructureDefinition?url={url}").data)
    assert [entry["resource"]["id"] for entry in found["entry"]] == ["ip-careteam"]
    posted = house.call(None, "POST", "/fhir/StructureDefinition/_search", data={"url": url})
    assert read_stored(posted.data) == found
    none = read_stored(house.call(None, "GET", "/fhir/ValueSet?url=http://x.example/none").data)
    assert (none["total"], "entry" in none) == (0, False)


def test_an_unknown_definition_and_an_unknown_parameter_are_refused(house: House) -> None:
    """An unknown id is 404; a parameter that is not served is 400, or passed over with handling=lenient."""
    assert house.call(None, "GET", "/fhir/StructureDefinition/none").status_code == 404
    refused = house.call(None, "GET", "/fhir/CodeSystem?status=draft")
    assert refused.status_code == 400
    assert refused.json["issue"][0]["details"]["coding"][0]["code"] == "parameter-unknown"
    lenient = {"Prefer": "handling=lenient"}
    passed = house.call(None, "GET", "/fhir/CodeSystem?status=draft", headers=lenient)
    assert passed.json["link"][0]["url"].endswith("/fhir/CodeSystem")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_definition_is_not_written(house: House, method: str) -> None:
    """Definitions change with the adapter alone."""
    answer = house.municipality(method, f"/fhir/{PROFILE}", data=b"{}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")

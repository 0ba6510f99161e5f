"""https://hl7.org/fhir/R4/search.html#summary and #elements: resources in part, by search and by read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.search.subset import SUBSETTED
from tests.rest.interactions.test_search_type import bundle, entries, links

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

pytestmark = pytest.mark.no_sql

TEAM = "/fhir/CareTeam/teamet"
FHIR = {"Content-Type": "application/fhir+json"}


def read(answer: TestResponse) -> dict[str, Any]:
    """The resource of an answer."""
    assert answer.status_code == 200, answer.text
    return read_stored(answer.data)


def is_part(resource: dict[str, Any]) -> bool:
    """Is it marked as one?"""
    return SUBSETTED in resource["meta"].get("tag", [])


def test_a_read_gives_the_part_asked_for(world: House) -> None:
    """Marked, with the version and ETag of the whole, in JSON and XML; the whole is not marked."""
    whole = read(world.municipality("GET", TEAM))
    assert not is_part(whole)
    for query, gone in (
        ("_summary=data", {"text"}),
        ("_elements=name", {"text", "participant", "managingOrganization"}),
        ("_summary=text", {"participant", "name"}),
        ("_summary=true", {"text"}),
    ):
        answer = world.municipality("GET", f"{TEAM}?{query}")
        part = read(answer)
        assert is_part(part)
        assert not gone & part.keys()
        assert part["meta"]["versionId"] == whole["meta"]["versionId"]
        assert answer.headers["ETag"] == 'W/"1"'
        assert all(part[key] == whole[key] for key in part.keys() - {"meta"})
        in_xml = world.municipality("GET", f"{TEAM}?{query}&_format=xml")
        assert xml.parse(in_xml.data) == part
        version = world.municipality("GET", f"{TEAM}/_history/1?{query}")
        assert read(version) == part
    assert read(world.municipality("GET", f"{TEAM}?_summary=false")) == whole


def test_a_search_gives_parts_of_its_matches(world: House) -> None:
    """Pages go on as they began; a list of elements is of the matches alone, a summary of all."""
    first = bundle(
        world.municipality("GET", "/fhir/CareTeam?_elements=name&_count=1&_include=CareTeam:participant")
    )
    assert links(first)["self"].endswith("_elements=name&_count=1&_include=CareTeam:participant")
    address = urlsplit(links(first)["next"])
    second = bundle(world.municipality("GET", f"{address.path}?{address.query}"))
    assert [*entries(first), *entries(second)] == ["CareTeam/odds-team", "CareTeam/teamet"]
    for page in (first, second):
        match, *included = (entry["resource"] for entry in page["entry"])
        assert is_part(match)
        assert "participant" not in match
        assert included
        assert not any(is_part(resource) for resource in included)
    summary = bundle(
        world.municipality(
            "POST", "/fhir/CareTeam/_search", data={"_summary": "data", "_include": "CareTeam:participant"}
        )
    )
    assert all(is_part(entry["resource"]) and "text" not in entry["resource"] for entry in summary["entry"])
    counted = bundle(world.municipality("GET", "/fhir/CareTeam?_summary=count"))
    assert (counted["total"], entries(counted)) == (2, [])
    texts = bundle(world.municipality("GET", "/fhir/CareTeam?_summary=text"))
    assert all("text" in entry["resource"] for entry in texts["entry"])


def test_a_part_shows_no_recipient_more(world: House) -> None:
    """A part is one of what the caller is given, never of the record."""
    whole = read(world.hospital("GET", TEAM))
    part = read(world.hospital("GET", f"{TEAM}?_elements=name,participant"))
    assert "name" not in whole
    assert all(part[key] == whole[key] for key in part.keys() - {"meta"})
    hidden, unknown = (
        world.stranger("GET", f"/fhir/CareTeam/{id_}?_summary=true") for id_ in ("teamet", "x")
    )
    assert (hidden.status_code, hidden.data) == (404, unknown.data)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_part_is_not_written_back(world: House, form: str) -> None:
    """422 at the tag, with what to do; nothing is lost. Without the tag it is the client's own word."""
    before = read(world.municipality("GET", TEAM))
    part = world.municipality("GET", f"{TEAM}?_elements=name&_format={form}").data
    headers = {"Content-Type": f"application/fhir+{form}", "If-Match": 'W/"1"'}
    for method, path in (("PUT", TEAM), ("POST", "/fhir/CareTeam")):
        told = headers if method == "PUT" else {"Content-Type": headers["Content-Type"]}
        answer = world.municipality(method, path, data=part, headers=told)
        (issue,) = read_stored(answer.data)["issue"]
        assert (answer.status_code, issue["details"]["coding"][0]["code"]) == (422, "only-a-part")
        assert issue["expression"] == ["CareTeam.meta.tag[0]"]
        assert issue["location"]
        assert "_elements" in issue["diagnostics"]
    assert read(world.municipality("GET", TEAM)) == before


def test_a_part_in_a_transaction_is_refused_with_it(world: House) -> None:
    """At its entry, and nothing of the Bundle is stored."""
    before = read(world.municipality("GET", TEAM))
    part = read(world.municipality("GET", f"{TEAM}?_summary=data"))
    request = {"method": "PUT", "url": "CareTeam/teamet", "ifMatch": 'W/"1"'}
    sent = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": part, "request": request}],
    }
    answer = world.municipality("POST", "/fhir", data=render(sent), headers=FHIR)
    (issue,) = read_stored(answer.data)["issue"]
    assert (answer.status_code, issue["expression"]) == (422, ["Bundle.entry[0].resource.meta.tag[0]"])
    assert read(world.municipality("GET", TEAM)) == before

"""https://hl7.org/fhir/R4/http.html#search and search.html, by GET and by POST."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from fhir.resources.R4B.bundle import Bundle

from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored, render
from tests.rest.world import FNR, HPR, OTHER_NUMBER, PERSON_NUMBER, UNUSED_NUMBER

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

BASE = "https://adapter.example/fhir"
QUESTION = {
    "patient.identifier": f"{FNR}|{PERSON_NUMBER}",
    "_include": "CareTeam:participant",
    "_include:iterate": ["PractitionerRole:practitioner", "PractitionerRole:organization"],
}
"""What every ward asks: who coordinates for this person, and how are they reached?"""


def bundle(answer: TestResponse) -> dict[str, Any]:
    """The Bundle of an answer, valid R4."""
    assert answer.status_code == 200, answer.text
    found = read_stored(answer.data)
    Bundle.model_validate(found)
    return found


def entries(found: dict[str, Any], mode: str = "match") -> list[str]:
    """Which resources a Bundle holds."""
    return [
        entry["fullUrl"].removeprefix(f"{BASE}/")
        for entry in found.get("entry", ())
        if entry["search"]["mode"] == mode
    ]


def links(found: dict[str, Any]) -> dict[str, str]:
    """The links of a Bundle by relation."""
    return {link["relation"]: link["url"] for link in found["link"]}


def test_the_question_every_ward_asks(world: House) -> None:
    """One POST gives the coordinator, with name, phone and organisation, and nothing else of the person."""
    found = bundle(world.hospital("POST", "/fhir/CareTeam/_search", data=QUESTION))
    assert (entries(found), found["total"]) == (["CareTeam/teamet"], 1)
    included = entries(found, "include")
    assert included[0] == "PractitionerRole/ragna-koordinator"
    assert set(included[1:]) == {"Practitioner/ragna", "Organization/enheten"}
    assert "Solviken" in render(found).decode()


def test_the_answer_in_xml_is_the_answer_in_json(world: House) -> None:
    """A Bundle says the same in both formats; a form may ask for the format too."""
    in_json = world.hospital("POST", "/fhir/CareTeam/_search", data=QUESTION)
    in_xml = world.hospital("POST", "/fhir/CareTeam/_search", data={**QUESTION, "_format": "xml"})
    assert in_xml.mimetype == "application/fhir+xml"
    assert xml.parse(in_xml.data) == read_stored(in_json.data)


def test_without_a_permit_a_known_person_is_an_unknown_one(world: House) -> None:
    """Who has no permit gets the same bytes and headers for a person who is here and for one who is not."""
    seen = set()
    for number in (OTHER_NUMBER, UNUSED_NUMBER):
        answer = world.hospital(
            "POST", "/fhir/CareTeam/_search", data={**QUESTION, "patient.identifier": f"{FNR}|{number}"}
        )
        headers = tuple(pair for pair in answer.headers if pair[0] not in {"Date", "X-Request-Id"})
        seen.add((answer.status_code, answer.data, headers))
    assert len(seen) == 1
    assert bundle(answer)["total"] == 0


NUMBERED = [
    f"patient.identifier={FNR}%7C{PERSON_NUMBER}",
    f"patient.identifier={PERSON_NUMBER}",
    f"identifier=http://hl7.no/fhir/NamingSystem/FNR%7C{PERSON_NUMBER}",
    f"identifier=a,{PERSON_NUMBER}",
    f"identifier={PERSON_NUMBER[:6]}%20{PERSON_NUMBER[6:]}",
    f"_id={PERSON_NUMBER}",
    f"unknown={PERSON_NUMBER}",
    f"status=active&patient:Patient.identifier={FNR}%7C{PERSON_NUMBER}",
]
"""Queries that number a person."""


@pytest.mark.parametrize(("method", "path"), [("GET", "/fhir/CareTeam"), ("POST", "/fhir/CareTeam/_search")])
def test_a_birth_number_in_an_address_is_refused(
    world: House, method: str, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """400 with a hint to POST; the number stands in no answer, header or log line."""
    capsys.readouterr()
    told = ""
    for query in NUMBERED:
        answer = world.hospital(method, f"{path}?{query}")
        (issue,) = read_stored(answer.data)["issue"]
        assert answer.status_code == 400
        assert issue["details"]["coding"][0]["code"] == "person-number-in-address"
        assert "CareTeam/_search" in issue["diagnostics"]
        told += answer.text + str(answer.headers)
    told += capsys.readouterr().out
    assert PERSON_NUMBER not in told
    # Times and request ids have digits by chance.
    by_chance = r"\d\d:\d\d:\d\d(\.\d+)?|[0-9a-f]{32}|\"ms\":[\d.]+"
    assert PERSON_NUMBER[6:] not in re.sub(by_chance, "", told)


def test_links_never_hold_a_birth_number(world: House, capsys: pytest.CaptureFixture[str]) -> None:
    """The self link leaves the number out and says _search; the next link is opaque."""
    capsys.readouterr()
    form = {
        "identifier": [f"{FNR}|{PERSON_NUMBER}", f"{FNR}|{PERSON_NUMBER},{FNR}|{OTHER_NUMBER}"],
        "_count": "1",
    }
    answer = world.municipality("POST", "/fhir/Patient/_search", data=form)
    assert links(bundle(answer))["self"] == f"{BASE}/Patient/_search?_count=1"
    both = {"identifier": f"{FNR}|{PERSON_NUMBER},{FNR}|{OTHER_NUMBER}", "_count": "1"}
    paged = world.municipality("POST", "/fhir/Patient/_search", data=both)
    assert links(bundle(paged))["next"].startswith(f"{BASE}/Patient?_page=")
    told = str(links(bundle(paged))) + capsys.readouterr().out
    for number in (PERSON_NUMBER, OTHER_NUMBER):
        assert number not in told


def test_pages_together_are_the_whole(world: House) -> None:
    """Next links are followed as they are, one after the other, until there is none."""
    found = bundle(world.municipality("GET", "/fhir/Organization?_count=1&_format=json"))
    seen = entries(found)
    while "next" in links(found):
        address = urlsplit(links(found)["next"])
        assert "_format=json" in address.query
        assert found["total"] == 3
        found = bundle(world.municipality("GET", f"{address.path}?{address.query}"))
        seen += entries(found)
    assert sorted(seen) == ["Organization/enheten", "Organization/kommunen", "Organization/sykehuset"]


def test_all_page_links_end_an_hour_after_the_first_page(world: House) -> None:
    """A next link of a later page gets no hour of its own: the state of the first page is kept for one."""
    found = bundle(world.municipality("GET", "/fhir/Organization?_count=1"))
    for expected in (200, 400):
        world.clock.now += timedelta(minutes=40)
        address = urlsplit(links(found)["next"])
        answer = world.municipality("GET", f"{address.path}?{address.query}")
        assert answer.status_code == expected, answer.json
        found = bundle(answer) if expected == 200 else found
    assert answer.json["issue"][0]["details"]["coding"][0]["code"] == "page-invalid"


def test_a_page_is_for_the_caller_it_was_made_for(world: House) -> None:
    """Another caller's next link, another type's, a broken one and one with more parameters are refused."""
    found = bundle(world.municipality("GET", "/fhir/Organization?_count=1"))
    query = urlsplit(links(found)["next"]).query
    assert world.hospital("GET", f"/fhir/Organization?{query}").status_code == 400
    assert world.municipality("GET", f"/fhir/Patient?{query}").status_code == 400
    assert world.municipality("GET", f"/fhir/Organization?{query}x").status_code == 400
    assert world.municipality("GET", f"/fhir/Organization?{query}&name=x").status_code == 400


NOT_UNDERSTOOD = [
    ("colour=red", "search-parameter-unknown", "http.colour"),
    ("status:above=active", "search-modifier-unsupported", "http.status"),
    ("date=soon", "search-value-invalid", "http.date"),
    ("_count=-1", "search-value-invalid", "http._count"),
    ("_include=Patient:x", "search-value-invalid", "http._include"),
]
"""A query, the code it is refused with, and the place that is named."""


def test_nothing_of_a_query_is_passed_over(world: House) -> None:
    """What is not understood is 400, names the parameter and lists what would have been valid."""
    for query, code, place in NOT_UNDERSTOOD:
        for answer in (
            world.municipality("GET", f"/fhir/CareTeam?{query}"),
            world.municipality("POST", "/fhir/CareTeam/_search", data=dict([query.split("=")])),
        ):
            (issue,) = read_stored(answer.data)["issue"]
            assert answer.status_code == 400
            assert issue["details"]["coding"][0]["code"] == code
            assert issue["expression"] == [place]


def test_lenience_is_for_those_who_ask_for_it(world: House) -> None:
    """https://hl7.org/fhir/R4/search.html#errors: unknown parameters are left out of the self link too."""
    lenient = {"Prefer": "handling=lenient"}
    path = "/fhir/CareTeam?colour=red&status=active&_count=1&_has:Goal:subject:status=x"
    answer = world.municipality("GET", path, headers=lenient)
    found = bundle(answer)
    assert (entries(found), found["total"]) == (["CareTeam/odds-team"], 2)
    assert links(found)["self"] == f"{BASE}/CareTeam?status=active&_count=1"
    assert answer.headers["Preference-Applied"] == "handling=lenient"
    following = urlsplit(links(found)["next"])
    again = world.municipality("GET", f"{following.path}?{following.query}", headers=lenient)
    assert entries(bundle(again)) == ["CareTeam/teamet"]
    nothing_left_out = world.municipality("GET", "/fhir/CareTeam?status=active", headers=lenient)
    assert "Preference-Applied" not in nothing_left_out.headers
    for prefer in ({}, {"Prefer": "handling=strict"}):
        assert world.municipality("GET", path, headers=prefer).status_code == 400


@pytest.mark.parametrize(
    "query", ["status:above=active", "date=soon", "_include:recurse=CareTeam:participant"]
)
def test_lenience_makes_no_other_search_of_it(world: House, query: str) -> None:
    """A modifier or value that is not understood is refused, whatever is preferred."""
    answer = world.municipality("GET", f"/fhir/CareTeam?{query}", headers={"Prefer": "handling=lenient"})
    assert answer.status_code == 400


def test_the_self_link_is_the_search_carried_out(world: House) -> None:
    """Address and form count together, and what was carried out can be read from the link and repeated."""
    answer = world.municipality(
        "POST", "/fhir/CareTeam/_search?status=active", data={"_count": "5000", "patient": "Patient/torill"}
    )
    address = urlsplit(links(bundle(answer))["self"])
    assert address.query == "status=active&_count=1000&patient=Patient/torill"
    again = bundle(world.municipality("GET", f"{address.path}?{address.query}"))
    assert entries(again) == ["CareTeam/teamet"]


def test_a_count_holds_no_entries(world: House) -> None:
    """https://hl7.org/fhir/R4/search.html#count: 0 asks for the total alone."""
    for query in ("_count=0", "_summary=count", "_total=accurate&_count=0", "_count=0&_totalMethod=count"):
        found = bundle(world.municipality("GET", f"/fhir/CareTeam?{query}"))
        assert (found["total"], "entry" in found) == (2, False)


def test_a_total_can_be_declined(world: House) -> None:
    """_total=none: no total is said."""
    assert "total" not in bundle(world.municipality("GET", "/fhir/CareTeam?_total=none"))


def test_other_numbers_may_stand_in_an_address(world: House) -> None:
    """An HPR or organisation number is no birth number, and may be searched for by GET."""
    assert bundle(world.municipality("GET", f"/fhir/Practitioner?identifier={HPR}%7C9999999"))["total"] == 0
    found = bundle(world.municipality("GET", "/fhir/Organization?identifier=310000019"))
    assert entries(found) == ["Organization/sykehuset"]


def test_a_search_by_post_without_a_body_has_the_parameters_of_its_address(world: House) -> None:
    """https://hl7.org/fhir/R4/http.html#search: parameters may stand in either place."""
    found = bundle(world.municipality("POST", "/fhir/CareTeam/_search?_id=teamet"))
    assert entries(found) == ["CareTeam/teamet"]

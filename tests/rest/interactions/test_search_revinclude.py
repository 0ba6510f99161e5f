"""https://hl7.org/fhir/R4/search.html#revinclude: what refers to what was found comes along with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.search.parameters import REVINCLUDES, SERVED
from adapter.security.development import Wish
from tests.rest.interactions.test_search_type import bundle, entries, links
from tests.rest.world import FNR, HOSPITAL_NUMBER, ORGANISATIONS, PERSON_NUMBER

if TYPE_CHECKING:
    from tests.rest.conftest import House

FHIR = {"Content-Type": "application/fhir+json"}


def found(world: House, query: str) -> tuple[list[str], list[str]]:
    """What a search by the municipality matches and what comes along."""
    answer = bundle(world.municipality("GET", f"/fhir/{query}"))
    return entries(answer), entries(answer, "include")


def test_what_refers_to_the_matches_comes_along(world: House) -> None:
    """Each with its own, once, however many parameters lead to it, and never what was matched itself."""
    assert found(world, "Patient?_id=torill&_revinclude=CareTeam:subject&_revinclude=CareTeam:patient") == (
        ["Patient/torill"],
        ["CareTeam/teamet"],
    )
    both = found(world, "Patient?_revinclude=CareTeam:subject&_revinclude=Consent:patient")
    assert both == (
        ["Patient/odd", "Patient/torill"],
        ["CareTeam/odds-team", "CareTeam/teamet", "Consent/samtykket"],
    )
    parts = found(world, "Organization?_id=kommunen,enheten&_revinclude=Organization:partof")
    assert parts == (["Organization/enheten", "Organization/kommunen"], [])


def test_iteration_goes_on_from_what_refers(world: House) -> None:
    """_include:iterate is about everything in the answer: one search, the person to the unit's phone."""
    query = (
        "Patient?_id=torill&_revinclude=CareTeam:subject&_include:iterate=CareTeam:participant"
        "&_include:iterate=PractitionerRole:practitioner&_include:iterate=PractitionerRole:organization"
    )
    assert found(world, query)[1] == [
        "CareTeam/teamet",
        "PractitionerRole/ragna-koordinator",
        "Practitioner/ragna",
        "Organization/enheten",
    ]


def test_only_what_is_shared_with_the_caller_comes_along(world: House) -> None:
    """Professionals are known to all; teams of people nobody shares are left out without a word."""
    asked = "/fhir/PractitionerRole?_revinclude=CareTeam:participant"
    assert entries(bundle(world.municipality("GET", asked)), "include") == [
        "CareTeam/odds-team",
        "CareTeam/teamet",
    ]
    assert entries(bundle(world.hospital("GET", asked)), "include") == ["CareTeam/teamet"]
    assert entries(bundle(world.stranger("GET", asked)), "include") == []
    alone = bundle(world.stranger("GET", "/fhir/PractitionerRole"))
    assert entries(bundle(world.stranger("GET", asked))) == entries(alone)


def test_a_type_the_token_does_not_name_is_left_out(world: House) -> None:
    """The scope is a ceiling for what comes along too, in silence as for _include."""
    asked = "/fhir/PractitionerRole?_revinclude=CareTeam:participant"
    wish = Wish("organisasjon", "epj", HOSPITAL_NUMBER, scope="system/PractitionerRole.rs")
    answer = bundle(world.call(wish, "GET", asked))
    assert (len(entries(answer)), entries(answer, "include")) == (2, [])


def test_later_pages_are_of_the_state_of_the_first(world: House) -> None:
    """A team changed meanwhile comes along as it was when the search was made."""
    first = bundle(world.municipality("GET", "/fhir/Patient?_revinclude=CareTeam:subject&_count=1"))
    assert (entries(first), entries(first, "include")) == (["Patient/odd"], ["CareTeam/odds-team"])
    team = read_stored(world.municipality("GET", "/fhir/CareTeam/teamet").data)
    changed = render(team | {"name": "Nytt navn"})
    headers = FHIR | {"If-Match": 'W/"1"'}
    assert (
        world.municipality("PUT", "/fhir/CareTeam/teamet", data=changed, headers=headers).status_code == 200
    )
    address = urlsplit(links(first)["next"])
    second = bundle(world.municipality("GET", f"{address.path}?{address.query}"))
    (along,) = (entry["resource"] for entry in second["entry"] if entry["search"]["mode"] == "include")
    assert (along["id"], along["name"]) == ("teamet", "Ansvarsgruppen")


def test_a_search_by_number_takes_it_too(world: House) -> None:
    """POST _search with a birth number, and what refers to the person."""
    form = {"identifier": f"{FNR}|{PERSON_NUMBER}", "_revinclude": "Consent:patient"}
    answer = bundle(world.municipality("POST", "/fhir/Patient/_search", data=form))
    assert entries(answer, "include") == ["Consent/samtykket"]


def test_many_matches_are_asked_about_together(world: House) -> None:
    """More matches than are asked about at once each have what refers to them, once."""
    for number in range(70):
        for id_, above in ((f"o{number:02}", "kommunen"), (f"u{number:02}", f"o{number:02}")):
            record: dict[str, Any] = {**ORGANISATIONS[1], "id": id_, "overordnet": above}
            del record["koordinerendeEnhet"]
            assert (
                world.municipality("PUT", f"/kommune/v1/organisasjoner/{id_}", json=record).status_code == 201
            )
    ids = ",".join(f"o{number:02}" for number in range(70))
    _, included = found(world, f"Organization?_id={ids}&_count=100&_revinclude=Organization:partof")
    assert included == [f"Organization/u{number:02}" for number in range(70)]


@pytest.mark.parametrize(
    "value", ["*", "CareTeam", "CareTeam:status", "Consent:subject", "CareTeam:subject:Group"]
)
def test_what_does_not_refer_is_refused_with_what_does(world: House, value: str) -> None:
    """400 at the parameter, with the list of what would have been valid."""
    answer = world.municipality("GET", f"/fhir/Patient?_revinclude={value}")
    (issue,) = read_stored(answer.data)["issue"]
    assert (answer.status_code, issue["expression"]) == (400, ["http._revinclude"])
    assert ", ".join(REVINCLUDES["Patient"]) in issue["diagnostics"]


def test_the_table_is_the_reference_parameters_turned_round() -> None:
    """Every reference parameter is listed under each type it may name, and nothing else is."""
    for type_, listed in REVINCLUDES.items():
        for value in listed:
            source, _, name = value.partition(":")
            assert type_ in SERVED[source][name].targets
    assert "CarePlan:subject" in REVINCLUDES["Patient"]
    assert "ServiceRequest:based-on" in REVINCLUDES["CarePlan"]
    assert REVINCLUDES["Consent"] == ()

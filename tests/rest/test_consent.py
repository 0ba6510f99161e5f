"""Consent at the door: what is given is seen, what is taken back is gone at once, as if it had never been."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapter.security.development import Wish
from tests.rest.world import CASE, FNR, HOSPITAL_NUMBER, PERSON_NUMBER, SUCCESSOR, UNUSED_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

TEAM = "/fhir/CareTeam/teamet"
INCLUDES = {
    "_include": "CareTeam:participant",
    "_include:iterate": ["PractitionerRole:practitioner", "PractitionerRole:organization"],
}


def question(number: str = PERSON_NUMBER) -> dict[str, Any]:
    """The one question every ward asks: who coordinates for this person?"""
    return {"data": {"patient.identifier": f"{FNR}|{number}", **INCLUDES}}


def edited(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """The sak with a change made in it."""
    sak = copy.deepcopy(CASE)
    change(sak)
    return sak


def write(house: House, sak: dict[str, Any]) -> TestResponse:
    """The municipality's system writes the sak, whatever version there is."""
    answer = house.municipality("PUT", "/kommune/v1/saker/saken", json=sak, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.json
    return answer


def said(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    """An answer without what differs between any two: its date and request id."""
    headers = [(k, v) for k, v in answer.headers.items() if k not in {"Date", "X-Request-Id"}]
    return answer.status_code, headers, answer.data


def types(answer: TestResponse) -> list[str]:
    """The types of a searchset's entries."""
    return [entry["resource"]["resourceType"] for entry in (answer.json or {}).get("entry", [])]


def as_writer(house: House, method: str, path: str, **options: Any) -> TestResponse:
    """The hospital with a token whose scopes would let it write."""
    wish = Wish("organisasjon", "epj", HOSPITAL_NUMBER, scope="system/*.cruds")
    return house.call(wish, method, path, **options)


def withdraw(sak: dict[str, Any]) -> None:
    """The person takes the samtykke back."""
    sak["samtykker"][0] |= {
        "tilstand": "inaktiv",
        "tilbaketrekking": {"dato": "2026-03-01", "omfang": "helt"},
    }


def deny(sak: dict[str, Any]) -> None:
    """A regel says no."""
    sak["samtykker"][0]["regler"].append({"id": "r2", "virkning": "nekt"})


def label(sak: dict[str, Any]) -> None:
    """The team is about a topic no permit names."""
    sak["team"][0]["emner"] = ["psykisk-helse-rus"]


def end_participation(sak: dict[str, Any]) -> None:
    """The hospital was a deltaker and is no more."""
    sak["team"][0]["deltakere"].append(
        {"id": "d9", "hvem": {"organisasjon": "sykehuset"}, "gyldighet": {"til": "2026-02-01"}}
    )


def wrong_person(sak: dict[str, Any]) -> None:
    """The whole sak was another person's."""
    sak["tilstand"] = "feilregistrert"


def test_the_ward_gets_the_coordinator_and_nothing_else(world: House) -> None:
    """One call: the team with its coordinator, role, name and unit; a minimal person; no other part."""
    answer = world.hospital("POST", "/fhir/CareTeam/_search", **question())
    assert types(answer) == ["CareTeam", "PractitionerRole", "Practitioner", "Organization"]
    team = answer.json["entry"][0]["resource"]
    assert team.keys() - {"text"} == {
        "resourceType",
        "id",
        "meta",
        "status",
        "category",
        "subject",
        "participant",
    }
    person = world.hospital("GET", "/fhir/Patient/torill").json
    assert person.keys() - {"text"} == {
        "resourceType",
        "id",
        "meta",
        "identifier",
        "name",
        "gender",
        "birthDate",
    }
    assert world.hospital("GET", "/fhir/CareTeam/odds-team").status_code == 404


@pytest.mark.parametrize("close", [withdraw, deny, label, end_participation, wrong_person])
def test_what_is_closed_is_as_if_it_had_never_been(
    world: House, close: Callable[[dict[str, Any]], None]
) -> None:
    """Withdrawn, denied, labelled, no longer a deltaker, wrong person: each channel answers as for nobody."""
    before = world.hospital("GET", TEAM)
    assert before.status_code == 200
    write(world, edited(close))
    for path in (TEAM, f"{TEAM}/_history", f"{TEAM}/_history/1"):
        never = path.replace("teamet", "aldri")
        assert said(world.hospital("GET", path)) == said(world.hospital("GET", never)), path
    asked = said(world.hospital("POST", "/fhir/CareTeam/_search", **question()))
    assert asked == said(world.hospital("POST", "/fhir/CareTeam/_search", **question(UNUSED_NUMBER)))


def test_a_samtykke_given_again_opens_again_with_new_versions(world: House) -> None:
    """After a withdrawal nothing old comes back; the version number goes on."""
    write(world, edited(withdraw))
    write(world, CASE)
    assert world.hospital("GET", TEAM).headers["ETag"] == 'W/"2"'
    assert world.hospital("GET", f"{TEAM}/_history/1").status_code == 404
    assert world.hospital("GET", f"{TEAM}/_history").json["total"] == 1


def test_time_alone_closes(world: House) -> None:
    """No write is needed for a samtykke to run out, nor does its history outlive it."""
    write(world, edited(lambda sak: sak["samtykker"][0].update(gyldighet={"til": "2026-03-10"})))
    assert world.hospital("GET", TEAM).status_code == 200
    world.clock.now += timedelta(days=9, hours=10, minutes=59)  # an hour before midnight in Norway
    assert world.hospital("GET", TEAM).status_code == 200
    world.clock.now += timedelta(hours=1)
    for path in (TEAM, f"{TEAM}/_history", f"{TEAM}/_history/1"):
        assert world.hospital("GET", path).status_code == 404, path


def test_shielding_takes_the_address_back(world: House) -> None:
    """An address that was shared is gone, from history too, the moment it is protected."""

    def open_person(sak: dict[str, Any]) -> None:
        sak["samtykker"][0]["regler"][0]["del"] = ["person"]
        sak["innbygger"]["adresser"] = [{"id": "a", "poststed": "FJORDVIK", "linjer": ["Naustvegen 14"]}]

    def shield(sak: dict[str, Any]) -> None:
        open_person(sak)
        sak["innbygger"]["adressebeskyttelse"] = "strengt-fortrolig"

    write(world, edited(open_person))
    shared = world.hospital("GET", "/fhir/Patient/torill")
    assert b"Naustvegen" in shared.data
    write(world, edited(shield))
    now = world.hospital("GET", "/fhir/Patient/torill")
    assert b"Naustvegen" not in now.data
    assert b"Naustvegen" not in world.hospital("GET", "/fhir/Patient/torill/_history").data
    version = shared.headers["ETag"].strip('W/"')
    assert world.hospital("GET", f"/fhir/Patient/torill/_history/{version}").status_code == 404
    assert b"Naustvegen" in world.municipality("GET", "/fhir/Patient/torill").data


def test_a_replaced_coordinator_is_a_new_version_to_the_ward(world: House) -> None:
    """Without any narrowing, history stays: the ward sees who coordinated before."""

    def replace(sak: dict[str, Any]) -> None:
        sak["team"][0]["deltakere"][0]["gyldighet"]["til"] = "2026-02-28"
        sak["team"][0]["deltakere"].append(
            {"id": "d2", "rolle": "koordinator", "hvem": {"rolle": "bjarte-koordinator"},
             "gyldighet": {"fra": "2026-03-01"}}
        )  # fmt: skip

    write(world, edited(replace))
    now = world.hospital("GET", TEAM).json
    assert [one["member"]["reference"] for one in now["participant"]] == [
        "PractitionerRole/bjarte-koordinator"
    ]
    assert world.hospital("GET", f"{TEAM}/_history").json["total"] == 2


def test_what_a_recipient_read_it_may_put_back(world: House) -> None:
    """The lens law: a PUT of what was read changes nothing, whatever was hidden from the reader."""
    before = world.municipality("GET", "/kommune/v1/saker/saken")
    read = world.hospital("GET", TEAM)
    again = as_writer(world, "PUT", TEAM, json=read.json, headers={"If-Match": read.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"]) == (200, read.headers["ETag"])
    after = world.municipality("GET", "/kommune/v1/saker/saken")
    assert (after.json, after.headers["ETag"]) == (before.json, before.headers["ETag"])


def test_a_recipient_changes_only_what_it_may(world: House) -> None:
    """403 naming the element for what it sees; for what it does not see, the 404 of an unknown id."""
    team = world.hospital("GET", TEAM).json
    team["participant"][0]["period"]["end"] = "2026-03-01"
    headers = {"If-Match": 'W/"1"'}
    seen = as_writer(world, "PUT", TEAM, json=team, headers=headers)
    issue = seen.json["issue"][0]
    assert (seen.status_code, issue["details"]["coding"][0]["code"]) == (403, "recipient-may-not-change")
    assert issue["expression"] == ["CareTeam.participant"]
    hidden = as_writer(
        world, "PUT", "/fhir/CareTeam/odds-team", json={**team, "id": "odds-team"}, headers=headers
    )
    never = as_writer(world, "PUT", "/fhir/CareTeam/aldri", json={**team, "id": "aldri"}, headers=headers)
    assert said(hidden) == said(never)
    assert never.status_code == 404


def test_a_deltaker_ends_its_own_participation(world: House) -> None:
    """The hospital is in the team: it may end that, and what it does not see of the team stays."""

    def join(sak: dict[str, Any]) -> None:
        sak["samtykker"][0]["regler"][0]["del"] = ["team"]
        sak["parorende"] = [{"id": "datter", "aktiv": True, "relasjon": "barn"}]
        sak["team"][0]["deltakere"] += [
            {"id": "d2", "rolle": "parorende", "hvem": {"parorende": "datter"}, "bidrag": "Handler hver uke"},
            {"id": "d3", "hvem": {"organisasjon": "sykehuset"}, "gyldighet": {"fra": "2026-01-01"}},
        ]

    write(world, edited(join))
    read = world.hospital("GET", TEAM)
    team = read.json
    assert [one["id"] for one in team["participant"]] == ["d1", "d3"]
    team["participant"][1]["period"]["end"] = "2026-06-30"
    answer = as_writer(world, "PUT", TEAM, json=team, headers={"If-Match": read.headers["ETag"]})
    assert answer.status_code == 200, answer.json
    (now,) = world.municipality("GET", "/kommune/v1/saker/saken").json["team"]
    expected = edited(join)["team"][0]["deltakere"]
    expected[2]["gyldighet"]["til"] = "2026-06-30"
    assert now["deltakere"] == expected


def test_a_deltaker_may_leave_at_once(world: House) -> None:
    """With the participation goes what it was given: the change is made and answered without the resource."""

    def join(sak: dict[str, Any]) -> None:
        sak["samtykker"][0] |= {"type": "deltaker"}
        sak["samtykker"][0]["regler"][0]["del"] = ["team"]
        seat = {"id": "d3", "hvem": {"organisasjon": "sykehuset"}, "gyldighet": {"fra": "2026-01-01"}}
        sak["team"][0]["deltakere"].append(seat)

    write(world, edited(join))
    read = world.hospital("GET", TEAM)
    team = read.json
    team["participant"][1]["period"]["end"] = "2026-03-01T12:00:01Z"
    answer = as_writer(world, "PUT", TEAM, json=team, headers={"If-Match": read.headers["ETag"]})
    assert (answer.status_code, answer.json["resourceType"]) == (200, "OperationOutcome")
    assert answer.json["issue"][0]["details"]["coding"][0]["code"] == "not-given"
    assert world.hospital("GET", TEAM).status_code == 404
    (now,) = world.municipality("GET", "/kommune/v1/saker/saken").json["team"]
    assert now["deltakere"][1]["gyldighet"] == {"fra": "2026-01-01", "til": "2026-03-01T12:00:01Z"}


@pytest.mark.parametrize("change", [{"aktiv": False}, {"gyldighet": {"til": "2026-02-28"}}])
def test_who_no_longer_holds_a_rolle_sees_no_more(world: House, change: dict[str, Any]) -> None:
    """The municipality ends the rolle in its register of ansatte: what was permitted to it closes at once."""
    write(world, edited(lambda sak: sak["samtykker"][0].update(mottaker={"rolle": "bjarte-koordinator"})))
    wish = Wish("ansatt", "epj", person="bjarte")
    assert world.call(wish, "GET", TEAM).status_code == 200
    (rolle,) = SUCCESSOR["roller"]
    left = {**SUCCESSOR, "roller": [{**rolle, **change}]}
    answer = world.municipality("PUT", "/kommune/v1/ansatte/bjarte", json=left, headers={"If-Match": 'W/"1"'})
    assert answer.status_code == 200, answer.json
    assert world.call(wish, "GET", TEAM).status_code == 404
    assert world.call(wish, "GET", f"{TEAM}/_history/1").status_code == 404


def test_a_person_takes_the_consent_to_the_plan_back(world: House) -> None:
    """Making it inactive is enough: it is a withdrawal, and shuts the plan, also one that had ended."""

    def plan(sak: dict[str, Any]) -> None:
        sak["samtykker"][0]["regler"][0]["del"] = ["plan"]
        given = {"gittDato": "2026-01-10", "gittAv": [{"innbygger": "torill"}]}
        sak["samtykker"].append({"id": "til-planen", "tilstand": "aktiv", "type": "plan", **given})
        sak["planer"] = [{"id": "planen", "plantype": "individuell-plan", "status": "fullfort"}]

    write(world, edited(plan))
    assert world.hospital("GET", "/fhir/CarePlan/planen").status_code == 200
    person = Wish("innbygger", "app", person="torill", scope="patient/*.cruds")
    consent = world.call(person, "GET", "/fhir/Consent/til-planen")
    answer = world.call(
        person,
        "PUT",
        "/fhir/Consent/til-planen",
        json={**consent.json, "status": "inactive"},
        headers={"If-Match": consent.headers["ETag"]},
    )
    assert answer.status_code == 200, answer.json
    assert world.hospital("GET", "/fhir/CarePlan/planen").status_code == 404
    (_, taken) = world.municipality("GET", "/kommune/v1/saker/saken").json["samtykker"]
    assert taken["tilbaketrekking"] == {"dato": "2026-03-01", "omfang": "helt"}


def test_a_hospital_proposes_a_consent_and_cannot_permit_itself(world: House) -> None:
    """A proposal lands as its own; active, it is refused; for a person it is not given, as for nobody."""
    proposal = {
        "resourceType": "Consent",
        "status": "proposed",
        "scope": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
            ]
        },
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": "Patient/torill"},
        "policy": [{"uri": "https://ip-adapter.example/fhir/samtykke"}],
    }
    made = as_writer(world, "POST", "/fhir/Consent", json=proposal)
    assert made.status_code == 201, made.json
    record = world.municipality("GET", "/kommune/v1/saker/saken").json["samtykker"][1]
    assert (record["tilstand"], record["eier"]) == ("foreslatt", {"organisasjon": "sykehuset"})
    active = as_writer(world, "POST", "/fhir/Consent", json={**proposal, "status": "active"})
    assert active.status_code == 403
    answers = [
        as_writer(
            world, "POST", "/fhir/Consent", json={**proposal, "patient": {"reference": f"Patient/{id_}"}}
        )
        for id_ in ("odd", "aldri")
    ]
    assert said(answers[0]) == said(answers[1])
    assert answers[0].status_code == 422

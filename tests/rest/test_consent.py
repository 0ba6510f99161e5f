"""Consent at the FHIR door: a permit opens access, and a withdrawal closes it at once, with its history."""

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
    """The search for the coordinators of the person, as the hospital sends it."""
    return {"data": {"patient.identifier": f"{FNR}|{number}", **INCLUDES}}


def edited(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """The sak with a change in it."""
    sak = copy.deepcopy(CASE)
    change(sak)
    return sak


def write(house: House, sak: dict[str, Any]) -> TestResponse:
    """PUT of the sak by the municipality's system, with If-Match *."""
    answer = house.municipality("PUT", "/kommune/v1/saker/saken", json=sak, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.json
    return answer


def said(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    """The answer without the date and the request id, which always differ."""
    headers = [(k, v) for k, v in answer.headers.items() if k not in {"Date", "X-Request-Id"}]
    return answer.status_code, headers, answer.data


def types(answer: TestResponse) -> list[str]:
    """The resource types of a searchset's entries."""
    return [entry["resource"]["resourceType"] for entry in (answer.json or {}).get("entry", [])]


def as_writer(house: House, method: str, path: str, **options: Any) -> TestResponse:
    """The hospital with a token whose scopes include writes."""
    wish = Wish("organisasjon", "epj", HOSPITAL_NUMBER, scope="system/*.cruds")
    return house.call(wish, method, path, **options)


def withdraw(sak: dict[str, Any]) -> None:
    """The samtykke is withdrawn."""
    sak["samtykker"][0] |= {
        "tilstand": "inaktiv",
        "tilbaketrekking": {"dato": "2026-03-01", "omfang": "helt"},
    }


def deny(sak: dict[str, Any]) -> None:
    """A regel denies the hospital."""
    sak["samtykker"][0]["regler"].append({"id": "r2", "virkning": "nekt"})


def label(sak: dict[str, Any]) -> None:
    """The team has an emne that no permit names."""
    sak["team"][0]["emner"] = ["psykisk-helse-rus"]


def end_participation(sak: dict[str, Any]) -> None:
    """The hospital's participation in the team has ended."""
    sak["team"][0]["deltakere"].append(
        {"id": "d9", "hvem": {"organisasjon": "sykehuset"}, "gyldighet": {"til": "2026-02-01"}}
    )


def wrong_person(sak: dict[str, Any]) -> None:
    """The whole sak is another person's (tilstand feilregistrert)."""
    sak["tilstand"] = "feilregistrert"


def test_a_permit_to_the_coordinator_gives_the_team_and_no_other_part(world: House) -> None:
    """One search gives the team with its coordinator, role, name and unit, and a minimal Patient."""
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
def test_a_closed_part_is_answered_as_an_unknown_one(
    world: House, close: Callable[[dict[str, Any]], None]
) -> None:
    """After a withdrawal, deny, emne or end of participation, every address answers as to a stranger."""
    before = world.hospital("GET", TEAM)
    assert before.status_code == 200
    write(world, edited(close))
    for path in (TEAM, f"{TEAM}/_history", f"{TEAM}/_history/1"):
        never = path.replace("teamet", "aldri")
        assert said(world.hospital("GET", path)) == said(world.hospital("GET", never)), path
    asked = said(world.hospital("POST", "/fhir/CareTeam/_search", **question()))
    assert asked == said(world.hospital("POST", "/fhir/CareTeam/_search", **question(UNUSED_NUMBER)))


def test_a_renewed_samtykke_gives_new_versions_and_no_old_history(world: House) -> None:
    """After a withdrawal the old versions stay closed; the version number goes on."""
    write(world, edited(withdraw))
    write(world, CASE)
    assert world.hospital("GET", TEAM).headers["ETag"] == 'W/"2"'
    assert world.hospital("GET", f"{TEAM}/_history/1").status_code == 404
    assert world.hospital("GET", f"{TEAM}/_history").json["total"] == 1


def test_a_samtykke_that_runs_out_closes_access_and_history_without_a_write(world: House) -> None:
    """A samtykke that runs out closes the current versions and the history, without a write."""
    write(world, edited(lambda sak: sak["samtykker"][0].update(gyldighet={"til": "2026-03-10"})))
    assert world.hospital("GET", TEAM).status_code == 200
    world.clock.now += timedelta(days=9, hours=10, minutes=59)  # an hour before midnight in Norway
    assert world.hospital("GET", TEAM).status_code == 200
    world.clock.now += timedelta(hours=1)
    for path in (TEAM, f"{TEAM}/_history", f"{TEAM}/_history/1"):
        assert world.hospital("GET", path).status_code == 404, path


def test_shielding_removes_the_address_from_current_and_past_versions(world: House) -> None:
    """A shared address is removed, from history too, as soon as the person is shielded."""

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


def test_a_replaced_coordinator_leaves_the_history_open(world: House) -> None:
    """When no access is lost, the history stays: the recipient reads the earlier coordinator."""

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


def test_a_put_of_what_a_recipient_read_changes_nothing(world: House) -> None:
    """The law of the lens: a PUT of a projection as it was read changes nothing, whatever it hides."""
    before = world.municipality("GET", "/kommune/v1/saker/saken")
    read = world.hospital("GET", TEAM)
    again = as_writer(world, "PUT", TEAM, json=read.json, headers={"If-Match": read.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"]) == (200, read.headers["ETag"])
    after = world.municipality("GET", "/kommune/v1/saker/saken")
    assert (after.json, after.headers["ETag"]) == (before.json, before.headers["ETag"])


def test_a_recipients_write_is_403_for_a_seen_element_and_404_for_a_hidden_part(world: House) -> None:
    """A refused element of a visible part is 403 with its place; a hidden part is 404, as an unknown id."""
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


def test_a_deltaker_may_end_its_own_participation(world: House) -> None:
    """The hospital in the team ends its own participation, and the hidden deltakere stay."""

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


def test_a_deltaker_that_leaves_loses_access_in_the_same_write(world: House) -> None:
    """The write is stored and answered without the resource, since the participation gave the access."""

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
def test_an_ended_rolle_closes_access_given_to_it(world: House, change: dict[str, Any]) -> None:
    """When the municipality ends a rolle in the ansatt, access that was given to the rolle closes at once."""
    write(world, edited(lambda sak: sak["samtykker"][0].update(mottaker={"rolle": "bjarte-koordinator"})))
    wish = Wish("ansatt", "epj", person="bjarte")
    assert world.call(wish, "GET", TEAM).status_code == 200
    (rolle,) = SUCCESSOR["roller"]
    left = {**SUCCESSOR, "roller": [{**rolle, **change}]}
    answer = world.municipality("PUT", "/kommune/v1/ansatte/bjarte", json=left, headers={"If-Match": 'W/"1"'})
    assert answer.status_code == 200, answer.json
    assert world.call(wish, "GET", TEAM).status_code == 404
    assert world.call(wish, "GET", f"{TEAM}/_history/1").status_code == 404


def test_an_inactive_plan_consent_closes_the_plan(world: House) -> None:
    """An inactive Consent is a withdrawal, and closes the plan, also a plan that had ended."""

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


def test_a_hospital_may_propose_a_consent_and_not_activate_it(world: House) -> None:
    """A proposed Consent is stored, an active one is refused; a hidden person is answered as unknown."""
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

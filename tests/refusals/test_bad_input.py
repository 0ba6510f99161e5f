"""Bad input at both doors: every place of it named in one answer, in both languages, and nothing stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy

from adapter.record import schema
from tests.record.given import bent
from tests.refusals.rows import MODIFIER, PERIOD, ROWS, Wrong, coded, milestone
from tests.refusals.world import SAK
from tests.rest.world import OTHER_NUMBER, PERSON_NUMBER

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.refusals.rows import Places
    from tests.rest.conftest import House

FHIR, ENTRY = "https://adapter.example/fhir", "Bundle.entry[0].resource"


def content(house: House) -> dict[str, list[str]]:
    """Every row of every table."""
    engine = house.client.application.extensions["repository"].store._engine
    tables = sqlalchemy.inspect(engine).get_table_names()
    assert {"record", "record_version", "publication", "residue", "change", "clock"} <= set(tables)
    with engine.connect() as connection:
        return {
            table: sorted(map(repr, connection.execute(sqlalchemy.text(f"SELECT * FROM {table}")).all()))  # noqa: S608 - the database's own names
            for table in tables
        }


def told(answer: TestResponse) -> list[dict[str, Any]]:
    """What either door found, in the words of the municipal one."""
    if answer.mimetype == "application/problem+json":
        found: list[dict[str, Any]] = answer.json["funn"]
        return found
    return [
        {
            "kode": issue["details"]["coding"][0]["code"],
            "sted": next(iter(issue.get("expression", ())), None),
            "nb": issue["details"]["text"],
            "en": issue["diagnostics"],
            "kilde": next((one["valueUri"] for one in issue.get("extension", ())), None),
        }
        for issue in answer.json["issue"]
    ]


def assert_refused(answer: TestResponse, status: int, places: Places) -> None:
    """The status, and exactly these places, each with its texts and where its rule is written."""
    found = told(answer)
    assert (answer.status_code, sorted((one["kode"], one["sted"]) for one in found)) == (
        status,
        sorted(places),
    )
    for one in found:
        assert one["nb"] != one["en"]
        assert (one.get("kilde") or "").startswith(("https://", "http://")), one["kode"]
    assert PERSON_NUMBER not in answer.text
    assert OTHER_NUMBER not in answer.text


def put_sak(house: House, sak: dict[str, Any]) -> TestResponse:
    """Write the sak at the municipal door."""
    return house.municipality("PUT", "/kommune/v1/saker/saken", json=sak, headers={"If-Match": "*"})


def sent(house: House, wrong: Wrong) -> dict[str, Any]:
    """The resource as the municipality reads it, with the fault in it."""
    resource: dict[str, Any] = bent(house.municipality("GET", f"/fhir/{wrong.of}").json, **wrong.resource[0])
    return {key: value for key, value in resource.items() if key != "id"} if wrong.new else resource


def transaction(house: House, *entries: tuple[str, dict[str, Any]]) -> TestResponse:
    """Put resources in one Bundle, each a new one (POST) or in the place of what stands (PUT)."""
    entry = [
        {
            "fullUrl": f"urn:uuid:00000000-0000-4000-8000-00000000000{number}"
            if method == "POST"
            else f"{FHIR}/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "request": {"method": "POST", "url": resource["resourceType"]}
            if method == "POST"
            else {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}", "ifMatch": "*"},
        }
        for number, (method, resource) in enumerate(entries)
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entry}
    return house.municipality("POST", "/fhir", json=bundle)


def named(rows: tuple[Wrong, ...]) -> dict[str, Any]:
    """Rows as parameters, told by their names."""
    return {"argnames": "wrong", "argvalues": rows, "ids": [row.name for row in rows]}


AT_MUNICIPAL_DOOR = tuple(row for row in ROWS if row.sak[1])
AT_FHIR_DOOR = tuple(row for row in ROWS if row.resource[1])


@pytest.mark.parametrize(**named(AT_MUNICIPAL_DOOR))
def test_the_municipal_door_names_every_place(standing: House, wrong: Wrong) -> None:
    """422 with every place in the record; the database is as it was."""
    before = content(standing)
    changes, places = wrong.sak
    assert_refused(put_sak(standing, bent(SAK, **changes)), 422, places)
    assert content(standing) == before


@pytest.mark.parametrize(**named(AT_FHIR_DOOR))
def test_the_fhir_door_names_every_place(standing: House, wrong: Wrong) -> None:
    """422 with every place in the resource, 400 if it is no valid R4; the database is as it was."""
    before = content(standing)
    resource = sent(standing, wrong)
    path = "/fhir/" + (resource["resourceType"] if wrong.new else wrong.of)
    headers = {} if wrong.new else {"If-Match": "*"}
    answer = standing.municipality("POST" if wrong.new else "PUT", path, json=resource, headers=headers)
    assert_refused(answer, wrong.status, wrong.resource[1])
    assert content(standing) == before


@pytest.mark.parametrize(**named(AT_FHIR_DOOR))
def test_a_transaction_names_every_place_at_its_entry(standing: House, wrong: Wrong) -> None:
    """The same in a Bundle, where the place begins with the entry."""
    before = content(standing)
    answer = transaction(standing, ("POST" if wrong.new else "PUT", sent(standing, wrong)))
    type_ = wrong.of.partition("/")[0]
    places = tuple((code, ENTRY + at.removeprefix(type_)) for code, at in wrong.resource[1])
    assert_refused(answer, wrong.status, places)
    assert content(standing) == before


def test_what_is_wrong_in_several_entries_is_told_in_one_answer(standing: House) -> None:
    """An entry that cannot be kept does not hide what the others break; each is told at its own place."""
    before = content(standing)
    plan, goal, team, tiltak = (
        standing.municipality("GET", f"/fhir/{of}").json
        for of in ("CarePlan/planen", "Goal/staa", "CareTeam/teamet", "ServiceRequest/trening")
    )
    odds = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "Score et mål"},
        "subject": {"reference": "Patient/odd"},
    }
    answer = transaction(
        standing,
        ("PUT", bent(plan, **{"goal.+": {"reference": "urn:uuid:00000000-0000-4000-8000-000000000004"}})),
        ("PUT", bent(goal, extension=[milestone("gaa")])),
        ("PUT", bent(team, **{"participant.0.modifierExtension": MODIFIER})),
        ("PUT", bent(tiltak, **{"performer.+": {"reference": "Practitioner/ingen"}})),
        ("POST", odds),
    )
    place = "Bundle.entry[{}].resource.{}".format
    assert_refused(
        answer,
        422,
        (
            ("not-in-record", place(0, "goal[2]")),
            ("part-of-itself", place(1, "extension[0]")),
            ("modifier-unknown", place(2, "participant[0].modifierExtension")),
            ("reference-broken", place(3, "performer[1]")),
        ),
    )
    assert content(standing) == before


def test_the_end_of_a_plan_is_not_the_end_of_the_coordinator(standing: House) -> None:
    """Nobody leaves a team unsaid while the plan ends; the place is where the participant was."""
    before = content(standing)
    plan, team = (
        standing.municipality("GET", f"/fhir/{of}").json for of in ("CarePlan/planen", "CareTeam/teamet")
    )
    ended = bent(plan, status="completed")
    answer = transaction(standing, ("PUT", ended), ("PUT", bent(team, participant=None)))
    place = "Bundle.entry[1].resource.participant"
    assert_refused(answer, 422, (("coordinator-gone-with-plan", place),))
    assert content(standing) == before


def test_an_entry_that_is_no_fhir_does_not_hide_the_others(standing: House) -> None:
    """400, and still every place: of what is no valid R4, of what cannot be kept, of what breaks a rule."""
    before = content(standing)
    plan, goal, team = (
        standing.municipality("GET", f"/fhir/{of}").json
        for of in ("CarePlan/planen", "Goal/staa", "CareTeam/teamet")
    )
    answer = transaction(
        standing,
        ("PUT", bent(plan, period=PERIOD, **{"goal.+": {"reference": "Goal/odds-maal"}})),
        ("PUT", bent(goal, extension=[milestone("gaa")])),
        ("PUT", bent(team, **{"participant.0.modifierExtension": MODIFIER})),
    )
    place = "Bundle.entry[{}].resource.{}".format
    assert_refused(
        answer,
        400,
        (
            ("per-1", place(0, "period")),
            ("not-in-record", place(0, "goal[2]")),
            ("part-of-itself", place(1, "extension[0]")),
            ("modifier-unknown", place(2, "participant[0].modifierExtension")),
        ),
    )
    assert content(standing) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"maal": "ingen"},
        {"maal.0.id": "ikke en id"},
        {"innbygger": None, "maal.1.delmaal": ["gaa"]},
        {"team.0.deltakere.+": {"id": "d9"}, "team.0.deltakere.0.rolle": "sjef"},
        {"planer.0": "planen", "maal.1.delmaal": ["gaa"]},
        {"samtykker.0.regler.0.virkning": "kanskje"},
    ],
)
def test_what_leaves_too_little_to_judge_is_told_alone(standing: House, changes: dict[str, Any]) -> None:
    """Where a part cannot be read at all, nothing is said of those that name it: it would be wrong."""
    before = content(standing)
    sak = bent(SAK, **changes)
    answer = put_sak(standing, sak)
    assert answer.status_code == 422
    assert [one["kode"] for one in told(answer)] == [one.code for one in schema.validate("sak", sak)]
    assert content(standing) == before


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        (
            {"innbygger.identer.0.verdi": OTHER_NUMBER},
            (("identifier-taken", "sak.innbygger.identer[0].verdi"),),
        ),
        (
            {
                "maal.+": {"id": "odds-maal", "status": "aktiv", "tekst": "Bli med på fotballen"},
                "tiltak.+": {"id": "odds-tiltak", "status": "aktiv"},
            },
            (("id-taken", "sak.maal[2]"), ("id-taken", "sak.tiltak[1]")),
        ),
    ],
)
def test_what_is_of_another_record_is_a_conflict(
    standing: House, changes: dict[str, Any], places: Places
) -> None:
    """409 with every place: another person's number, goal and tiltak."""
    before = content(standing)
    assert_refused(put_sak(standing, bent(SAK, **changes)), 409, places)
    assert content(standing) == before


def test_a_recipient_learns_nothing_more_of_what_is_no_fhir(standing: House) -> None:
    """Of what a recipient sends, what is no valid R4 is told, and no rule is asked about the rest."""
    team = standing.hospital("GET", "/fhir/CareTeam/teamet").json
    wrong = bent(team, period=PERIOD, modifierExtension=MODIFIER)
    answer = standing.hospital("PUT", "/fhir/CareTeam/teamet", json=wrong, headers={"If-Match": "*"})
    assert_refused(answer, 400, (("per-1", "CareTeam.period"),))


def test_one_refused_is_not_missed_by_the_others(standing: House) -> None:
    """What is read in part only is not told as missing: not the consent a plan needs, nor whom it names."""
    before = content(standing)
    plan, consent = (
        standing.municipality("GET", f"/fhir/{of}").json for of in ("CarePlan/planen", "Consent/til-planen")
    )
    new = {key: value for key, value in plan.items() if key not in {"id", "activity"}}
    answer = transaction(
        standing,
        ("PUT", bent(consent, category=[coded("ip-samtykketype", "hva som helst")])),
        ("PUT", bent(plan, status="completed")),
        ("POST", {**new, "goal": [{"reference": "Goal/odds-maal"}]}),
    )
    place = "Bundle.entry[{}].resource.{}".format
    found = [(one["kode"], one["sted"]) for one in told(answer)]
    assert answer.status_code == 422
    assert ("not-in-record", place(2, "goal[0]")) in found
    assert "plan-without-consent" not in {code for code, _ in found}
    assert content(standing) == before

"""Bad input at both doors: one answer names every place, in both languages, and nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy

from adapter.record import schema
from tests.record.given import bent
from tests.refusals.rows import MODIFIER, PERIOD, ROWS, Wrong, milestone
from tests.refusals.world import SAK
from tests.rest.world import OTHER_NUMBER, PERSON_NUMBER

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.refusals.rows import Places
    from tests.rest.conftest import House

FHIR, ENTRY = "https://adapter.example/fhir", "Bundle.entry[0].resource"


def content(house: House) -> dict[str, list[str]]:
    """Every row of every table of the database."""
    engine = house.client.application.extensions["repository"].store._engine
    tables = sqlalchemy.inspect(engine).get_table_names()
    assert {"record", "record_version", "publication", "residue", "change", "clock"} <= set(tables)
    with engine.connect() as connection:
        return {
            table: sorted(map(repr, connection.execute(sqlalchemy.text(f"SELECT * FROM {table}")).all()))  # noqa: S608 - the database's own names
            for table in tables
        }


def told(answer: TestResponse) -> list[dict[str, Any]]:
    """The findings of either door: code and place."""
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
    """Assert the status and exactly these places, each with two texts and a source."""
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
    """The answer to a put of the sak at the municipal door."""
    return house.municipality("PUT", "/kommune/v1/saker/saken", json=sak, headers={"If-Match": "*"})


def sent(house: House, wrong: Wrong) -> dict[str, Any]:
    """The resource as the municipality reads it, with the fault in it."""
    resource: dict[str, Any] = bent(house.municipality("GET", f"/fhir/{wrong.of}").json, **wrong.resource[0])
    return {key: value for key, value in resource.items() if key != "id"} if wrong.new else resource


def transaction(house: House, *entries: tuple[str, dict[str, Any]]) -> TestResponse:
    """The answer to one Bundle: each resource new (POST) or replacing (PUT)."""
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
    """The rows as parameters, with their names as ids."""
    return {"argnames": "wrong", "argvalues": rows, "ids": [row.name for row in rows]}


AT_MUNICIPAL_DOOR = tuple(row for row in ROWS if row.sak[1])
AT_FHIR_DOOR = tuple(row for row in ROWS if row.resource[1])


@pytest.mark.parametrize(**named(AT_MUNICIPAL_DOOR))
def test_the_municipal_door_refuses_a_fault_with_every_place(standing: House, wrong: Wrong) -> None:
    """422 with every place in the record, and an unchanged database."""
    before = content(standing)
    changes, places = wrong.sak
    assert_refused(put_sak(standing, bent(SAK, **changes)), 422, places)
    assert content(standing) == before


@pytest.mark.parametrize(**named(AT_FHIR_DOOR))
def test_the_fhir_door_refuses_a_fault_with_every_place(standing: House, wrong: Wrong) -> None:
    """422, or 400 for invalid R4, with every place in the resource, and an unchanged database."""
    before = content(standing)
    resource = sent(standing, wrong)
    path = "/fhir/" + (resource["resourceType"] if wrong.new else wrong.of)
    headers = {} if wrong.new else {"If-Match": "*"}
    answer = standing.municipality("POST" if wrong.new else "PUT", path, json=resource, headers=headers)
    assert_refused(answer, wrong.status, wrong.resource[1])
    assert content(standing) == before


@pytest.mark.parametrize(**named(AT_FHIR_DOOR))
def test_a_transaction_refuses_a_fault_with_every_place_in_its_entry(standing: House, wrong: Wrong) -> None:
    """The same findings in a Bundle, with places that begin with the entry."""
    before = content(standing)
    answer = transaction(standing, ("POST" if wrong.new else "PUT", sent(standing, wrong)))
    type_ = wrong.of.partition("/")[0]
    places = tuple((code, ENTRY + at.removeprefix(type_)) for code, at in wrong.resource[1])
    assert_refused(answer, wrong.status, places)
    assert content(standing) == before


def several(house: House) -> dict[str, tuple[str, dict[str, Any]]]:
    """One entry of each kind of fault: invalid R4, unmappable, unknown owner, broken rule, conflict."""
    plan, goal, team, patient = (
        house.municipality("GET", f"/fhir/{of}").json
        for of in ("CarePlan/planen", "Goal/staa", "CareTeam/teamet", "Patient/torill")
    )
    stray = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "Score et mål"},
        "subject": {"reference": "Patient/ingen"},
    }
    return {
        "not-r4": ("PUT", bent(plan, period=PERIOD)),
        "not-kept": ("PUT", bent(team, **{"participant.0.modifierExtension": MODIFIER})),
        "of-nobody": ("POST", stray),
        "rule": ("PUT", bent(goal, extension=[milestone("gaa")])),
        "taken": ("PUT", bent(patient, **{"identifier.0.value": OTHER_NUMBER})),
    }


ANSWERS = (
    (
        ("not-r4", "not-kept", "of-nobody", "rule", "taken"),
        400,
        (("per-1", 0, "period"),),
    ),
    (
        ("not-kept", "rule", "of-nobody", "taken"),
        422,
        (("modifier-unknown", 0, "participant[0].modifierExtension"), ("owner-unknown", 2, "subject")),
    ),
    (
        ("rule", "taken"),
        422,
        (("part-of-itself", 0, "extension[0]"), ("identifier-taken", 1, "identifier[0].value")),
    ),
    (("taken",), 409, (("identifier-taken", 0, "identifier[0].value"),)),
)


@pytest.mark.parametrize(("kinds", "status", "places"), ANSWERS, ids=["R4", "place", "rule", "taken"])
def test_a_transaction_answers_with_the_findings_of_its_first_failing_step(
    standing: House, kinds: tuple[str, ...], status: int, places: tuple[tuple[str, int, str], ...]
) -> None:
    """400 for invalid R4; else 422 for unplaced content; else 422 or 409 for rules and uniqueness."""
    before = content(standing)
    faults = several(standing)
    answer = transaction(standing, *(faults[kind] for kind in kinds))
    told_at = tuple((code, f"Bundle.entry[{entry}].resource.{at}") for code, entry, at in places)
    assert_refused(answer, status, told_at)
    assert content(standing) == before


def test_removing_the_coordinator_with_the_ended_plan_is_refused(standing: House) -> None:
    """A participant left out while the plan ends is refused, at its old place."""
    before = content(standing)
    plan, team = (
        standing.municipality("GET", f"/fhir/{of}").json for of in ("CarePlan/planen", "CareTeam/teamet")
    )
    ended = bent(plan, status="completed")
    answer = transaction(standing, ("PUT", ended), ("PUT", bent(team, participant=None)))
    place = "Bundle.entry[1].resource.participant"
    assert_refused(answer, 422, (("coordinator-gone-with-plan", place),))
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
def test_a_record_invalid_by_the_schema_has_no_findings_of_rules(
    standing: House, changes: dict[str, Any]
) -> None:
    """422 names every place the schema refuses; the rules are not applied."""
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
def test_a_number_or_id_of_another_record_is_a_conflict(
    standing: House, changes: dict[str, Any], places: Places
) -> None:
    """409 with every place for the number, goal and tiltak of another person."""
    before = content(standing)
    assert_refused(put_sak(standing, bent(SAK, **changes)), 409, places)
    assert content(standing) == before

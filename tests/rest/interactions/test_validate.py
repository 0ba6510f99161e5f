"""https://hl7.org/fhir/R4/resource-operation-validate.html: the verdict of the command, asked over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.verdict import validate
from adapter.rest.routes import TYPES
from adapter.security.development import Wish
from tests.rest.world import HOSPITAL_NUMBER, OTHER_NUMBER

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

CASES = Path(__file__).resolve().parents[4] / "shared" / "fhir" / "validator-cases"
JSON = {"Content-Type": "application/fhir+json"}
GOAL: dict[str, Any] = {
    "resourceType": "Goal",
    "lifecycleStatus": "active",
    "description": {"text": "gå til butikken"},
    "subject": {"display": "en person"},
}
TEAM = {"resourceType": "CareTeam", "status": "active", "subject": {"reference": "Patient/torill"}}
NO_BASIS = "http://hl7.no/fhir/StructureDefinition/no-basis-Patient"
VITALS = "http://hl7.org/fhir/StructureDefinition/vitalsigns"


def ask(house: House, path: str, body: dict[str, Any], **options: Any) -> TestResponse:
    """The answer to the hospital."""
    return house.hospital("POST", f"/fhir/{path}", headers=JSON, data=json.dumps(body), **options)


def codes(answer: TestResponse) -> list[tuple[str, str, str | None]]:
    """Severity, code and place of each issue, without the line about versions."""
    issues = [
        (one["severity"], one["details"]["coding"][0]["code"], one.get("expression", [None])[0])
        for one in answer.json["issue"]
    ]
    return [one for one in issues if one[1] != "validated-with"]


def parameters(resource: dict[str, Any] | None = None, **values: str) -> dict[str, Any]:
    """Parameters with a resource, a mode and a profile."""
    listed: list[dict[str, Any]] = [{"name": "resource", "resource": resource}] if resource else []
    keys = {"mode": "valueCode", "profile": "valueUri"}
    listed += [{"name": name, keys.get(name, "valueString"): value} for name, value in values.items()]
    return {"resourceType": "Parameters", "parameter": listed}


def test_a_valid_resource_is_told_valid(world: House) -> None:
    """The answer to a valid resource is 200 with an OperationOutcome that says so and names the versions."""
    answer = ask(world, "Goal/$validate", GOAL)
    assert answer.status_code == 200
    assert answer.json["resourceType"] == "OperationOutcome"
    assert codes(answer) == [("information", "valid", None)]
    assert "hl7.fhir.r4.core#4.0.1" in answer.json["issue"][-1]["diagnostics"]


def test_an_invalid_resource_is_told_in_the_answer_and_nothing_is_stored(world: House) -> None:
    """The answer to an invalid resource is 200 too, with every error at its place; nothing is stored."""
    answer = ask(world, "Goal/$validate", GOAL | {"lifecycleStatus": "x", "size": 1})
    assert answer.status_code == 200
    assert codes(answer) == [
        ("error", "code-unknown", "Goal.lifecycleStatus"),
        ("error", "element-unknown", "Goal.size"),
    ]
    assert world.municipality("GET", "/fhir/Goal?_summary=count").json["total"] == 0


@pytest.mark.parametrize("body", [GOAL, parameters(GOAL), parameters(GOAL, mode="profile")])
def test_the_resource_stands_alone_or_in_parameters(world: House, body: dict[str, Any]) -> None:
    """A resource as the body and one in Parameters get the same answer."""
    assert codes(ask(world, "Goal/$validate", body)) == [("information", "valid", None)]


@pytest.mark.parametrize("place", ["query", "body"])
def test_a_profile_is_named_in_the_address_or_in_parameters(world: House, place: str) -> None:
    """A profile that is asked for is judged beside those that the resource claims."""
    patient = {"resourceType": "Patient", "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1"}]}
    if place == "query":
        answer = ask(world, f"Patient/$validate?profile={NO_BASIS}", patient)
    else:
        answer = ask(world, "Patient/$validate", parameters(patient, profile=NO_BASIS))
    assert codes(answer)[0] == ("error", "profile-min", "Patient.identifier[0]")
    claimed = patient | {"meta": {"profile": [NO_BASIS]}}
    assert codes(ask(world, "Patient/$validate", claimed)) == codes(answer)


def test_a_profile_that_is_not_installed_is_named(world: House) -> None:
    """A profile that the service does not have is named as not checked."""
    answer = ask(world, "Goal/$validate?profile=http://example.org/none", GOAL)
    assert codes(answer) == [("information", "valid", None), ("information", "not-checked", None)]
    assert "http://example.org/none" in answer.json["issue"][-1]["diagnostics"]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("Goal/$validate", parameters(), "validate-no-resource"),
        ("Goal/$validate", parameters(mode="profile"), "validate-no-resource"),
        ("Goal/$validate?mode=x", GOAL, "validate-mode"),
        ("Goal/$validate?mode=create&mode=update", GOAL, "validate-mode"),
        ("Goal/$validate?profile=no-basis-Patient", GOAL, "validate-profile"),
        (f"Goal/$validate?profile={VITALS}&profile={NO_BASIS}", GOAL, "validate-profile"),
        (f"Goal/$validate?profile={VITALS}", parameters(GOAL, profile=NO_BASIS), "validate-profile"),
        (
            "Goal/$validate",
            parameters() | {"parameter": [{"name": "resource", "resource": GOAL}] * 2},
            "validate-no-resource",
        ),
        ("Goal/$validate?size=1", GOAL, "parameter-unknown"),
        ("Goal/$validate", parameters(GOAL, size="1"), "parameter-unknown"),
        ("CarePlan/$validate", GOAL, "type-differs"),
        ("Goal/g1/$validate", GOAL | {"id": "g2"}, "id-differs"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    world: House, path: str, body: dict[str, Any], code: str
) -> None:
    """An unknown parameter, a wrong or repeated mode or profile, and no, two or another resource are 400."""
    answer = ask(world, path, body)
    assert answer.status_code == 400
    assert [one[1] for one in codes(answer)] == [code]


def test_a_stored_resource_is_judged_by_a_profile(world: House) -> None:
    """With mode profile and no resource, the current version of the resource is judged, if it is shared."""
    asked = parameters(mode="profile", profile="http://hl7.org/fhir/StructureDefinition/CareTeam")
    assert codes(ask(world, "CareTeam/teamet/$validate", asked))[0][1] == "valid"
    hidden, unknown = (ask(world, f"CareTeam/{one}/$validate", asked) for one in ("odds-team", "none"))
    assert (hidden.status_code, hidden.data) == (unknown.status_code, unknown.data)
    assert hidden.status_code == 404


def test_mode_delete_says_that_the_service_does_not_delete(world: House) -> None:
    """A delete would be refused, and the answer says so with the alternative."""
    answer = ask(world, "CareTeam/teamet/$validate?mode=delete", parameters())
    assert codes(answer) == [("error", "delete-unoffered", None)]


def team(reference: str) -> dict[str, Any]:
    """A Goal about the target of a reference, by a profile-free rule on its type."""
    return GOAL | {"subject": {"reference": reference}}


def test_references_are_resolved_among_what_the_caller_may_read(world: House) -> None:
    """A hidden resource and an absent one give the same answer to a reference, byte for byte."""
    hidden, absent = (ask(world, "Goal/$validate", team(one)) for one in ("Patient/odd", "Patient/none"))
    assert hidden.data == absent.data
    assert codes(hidden) == [("information", "valid", None)]


TAKEN = {
    "resourceType": "Patient",
    "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": OTHER_NUMBER}],
}
WRITES: list[tuple[str, str, dict[str, Any], list[tuple[str, str]]]] = [
    ("create", "Goal", team("Patient/torill"), []),
    ("create", "Goal", team("Patient/none"), [("owner-unknown", "Goal.subject")]),
    ("create", "Patient", TAKEN, [("identifier-taken", "Patient.identifier[0].value")]),
    ("update", "Goal/m1", {**team("Patient/torill"), "id": "m1"}, []),
    ("update", "Goal/m1", {**team("Patient/odd"), "id": "odds-team"}, [("id-differs", "Goal.id")]),
]


@pytest.mark.parametrize(("mode", "path", "resource", "refused"), WRITES)
def test_the_modes_create_and_update_decide_the_write_and_store_nothing(
    world: House, mode: str, path: str, resource: dict[str, Any], refused: list[tuple[str, str]]
) -> None:
    """The answer has what would refuse the write: rules, identifiers, references. Nothing is stored."""
    before = world.municipality("GET", "/kommune/v1/endringer?etter=0").json
    asked = json.dumps(parameters(resource, mode=mode))
    answer = world.municipality("POST", f"/fhir/{path}/$validate", headers=JSON, data=asked)
    found = [(code, place) for severity, code, place in codes(answer) if severity == "error"]
    assert found == refused
    assert world.municipality("GET", "/kommune/v1/endringer?etter=0").json == before


def test_the_modes_create_and_update_answer_as_the_write_would(world: House) -> None:
    """The caller's own rights count; the update of a hidden resource is answered as that of an absent one."""
    create = ask(world, "CareTeam/$validate?mode=create", TEAM)
    assert codes(create) == [("error", "recipient-may-not-create", "CareTeam")]
    hidden, absent = (
        ask(world, f"CareTeam/{id_}/$validate?mode=update", {**TEAM, "id": id_})
        for id_ in ("odds-team", "none")
    )
    assert codes(hidden) == codes(absent)
    assert hidden.data.replace(b"odds-team", b"none") == absent.data


def test_a_token_is_needed(world: House) -> None:
    """Without a token the operation is refused."""
    answer = world.call(None, "POST", "/fhir/Goal/$validate", headers=JSON, data=json.dumps(GOAL))
    assert answer.status_code == 401


def test_the_capability_statement_names_the_operation(world: House) -> None:
    """Every served type offers validate by its definition in R4."""
    statement = world.call(None, "GET", "/fhir/metadata").json
    for one in statement["rest"][0]["resource"]:
        if one["type"] not in TYPES:
            continue
        offered = [(each["name"], each["definition"]) for each in one["operation"]]
        assert offered == [("validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate")]


@pytest.mark.slow
@pytest.mark.no_sql
@pytest.mark.skipif(not CASES.is_dir(), reason="../shared/fhir/validator-cases is not beside the checkout")
def test_the_operation_and_the_command_give_the_same_result(world: House) -> None:
    """On every JSON file of the validator's suite of a served type, both give the same findings."""
    asked = 0
    for path in sorted(CASES.rglob("*.json")):
        data = path.read_bytes()
        try:
            type_ = json.loads(data)["resourceType"]
        except (ValueError, KeyError, TypeError):
            continue
        answer = world.call(
            Wish("organisasjon", "epj", HOSPITAL_NUMBER),
            "POST",
            f"/fhir/{type_}/$validate",
            headers=JSON,
            data=data,
        )
        if answer.status_code != 200:
            continue
        expected = validate(data, Rules(Definitions.built_in()))
        found = [one for one in codes(answer) if one[1] not in {"valid", "not-checked"}]
        assert found == [(one.severity, one.code, one.expression) for one in expected.findings], path
        asked += 1
    assert asked > 50

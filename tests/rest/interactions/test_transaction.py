"""https://hl7.org/fhir/R4/http.html#transaction."""

from __future__ import annotations

import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.validation.structure import check
from adapter.rest.entries import MOST_ENTRIES
from adapter.rest.routes import TYPES
from adapter.security.caller import OPEN_CALLER
from adapter.storage.tables import metadata
from tests.rest.world import FNR, OTHER_NUMBER, UNUSED_NUMBER
from tests.stories.told import MOMENT, told

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

BASE = "https://adapter.example/fhir"
FHIR = {"Content-Type": "application/fhir+json"}
PATIENT, TEAM, ROLE, PERSON, UNIT, MOTHER = (
    f"urn:uuid:0e6b1a00-0000-4000-8000-00000000000{digit}" for digit in range(1, 7)
)

NEWCOMER: tuple[dict[str, Any], ...] = (
    {
        "fullUrl": PATIENT,
        "resource": {
            "resourceType": "Patient",
            "identifier": [{"system": FNR, "value": UNUSED_NUMBER}],
            "name": [{"use": "official", "family": "Myrvang", "given": ["Liv"]}],
        },
        "request": {"method": "POST", "url": "Patient"},
    },
    {
        "fullUrl": MOTHER,
        "resource": {
            "resourceType": "RelatedPerson",
            "active": True,
            "patient": {"reference": PATIENT},
            "name": [{"use": "official", "family": "Myrvang", "given": ["Åse"]}],
        },
        "request": {"method": "POST", "url": "RelatedPerson"},
    },
    {
        "fullUrl": TEAM,
        "resource": {
            "resourceType": "CareTeam",
            "status": "active",
            "subject": {"reference": PATIENT},
            "participant": [
                {
                    "role": [{"text": "Den som ringer"}],
                    "member": {"reference": ROLE},
                },
                {"member": {"reference": MOTHER}},
            ],
        },
        "request": {"method": "POST", "url": "CareTeam"},
    },
    {
        "fullUrl": ROLE,
        "resource": {
            "resourceType": "PractitionerRole",
            "active": True,
            "practitioner": {"reference": PERSON},
            "organization": {"reference": UNIT},
        },
        "request": {"method": "POST", "url": "PractitionerRole"},
    },
    {
        "fullUrl": PERSON,
        "resource": {
            "resourceType": "Practitioner",
            "active": True,
            "name": [{"use": "official", "family": "Furnes", "given": ["Jon"]}],
        },
        "request": {"method": "POST", "url": "Practitioner"},
    },
    {
        "fullUrl": UNIT,
        "resource": {
            "resourceType": "Organization",
            "active": True,
            "name": "Ny enhet",
            "partOf": {"reference": "Organization/kommunen"},
        },
        "request": {"method": "POST", "url": "Organization"},
    },
)
"""A person, her mother, her team, a coordinator and a unit: nobody known before, everyone naming others."""


def send(world: House, entries: Any, kind: str = "transaction", **headers: str) -> TestResponse:
    """The municipality's POST of a Bundle of these entries."""
    bundle = {"resourceType": "Bundle", "type": kind, "entry": list(entries)}
    return world.municipality("POST", "/fhir", data=render(bundle), headers=FHIR | headers)


def done(answer: TestResponse) -> list[dict[str, Any]]:
    """The entries of the answer, which is valid R4."""
    assert answer.status_code == 200, answer.text
    bundle = read_stored(answer.data)
    Bundle.model_validate(bundle)
    assert check(bundle) == []
    assert bundle["type"] == "transaction-response"
    entries: list[dict[str, Any]] = bundle["entry"]
    return entries


def refused(answer: TestResponse) -> list[tuple[str, str]]:
    """Code and place of every issue."""
    issues = read_stored(answer.data)["issue"]
    return [(one["details"]["coding"][0]["code"], one.get("expression", [""])[0]) for one in issues]


def everything(world: House) -> dict[str, list[str]]:
    """Every row of the database: what must be as it was when nothing has happened."""
    engine = world.client.application.extensions["repository"].store._engine
    with engine.connect() as connection:
        tables = {table.name: connection.execute(table.select()) for table in metadata.sorted_tables}
        return {name: sorted(map(repr, rows)) for name, rows in tables.items()}


def read(world: House, path: str) -> dict[str, Any]:
    """A resource as the municipality has it."""
    return read_stored(world.municipality("GET", path).data)


def put(type_: str, id_: str, **elements: Any) -> dict[str, Any]:
    """An entry that puts a resource under an id it does not have yet."""
    return {"resource": {"resourceType": type_, "id": id_} | elements, "request": asking(f"{type_}/{id_}")}


def asking(url: str, if_match: str | None = None) -> dict[str, str]:
    """The request of an entry that puts."""
    return {"method": "PUT", "url": url} | ({"ifMatch": if_match} if if_match else {})


def resources(world: House, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the entries of an answer tell of, read."""
    return [read(world, entry["fullUrl"].removeprefix("https://adapter.example")) for entry in entries]


def test_resources_that_name_each_other_come_in_one_bundle(world: House) -> None:
    """References to fullUrl become references to the ids given, in whatever order the entries stand."""
    entries = done(send(world, NEWCOMER))
    patient, mother, team, role, person, unit = resources(world, entries)
    assert team["subject"]["reference"] == f"Patient/{patient['id']}"
    assert mother["patient"]["reference"] == f"Patient/{patient['id']}"
    members = [one["member"]["reference"] for one in team["participant"]]
    assert members == [f"PractitionerRole/{role['id']}", f"RelatedPerson/{mother['id']}"]
    assert role["practitioner"]["reference"] == f"Practitioner/{person['id']}"
    assert role["organization"]["reference"] == f"Organization/{unit['id']}"
    assert b"urn:uuid" not in world.municipality("GET", "/kommune/v1/saker").data


def test_each_entry_is_answered_in_its_place(world: House) -> None:
    """Status, location of the version, ETag and time; no resource where none is asked for."""
    for entry, sent in zip(done(send(world, NEWCOMER)), NEWCOMER, strict=True):
        type_ = sent["resource"]["resourceType"]
        told = entry["response"]
        assert entry["fullUrl"].startswith(f"{BASE}/{type_}/")
        assert told["status"] == "201 Created"
        assert told["location"] == f"{entry['fullUrl']}/_history/1"
        assert told["etag"] == 'W/"1"'
        answer = world.municipality("GET", entry["fullUrl"].removeprefix("https://adapter.example"))
        assert told["lastModified"] == read_stored(answer.data)["meta"]["lastUpdated"]
        assert "resource" not in entry


@pytest.mark.parametrize("preference", ["minimal", "representation", "OperationOutcome"])
def test_prefer_says_how_much_comes_back(world: House, preference: str) -> None:
    """Nothing, the resources or an OperationOutcome, in every entry; Preference-Applied tells which."""
    answer = send(world, NEWCOMER, Prefer=f"return={preference}")
    entries = done(answer)
    assert answer.headers["Preference-Applied"] == f"return={preference}"
    assert [("resource" in one, "outcome" in one["response"]) for one in entries] == [
        (preference == "representation", preference == "OperationOutcome")
    ] * len(entries)
    if preference == "representation":
        assert [one["resource"] for one in entries] == resources(world, entries)


def test_one_bundle_is_one_change(world: House) -> None:
    """One change number, under which each touched record has one new version, however many its entries."""
    store = world.client.application.extensions["repository"].store
    with store.read() as reader:
        before = reader.seq()
    done(send(world, NEWCOMER))
    with store.read() as reader:
        (change,) = reader.changes(before, 10)
    assert change.note.interaction == "transaction"
    assert sorted((kind, version) for kind, _, version in change.records) == [
        ("ansatt", 1),
        ("organisasjon", 1),
        ("sak", 1),
    ]


def family(turn: int) -> list[dict[str, Any]]:
    """A person with two next of kin, a team and a coordinator, under ids of their own each turn."""
    patient = {"reference": f"Patient/livx{turn}x"}
    return [
        put("Patient", f"livx{turn}x", name=[{"id": "n", "family": "Myrvang", "given": ["Liv"]}]),
        put("RelatedPerson", f"aasex{turn}x", active=True, patient=patient),
        put("RelatedPerson", f"box{turn}x", active=True, patient=patient),
        put(
            "CareTeam",
            f"livsx{turn}x",
            status="active",
            subject=patient,
            participant=[
                {"id": "d1", "member": {"reference": f"PractitionerRole/jonsx{turn}x"}},
                {"id": "d2", "member": {"reference": f"RelatedPerson/box{turn}x"}},
            ],
        ),
        put(
            "PractitionerRole",
            f"jonsx{turn}x",
            active=True,
            practitioner={"reference": f"Practitioner/jonx{turn}x"},
            organization={"reference": f"Organization/nyex{turn}x"},
        ),
        put("Practitioner", f"jonx{turn}x", active=True),
        put(
            "Organization",
            f"nyex{turn}x",
            active=True,
            name="Nye",
            partOf={"reference": f"Organization/overx{turn}x"},
        ),
        put("Organization", f"overx{turn}x", active=True, name="Over"),
    ]


def test_no_order_of_the_entries_is_another(world: House) -> None:
    """The same records result from every order, to the byte, but for the ids that are made."""
    repository = world.client.application.extensions["repository"]
    seen = set()
    for turn in range(6):
        entries = family(turn)
        random.Random(turn).shuffle(entries)  # noqa: S311 - any order will do
        done(send(world, entries))
        found = ""
        for kind in ("sak", "ansatt", "organisasjon"):
            for record in repository.records(kind, None, 100):
                text = render(record.body).decode()
                found += text.replace(record.id, "") if f"x{turn}x" in text else ""
        seen.add(found.replace(f"x{turn}x", ""))
    assert len(seen) == 1


PLAN, GOAL, STEP, MEASURE = (f"urn:uuid:0e6b1a00-0000-4000-8000-0000000000{tens}0" for tens in range(1, 5))
PLANNED: tuple[dict[str, Any], ...] = (
    {
        "fullUrl": MEASURE,
        "resource": {
            "resourceType": "ServiceRequest",
            "status": "active",
            "intent": "plan",
            "subject": {"reference": PATIENT},
            "basedOn": [{"reference": PLAN}],
            "code": {"text": "Fysioterapi to ganger i uka"},
        },
        "request": {"method": "POST", "url": "ServiceRequest"},
    },
    {
        "fullUrl": STEP,
        "resource": {
            "resourceType": "Goal",
            "lifecycleStatus": "active",
            "description": {"text": "Gå til butikken"},
            "subject": {"reference": PATIENT},
        },
        "request": {"method": "POST", "url": "Goal"},
    },
    {
        "fullUrl": GOAL,
        "resource": {
            "resourceType": "Goal",
            "lifecycleStatus": "active",
            "description": {"text": "Klare seg hjemme"},
            "subject": {"reference": PATIENT},
        },
        "request": {"method": "POST", "url": "Goal"},
    },
    {
        "fullUrl": PLAN,
        "resource": {
            "resourceType": "CarePlan",
            "status": "draft",
            "intent": "plan",
            "title": "Individuell plan",
            "subject": {"reference": PATIENT},
            "careTeam": [{"reference": TEAM}],
            "goal": [{"reference": GOAL}, {"reference": STEP}],
            "activity": [{"reference": {"reference": MEASURE}}],
        },
        "request": {"method": "POST", "url": "CarePlan"},
    },
)
"""A plan with two goals and a tiltak, each naming the other, before the person they are for."""


@pytest.mark.parametrize("backwards", [False, True])
def test_a_plan_comes_whole(world: House, backwards: bool) -> None:
    """Plan, goals, tiltak and team name each other both ways, and stand so whatever came first."""
    sent = [*PLANNED, *NEWCOMER]
    entries = done(send(world, reversed(sent) if backwards else sent))
    by_url = dict(zip((one["fullUrl"] for one in (sent[::-1] if backwards else sent)), entries, strict=True))
    there = {url: entry["fullUrl"].removeprefix(f"{BASE}/") for url, entry in by_url.items()}
    plan = read(world, f"/fhir/{there[PLAN]}")
    assert [one["reference"] for one in plan["goal"]] == [there[GOAL], there[STEP]]
    assert [one["reference"]["reference"] for one in plan["activity"]] == [there[MEASURE]]
    assert plan["careTeam"][0]["reference"] == there[TEAM]
    measure = read(world, f"/fhir/{there[MEASURE]}")
    assert [one["reference"] for one in measure["basedOn"]] == [there[PLAN]]


@pytest.mark.slow
def test_the_stories_come_whole(house: House, migrated_sqlite: Path, tmp_path: Path) -> None:
    """All FHIR of the stories in one Bundle, in an order of chance: what is read then is what was sent."""
    repository = told(f"sqlite:///{shutil.copyfile(migrated_sqlite, tmp_path / 'stories.db')}", tmp_path)
    sent = {}
    for type_ in TYPES:
        for one in repository.search(type_, [("_count", "1000")], caller=OPEN_CALLER).matches:
            sent[type_, one.id] = read_stored(one.body)
    repository.store.close()
    entries = [put(*key, **resource) for key, resource in sent.items()]
    random.Random(7).shuffle(entries)  # noqa: S311 - any order will do
    house.clock.now = MOMENT
    assert len(done(send(house, entries))) == len(sent) > 100
    for (type_, id_), resource in sent.items():
        found = read(house, f"/fhir/{type_}/{id_}")
        del found["meta"]["versionId"], found["meta"]["lastUpdated"]
        assert untold(found) == untold(resource)


def untold(resource: dict[str, Any]) -> dict[str, Any]:
    """A resource without its text, its notes without ids, and what it is based on in one order.

    The text tells also of what has no element and is not sent; a note for such a field is a note like any
    other where the record does not have the field; and the plans of a record stand as they came.
    """
    based = sorted(resource.get("basedOn", ()), key=lambda one: one["reference"])
    notes = [{key: value for key, value in one.items() if key != "id"} for one in resource.get("note", ())]
    return {
        "meta": {},
        **{key: value for key, value in resource.items() if key != "text"},
        "note": notes,
        "basedOn": based,
    }


def test_what_stands_is_changed_under_its_version(world: House) -> None:
    """A PUT says ifMatch as an update does; what changes nothing keeps its version; both are 200."""
    team, patient = read(world, "/fhir/CareTeam/teamet"), read(world, "/fhir/Patient/torill")
    answer = send(
        world,
        [
            {"resource": team | {"name": "Ny"}, "request": asking("CareTeam/teamet", 'W/"1"')},
            {"resource": patient, "request": asking("Patient/torill", 'W/"1"')},
        ],
    )
    told = [entry["response"] for entry in done(answer)]
    assert [(one["status"], one["etag"]) for one in told] == [("200 OK", 'W/"2"'), ("200 OK", 'W/"1"')]
    assert read(world, "/fhir/CareTeam/teamet")["name"] == "Ny"


def test_a_write_that_has_not_seen_the_version_is_refused_with_all_the_others(world: House) -> None:
    """428 and 412 as for a single PUT, each at its entry, and nothing of the Bundle is stored."""
    team = read(world, "/fhir/CareTeam/teamet") | {"name": "Ny"}
    patient = read(world, "/fhir/Patient/torill")
    before = everything(world)
    for if_match, status, code in ((None, 428, "if-match-missing"), ('W/"7"', 412, "version-conflict")):
        changing = {"resource": team, "request": asking("CareTeam/teamet", if_match)}
        answer = send(world, [*NEWCOMER, changing])
        assert (answer.status_code, refused(answer)) == (status, [(code, "Bundle.entry[6].request.ifMatch")])
    both = [
        {"resource": team, "request": asking("CareTeam/teamet", None)},
        {"resource": patient, "request": asking("Patient/torill", 'W/"7"')},
    ]
    answer = send(world, both)
    assert refused(answer) == [
        ("if-match-missing", "Bundle.entry[0].request.ifMatch"),
        ("version-conflict", "Bundle.entry[1].request.ifMatch"),
    ]
    assert everything(world) == before


def edited(index: int, **elements: Any) -> list[dict[str, Any]]:
    """The newcomer's entries, one of them with other elements in its resource."""
    changed = {**NEWCOMER[index], "resource": {**NEWCOMER[index]["resource"], **elements}}
    return [*NEWCOMER[:index], changed, *NEWCOMER[index + 1 :]]


def requested(index: int, **request: Any) -> list[dict[str, Any]]:
    """The newcomer's entries, one of them asking for something else."""
    changed = {**NEWCOMER[index], "request": {**NEWCOMER[index]["request"], **request}}
    return [*NEWCOMER[:index], changed, *NEWCOMER[index + 1 :]]


COORDINATOR = {
    "coding": [{"system": "https://ip-adapter.example/fhir/CodeSystem/ip-rolle", "code": "koordinator"}]
}
EXTENSION = "https://ehr.example.org/x"
ELSEWHERE = "urn:uuid:ffffffff-0000-4000-8000-000000000000"
FAULTS: dict[str, tuple[list[dict[str, Any]], int, list[tuple[str, str]]]] = {
    "not valid R4": (
        edited(2, status="busy"),
        400,
        [("code-unknown", "Bundle.entry[2].resource.status")],
    ),
    "a reference to no entry": (
        edited(2, subject={"reference": ELSEWHERE}),
        422,
        [("reference-outside-bundle", "Bundle.entry[2].resource.subject.reference")],
    ),
    "a reference to no entry, in an extension": (
        edited(1, extension=[{"url": EXTENSION, "valueReference": {"reference": ELSEWHERE}}]),
        422,
        [("reference-outside-bundle", "Bundle.entry[1].resource.extension[0].value.reference")],
    ),
    "a reference by search": (
        edited(1, patient={"reference": "Patient?identifier=x|1"}),
        422,
        [("reference-conditional", "Bundle.entry[1].resource.patient.reference")],
    ),
    "a reference to what is not here": (
        edited(3, organization={"reference": "Organization/ingen"}),
        422,
        [("reference-broken", "Bundle.entry[3].resource.organization")],
    ),
    "a rule of law": (
        edited(
            2,
            participant=[
                {"role": [COORDINATOR], "member": {"reference": ROLE}},
                {"member": {"reference": MOTHER}},
                {"role": [COORDINATOR], "member": {"reference": "PractitionerRole/ragna-koordinator"}},
            ],
        ),
        422,
        [("two-coordinators", "Bundle.entry[2].resource.participant[2]")],
    ),
    "an owner that is not here": (
        edited(1, patient={"reference": "Patient/ingen"}),
        422,
        [("owner-unknown", "Bundle.entry[1].resource.patient")],
    ),
    "a person who is here already": (
        edited(0, identifier=[{"system": FNR, "value": OTHER_NUMBER}]),
        409,
        [("identifier-taken", "Bundle.entry[0].resource.identifier[0].value")],
    ),
    "a condition": (
        requested(0, ifNoneExist="identifier=x"),
        400,
        [("entry-condition-unsupported", "Bundle.entry[0].request.ifNoneExist")],
    ),
    "ifMatch for what is new": (
        requested(0, ifMatch='W/"1"'),
        400,
        [("entry-condition-unsupported", "Bundle.entry[0].request.ifMatch")],
    ),
    "another method": (
        requested(4, method="DELETE", url="Practitioner/ragna"),
        400,
        [("entry-method-unsupported", "Bundle.entry[4].request.method")],
    ),
    "a type that is not served": (
        [
            *NEWCOMER,
            {
                "resource": {"resourceType": "Basic", "code": {"text": "x"}},
                "request": NEWCOMER[0]["request"] | {"url": "Basic"},
            },
        ],
        400,
        [("entry-address-unknown", "Bundle.entry[6].request.url")],
    ),
    "an id for what is created": (
        requested(0, url="Patient/liv"),
        400,
        [("entry-address-unknown", "Bundle.entry[0].request.url")],
    ),
    "an address of another type": (
        requested(0, url="Practitioner"),
        400,
        [("entry-resource-differs", "Bundle.entry[0].resource")],
    ),
    "the same twice": (
        [put("Organization", "ny", name="Ny"), *NEWCOMER, put("Organization", "ny", name="Eldre")],
        400,
        [("entry-twice", "Bundle.entry[7].request.url")],
    ),
    "a fullUrl twice": (
        [
            *NEWCOMER,
            {**NEWCOMER[5], "resource": NEWCOMER[5]["resource"] | {"meta": {"versionId": "2"}}},
        ],
        400,
        [("entry-twice", "Bundle.entry[6].fullUrl")],
    ),
    "neither request nor resource": ([*NEWCOMER, {"fullUrl": ELSEWHERE}], 400, []),
    "several at once": (
        [*requested(0, ifNoneExist="x")[:1], *requested(1, method="PATCH")[1:]],
        400,
        [
            ("entry-condition-unsupported", "Bundle.entry[0].request.ifNoneExist"),
            ("entry-method-unsupported", "Bundle.entry[1].request.method"),
        ],
    ),
}
"""What a Bundle has wrong, the status, and what is told: code and place."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_anywhere_leaves_nothing_behind(world: House, fault: str) -> None:
    """The place of the fault in the Bundle is told, and not a row of the database is another."""
    entries, status, told = FAULTS[fault]
    before = everything(world)
    answer = send(world, entries)
    assert answer.status_code == status, answer.text
    assert refused(answer) == told or not told
    assert everything(world) == before


@pytest.mark.parametrize("kind", ["batch", "collection", "searchset"])
def test_only_transactions_are_taken(world: House, kind: str) -> None:
    """Another Bundle, a resource that is none, and a Bundle of too many entries are 400 and say why."""
    answer = send(world, NEWCOMER, kind)
    assert (answer.status_code, refused(answer)) == (400, [("bundle-type-unsupported", "Bundle.type")])
    patient = render(NEWCOMER[0]["resource"])
    assert world.municipality("POST", "/fhir", data=patient, headers=FHIR).status_code == 400
    answer = send(world, [NEWCOMER[5]] * (MOST_ENTRIES + 1))
    assert (answer.status_code, refused(answer)) == (400, [("too-many-entries", "Bundle.entry")])


def test_an_empty_transaction_does_nothing(world: House) -> None:
    """Nothing asked, nothing done, 200."""
    before = everything(world)
    bundle = render({"resourceType": "Bundle", "type": "transaction"})
    answer = world.municipality("POST", "/fhir/", data=bundle, headers=FHIR)
    assert (answer.status_code, read_stored(answer.data).get("entry")) == (200, None)
    assert everything(world) == before


def test_a_transaction_may_come_and_go_in_xml(world: House) -> None:
    """XML in, XML out."""
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": list(NEWCOMER)}
    headers = {"Content-Type": "application/fhir+xml", "Accept": "application/fhir+xml"}
    answer = world.municipality("POST", "/fhir", data=xml.render(bundle), headers=headers)
    assert answer.status_code == 200
    assert len(xml.parse(answer.data)["entry"]) == len(NEWCOMER)


def test_links_stand_wherever_fhir_lets_them(world: House) -> None:
    """In extensions, on primitives, in what is contained, in a narrative; not in identifiers."""
    unit = NEWCOMER[5]["resource"]
    link = {"url": EXTENSION, "valueReference": {"reference": PERSON}}
    told = {
        "extension": [link, {"url": EXTENSION, "valueUri": PERSON}],
        "_name": {"extension": [link]},
        "identifier": [{"system": "https://ehr.example.org/id", "value": PERSON}],
    }
    entries = [*NEWCOMER[:5], {**NEWCOMER[5], "resource": {**unit, **told}}]
    person, found = resources(world, done(send(world, entries)))[4:6]
    there = f"Practitioner/{person['id']}"
    assert [
        one.get("valueUri", one.get("valueReference", {}).get("reference")) for one in found["extension"]
    ] == [
        there,
        there,
    ]
    assert found["_name"]["extension"][0]["valueReference"]["reference"] == there
    assert found["identifier"][0]["value"] == PERSON


def test_relative_references_are_relative_to_the_fullurl_they_stand_under(world: House) -> None:
    """https://hl7.org/fhir/R4/bundle.html#references: another server's ids become ours."""
    other = "https://ehr.example.org/fhir/"
    entries = [
        {**NEWCOMER[0], "fullUrl": f"{other}Patient/1"},
        {**edited(1, patient={"reference": "Patient/1"})[1], "fullUrl": f"{other}RelatedPerson/1"},
    ]
    patient, mother = resources(world, done(send(world, entries)))
    assert mother["patient"]["reference"] == f"Patient/{patient['id']}"


def test_only_the_municipality_sends_transactions(world: House) -> None:
    """403 with a code of its own, and nothing of who is known."""
    bundle = render({"resourceType": "Bundle", "type": "transaction", "entry": list(NEWCOMER)})
    before = everything(world)
    answer = world.hospital("POST", "/fhir", data=bundle, headers=FHIR)
    assert (answer.status_code, refused(answer)[0][0]) == (403, "recipient-writes-not-yet")
    assert everything(world) == before


def test_transactions_at_once_are_one_after_the_other(world: House) -> None:
    """Of many that build on the same version one goes through, whole; the others leave nothing."""
    team = read(world, "/fhir/CareTeam/teamet")

    def attempt(number: int) -> int:
        unit = put("Organization", f"enhet-{number}", active=True, name=f"Enhet {number}")
        changed = {
            "resource": team | {"name": f"Team {number}"},
            "request": asking("CareTeam/teamet", 'W/"1"'),
        }
        return send(world, [unit, changed]).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(attempt, range(8)))
    assert sorted(statuses) == [200] + [412] * 7
    winner = statuses.index(200)
    assert read(world, "/fhir/CareTeam/teamet")["name"] == f"Team {winner}"
    made = [
        n for n in range(8) if world.municipality("GET", f"/fhir/Organization/enhet-{n}").status_code == 200
    ]
    assert made == [winner]

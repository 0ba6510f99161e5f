"""`convert --to plan` takes what the FHIR door takes: owners named by number, and opaque Consents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.cli.record_conversion import to_bundle, to_records
from adapter.cli.record_files import REST, RecordFile
from adapter.fhir.canonical import BASE
from adapter.mapping import installed
from tests.rest.test_denies import deny
from tests.rest.world import ENH, FNR, HOSPITAL_NUMBER, HPR, OTHER_NUMBER, PERSON_NUMBER
from tests.strategies.records import ansatte, organisasjoner, saker
from tests.test_cli import run
from tests.test_convert import _at_home, collection, converted

if TYPE_CHECKING:
    from tests.test_convert import Converted

__all__ = ["_at_home", "converted"]

Resource = dict[str, Any]

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases"
DNR = "urn:oid:2.16.578.1.12.4.1.4.2"
D_NUMBER = "52856812069"


def named(system: str, value: str) -> Resource:
    """A reference by number alone."""
    return {"identifier": {"system": system, "value": value}}


TORILL: Resource = {
    "resourceType": "Patient",
    "id": "torill",
    "identifier": [{"system": FNR, "value": PERSON_NUMBER}],
}
RAGNA: Resource = {
    "resourceType": "Practitioner",
    "id": "ragna",
    "identifier": [{"system": HPR, "value": "9144900"}],
    "name": [{"family": "Prøvedal"}],
}
ROLE: Resource = {
    "resourceType": "PractitionerRole",
    "id": "rollen",
    "organization": {"reference": "Organization/sykehuset"},
    "code": [{"text": "Koordinator"}],
}
PLAN: Resource = {"resourceType": "CarePlan", "id": "planen", "status": "draft", "intent": "plan"}
GOAL: Resource = {
    "resourceType": "Goal",
    "id": "maalet",
    "lifecycleStatus": "active",
    "description": {"text": "Gå til butikken"},
}
MOTHER: Resource = {"resourceType": "RelatedPerson", "id": "mora", "active": True}
TEAM: Resource = {"resourceType": "CareTeam", "id": "teamet", "status": "active"}
BY_FNR = named(FNR, PERSON_NUMBER)


def of_sender(resource: Resource) -> Resource:
    """The resource without what the service supplies: text, ids of items, and fixed codes."""
    return {name: value for name, value in resource.items() if name not in {"text", "category"}}


def given_back(converted: Converted, bundle: Resource, id_: str) -> Resource:
    """A resource after conversion to a record and back; the record converts twice alike."""
    record = converted(bundle, "--to", "plan")
    again = converted(record, "--to", "fhir")
    assert converted(again, "--to", "plan") == record
    found: Resource = next(one["resource"] for one in again["entry"] if one["resource"]["id"] == id_)
    return found


@pytest.mark.parametrize(
    ("holder", "part", "element", "number"),
    [
        (TORILL, PLAN, "subject", BY_FNR),
        (TORILL, GOAL, "subject", BY_FNR),
        (TORILL, TEAM, "subject", {"type": "Patient", **BY_FNR}),
        (TORILL, MOTHER, "patient", BY_FNR),
        (
            {**TORILL, "identifier": [{"system": DNR, "value": D_NUMBER}]},
            PLAN,
            "subject",
            named(DNR, D_NUMBER),
        ),
        (RAGNA, ROLE, "practitioner", named(HPR, "9144900")),
    ],
    ids=["plan", "goal", "team", "kin", "D-number", "rolle"],
)
@pytest.mark.parametrize("turned", [False, True], ids=["owner first", "owner last"])
def test_an_owner_named_by_number_is_found_in_the_file(
    converted: Converted, holder: Resource, part: Resource, element: str, number: Resource, turned: bool
) -> None:
    """The part is in the record of the resource that has the number, and names it both ways."""
    sent = {**part, element: number}
    both = (sent, holder) if turned else (holder, sent)
    given = given_back(converted, collection(*both), sent["id"])
    reference = {"reference": f"{holder['resourceType']}/{holder['id']}", **number}
    assert given[element] == reference
    assert of_sender(given).keys() == of_sender(sent).keys()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({**PLAN, "subject": named(FNR, OTHER_NUMBER)}, ("owner-unknown", "subject")),
        (
            {**PLAN, "subject": named("https://ehr.example/number", PERSON_NUMBER)},
            ("owner-unknown", "subject"),
        ),
        ({**PLAN, "subject": {"display": "Torill"}}, ("owner-unknown", "subject")),
        (
            {**PLAN, "subject": {"reference": "Patient/torill", **named(FNR, OTHER_NUMBER)}},
            ("owner-unknown", "subject.identifier"),
        ),
        ({**MOTHER, "patient": {"reference": "Patient/odd"}}, ("owner-unknown", "patient")),
    ],
    ids=["another's number", "another system", "a name", "a number against a reference", "a reference"],
)
def test_an_owner_that_is_not_in_the_file_is_refused_at_its_place(
    capsys: pytest.CaptureFixture[str], sent: Resource, told: tuple[str, str], tmp_path: Path
) -> None:
    """The refusal is the one of the FHIR door, at the entry of the resource; no record is printed."""
    (line,) = refusals(capsys, tmp_path / "bundle.json", sent)
    assert line.endswith("[{}] at Bundle.entry[1].resource.{}".format(*told))


def refusals(capsys: pytest.CaptureFixture[str], path: Path, sent: Resource) -> list[str]:
    """The lines of the refusal of a resource in a Bundle with its Patient; no record is printed."""
    path.write_text(json.dumps(collection(TORILL, sent)))
    assert run("convert", path, "--to", "plan") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.splitlines()


def test_a_consent_that_names_its_recipient_by_number_denies_the_unit_of_the_file(
    converted: Converted,
) -> None:
    """A deny by organisation number is a deny of the organisasjon in the same file."""
    unit = {
        "resourceType": "Organization",
        "id": "sykehuset",
        "name": "Prøve sykehus",
        "identifier": [{"system": ENH, "value": HOSPITAL_NUMBER}],
    }
    sent = {**deny(named(ENH, HOSPITAL_NUMBER)), "id": "nei"}
    records = converted(collection(TORILL, sent, unit), "--to", "plan")["poster"]
    sak = next(one for one in records if "innbygger" in one)
    assert sak["samtykker"][0]["mottaker"]["organisasjon"] == "sykehuset"


def test_a_resource_is_in_a_file_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A second resource of the same type and id is refused, since only one of them would be in the record."""
    bundle = collection(TORILL, {**PLAN, "subject": BY_FNR}, {**PLAN, "subject": BY_FNR, "title": "En annen"})
    bundle["entry"][2]["fullUrl"] = "https://other.example/CarePlan/planen"
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle))
    assert run("convert", path, "--to", "plan") == 1
    assert "Bundle.entry[2].resource" in capsys.readouterr().err


RESEARCH = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "research"}]}
OPAQUE: Resource = {
    "resourceType": "Consent",
    "id": "samtykket",
    "status": "active",
    "scope": RESEARCH,
    "category": [{"coding": [{"system": "http://loinc.org", "code": "57016-8"}]}],
    "patient": {"reference": "Patient/torill"},
    "policyRule": {"text": "Forskning"},
}
UNREAD = {"type": "permit", "class": [{"system": "urn:example:class", "code": "a"}]}
ASKED: Resource = {**deny(named(ENH, HOSPITAL_NUMBER)), "id": "samtykket"}
KINDS_OF_OPAQUE = {
    "another scope": OPAQUE,
    "only proposed": {**OPAQUE, "status": "proposed", "dateTime": "2026-05-01"},
    "a provision no row reads": {**OPAQUE, "scope": ASKED["scope"], "provision": UNREAD},
    "nested provisions of another kind": {
        **OPAQUE,
        "provision": {"type": "permit", "provision": [{**UNREAD, "provision": [{"type": "permit"}]}]},
    },
    "a deny that is not in force": {
        **ASKED,
        "status": "rejected",
        "provision": {"type": "deny", "code": [{"text": "alt"}]},
    },
    "extensions of the sender": {
        **OPAQUE,
        "extension": [{"url": "https://ehr.example/x", "valueString": "x"}],
        "verification": [{"verified": True}],
    },
}


@pytest.mark.parametrize("labelled", [False, True], ids=["bare", "with labels"])
@pytest.mark.parametrize("sent", KINDS_OF_OPAQUE.values(), ids=KINDS_OF_OPAQUE.keys())
def test_an_opaque_consent_comes_back_whole(converted: Converted, sent: Resource, labelled: bool) -> None:
    """A Consent that is not enforced converts, with the labels of its entry, and comes back as sent."""
    bundle = collection(TORILL, sent)
    labels = [
        {"url": f"{BASE}/StructureDefinition/ip-emne", "valueCode": "barnevern"},
        {
            "url": f"{BASE}/StructureDefinition/ip-eier",
            "valueReference": {"reference": f"{BASE}/Organization/sykehuset"},
        },
    ]
    if labelled:
        bundle["entry"][1]["extension"] = labels
    record = converted(bundle, "--to", "plan")
    (samtykke,) = record["samtykker"]
    assert samtykke["ugjennomsiktig"] is True
    assert "regler" not in samtykke
    again = converted(record, "--to", "fhir")["entry"][1]
    assert {name: value for name, value in again["resource"].items() if name != "text"} == sent
    assert again.get("extension", []) == (labels if labelled else [])
    assert (samtykke.get("emner"), samtykke.get("eier")) == (
        (["barnevern"], {"organisasjon": "sykehuset"}) if labelled else (None, None)
    )


def test_a_consent_with_labels_that_is_read_is_not_opaque(converted: Converted) -> None:
    """Labels on its entry do not make a Consent opaque."""
    bundle = collection(TORILL, ASKED)
    topic = {"url": f"{BASE}/StructureDefinition/ip-emne", "valueCode": "barnevern"}
    bundle["entry"][1]["extension"] = [topic]
    (samtykke,) = converted(bundle, "--to", "plan")["samtykker"]
    assert "ugjennomsiktig" not in samtykke
    assert (samtykke["emner"], samtykke["regler"][0]["virkning"]) == (["barnevern"], "nekt")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (
            {**ASKED, "provision": {**UNREAD, "type": "deny"}},
            ("must-be-understood", "provision.class"),
        ),
        (
            {
                **ASKED,
                "provision": {"type": "permit", "provision": [{"type": "deny", "code": [{"text": "x"}]}]},
            },
            ("must-be-understood", "provision.provision[0].code"),
        ),
        (
            {**OPAQUE, "modifierExtension": [{"url": "https://ehr.example/not", "valueBoolean": True}]},
            ("modifier-unknown", "modifierExtension"),
        ),
        (
            {
                **OPAQUE,
                "meta": {
                    "security": [
                        {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}
                    ]
                },
            },
            ("label-not-heeded", "meta.security[0]"),
        ),
    ],
    ids=["a deny in force", "a nested deny in force", "a modifier", "a label"],
)
def test_a_consent_that_the_door_refuses_is_refused(
    capsys: pytest.CaptureFixture[str], sent: Resource, told: tuple[str, str], tmp_path: Path
) -> None:
    """A Consent whose keeping could remove a denial, or that asks what is not enforced, is refused."""
    place = "[{}] at Bundle.entry[1].resource.{}".format(*told)
    assert any(line.endswith(place) for line in refusals(capsys, tmp_path / "bundle.json", sent))


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases of other houses are not beside the checkout")
@pytest.mark.parametrize("name", ["v4-convert-by-number.json", "f2-convert-opaque-consent.json"])
def test_a_case_that_was_refused_converts_and_comes_back(converted: Converted, name: str) -> None:
    """Every element of the case is in the resources that come back."""
    sent = json.loads((CASES / name).read_bytes())
    for entry in sent["entry"]:
        given = given_back(converted, sent, entry["resource"]["id"])
        assert entry["resource"].keys() <= given.keys()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sak", "ansatt", "organisasjon"])
@settings(suppress_health_check=list(HealthCheck), max_examples=30)
@given(data=st.data())
def test_a_converted_record_stays_as_it_is(kind: str, data: st.DataObject) -> None:
    """The Bundle of any lawful record gives a record with the same Bundle, and the same record ever after.

    The first record may say in another way what FHIR says in one: ``ugjennomsiktig: false``, or nothing.
    """
    body: Resource = data.draw({"sak": saker(), "ansatt": ansatte(), "organisasjon": organisasjoner()}[kind])
    (((read, id_), record),) = to_records(in_a_bundle(kind, body), installed(), lambda: "new").items()
    assert (read, id_) == (kind, body["id"])
    told = in_a_bundle(kind, record)
    assert list(map(untold, told["entry"])) == list(map(untold, in_a_bundle(kind, body)["entry"]))
    assert to_records(told, installed(), lambda: "new") == {(kind, id_): record}


def in_a_bundle(kind: str, record: Resource) -> Resource:
    """The Bundle of a record, with the residue under its ``rest``."""
    body = {name: value for name, value in record.items() if name != REST}
    return to_bundle(RecordFile(Path("record"), kind, body, record.get(REST, {})), installed())


def untold(entry: Resource) -> Resource:
    """The entry without the narrative of its resource, which tells ``nei`` of what is said to be false."""
    return {**entry, "resource": {key: value for key, value in entry["resource"].items() if key != "text"}}

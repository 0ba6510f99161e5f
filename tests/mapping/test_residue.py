"""What is kept beside the record, how long, and what is refused rather than kept unread."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from adapter.errors import Unprocessable
from adapter.fhir.canonical import BASE
from adapter.mapping import load
from adapter.settings import mappings_folder

MAPPINGS = load(mappings_folder())
AROUND = {"person": "Patient/p1", "ansatt": "Practitioner/a1"}
TEAM = {
    "resourceType": "CareTeam",
    "id": "t1",
    "status": "active",
    "subject": {"reference": "Patient/p1"},
    "participant": [
        {
            "id": "d1",
            "role": [{"coding": [{"system": f"{BASE}/CodeSystem/ip-rolle", "code": "koordinator"}]}],
            "member": {"reference": "PractitionerRole/r1"},
        }
    ],
}
OF_TYPE = {mapping.type: mapping for mapping in MAPPINGS.by_part.values()}


def taken(
    resource: dict[str, Any], onto: dict[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The part and residue of a resource."""
    numbers = itertools.count(1)
    return OF_TYPE[resource["resourceType"]].to_plan(
        resource, AROUND, onto=onto, new_id=lambda: f"n{next(numbers)}"
    )


def refused(resource: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Codes and places of a refusal."""
    with pytest.raises(Unprocessable) as error:
        taken(resource)
    return [(finding.code, finding.expression) for finding in error.value.findings]


def given(type_: str, part: dict[str, Any], residue: dict[str, Any] | None = None) -> dict[str, Any]:
    """The resource of a part, without the narrative."""
    resource = OF_TYPE[type_].to_fhir(part, AROUND, residue)
    return {key: value for key, value in resource.items() if key != "text"}


def test_residue_goes_with_the_value_it_stood_beside() -> None:
    """A display beside a reference is dropped, and told, when the reference is another."""
    sent = {**TEAM, "participant": [{**TEAM["participant"][0]}]}
    sent["participant"][0]["member"] = {"reference": "PractitionerRole/r1", "display": "Ragna"}
    part, residue = taken(sent)
    assert given("CareTeam", part, residue)["participant"] == sent["participant"]
    part["deltakere"][0]["hvem"] = {"rolle": "r2"}
    assert given("CareTeam", part, residue)["participant"][0]["member"] == {
        "reference": "PractitionerRole/r2"
    }
    stale = MAPPINGS.of("team").stale(part, AROUND, residue or {})
    assert stale == ["CareTeam.participant[0].member"]


def test_residue_of_an_element_lives_as_long_as_that() -> None:
    """A participant's own extension stays while the participant does, whatever else is said of it."""
    extension = [{"url": "urn:example:kontor", "valueString": "3. etasje"}]
    part, residue = taken({**TEAM, "participant": [{**TEAM["participant"][0], "extension": extension}]})
    part["deltakere"][0]["hvem"] = {"rolle": "r2"}
    assert given("CareTeam", part, residue)["participant"][0]["extension"] == extension
    part["deltakere"] = [{**part["deltakere"][0], "id": "d2"}]
    assert "extension" not in given("CareTeam", part, residue)["participant"][0]


def test_what_is_nobodys_stands_where_it_stood() -> None:
    """Items no row takes come after the mapped item they came after, also when that one has moved on."""
    foreign = [{"coding": [{"system": "urn:example:kategori", "code": str(n)}]} for n in (1, 2)]
    fixed = {"coding": [{"system": "http://loinc.org", "code": "LA28865-6"}]}
    part, residue = taken({**TEAM, "category": [foreign[0], fixed, foreign[1]]})
    assert given("CareTeam", part, residue)["category"] == [foreign[0], fixed, foreign[1]]


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"modifierExtension": [{"url": "u", "valueCode": "a"}]}, "modifier-unknown", ".modifierExtension"),
        ({"implicitRules": "urn:example:rules"}, "modifier-unknown", ".implicitRules"),
        (
            {"note": [{"text": "a", "extension": [{"url": "u"}], "modifierExtension": [{"url": "u"}]}]},
            "modifier-unknown",
            ".note[0].modifierExtension",
        ),
        ({"subject": {"reference": "Patient/p2"}}, "belongs-elsewhere", ".subject"),
        ({"subject": {"identifier": {"value": "1"}}}, "belongs-elsewhere", ".subject"),
        (
            {
                "participant": [
                    {
                        "extension": [{"url": f"{BASE}/StructureDefinition/ip-bidrag", "valueCode": "a"}],
                        "member": {"reference": "Patient/p1"},
                    }
                ]
            },
            "says-otherwise",
            ".participant[0].extension[0]",
        ),
        (
            {
                "participant": [
                    {"role": [{"coding": [{"system": f"{BASE}/CodeSystem/ip-rolle", "code": "x"}]}]}
                ]
            },
            "code-unknown",
            ".participant[0].role[0]",
        ),
        (
            {
                "extension": [
                    {
                        "url": "http://ehelse.no/fhir/StructureDefinition/gd-address-metadata",
                        "valueCoding": {
                            "system": "http://ehelse.no/fhir/CodeSystem/gd-address-confidentiality",
                            "code": "strengtFortrolig",
                        },
                    }
                ]
            },
            "protected-address-unread",
            ".extension[0].valueCoding",
        ),
    ],
)
def test_what_must_be_understood_is_refused_at_its_place(
    change: dict[str, Any], code: str, place: str
) -> None:
    """Modifiers, other owners, our own extensions and codes when they cannot be read, a protected address."""
    assert refused({**TEAM, **change}) == [(code, f"CareTeam{place}")]


def test_a_contained_resource_keeps_its_own_modifiers() -> None:
    """They change the meaning of that resource alone, which goes and comes as a whole."""
    inner = {
        "resourceType": "Practitioner",
        "id": "x",
        "active": False,
        "name": [{"use": "old", "text": "A"}],
    }
    link = [{"url": "urn:example:holds", "valueReference": {"reference": "#x"}}]
    sent = {**TEAM, "contained": [inner], "extension": link}
    part, residue = taken(sent)
    assert given("CareTeam", part, residue)["contained"] == [inner]


def test_what_stands_beside_a_mapped_modifier_is_kept() -> None:
    """An extension on a status that is said says nothing of the rest; one in its place would."""
    beside = {"extension": [{"url": "urn:example:hvorfor", "valueString": "ny uke"}]}
    part, residue = taken({**TEAM, "_status": beside})
    assert given("CareTeam", part, residue)["_status"] == beside
    part["status"] = "inaktiv"
    assert "_status" not in given("CareTeam", part, residue)
    without = {key: value for key, value in TEAM.items() if key != "status"}
    assert refused({**without, "_status": beside}) == [("modifier-unknown", "CareTeam._status")]


def test_no_null_is_left_where_nothing_stands_beside_it() -> None:
    """A list of primitives may hold null for what only its companion says; they go together."""
    sent = {
        "resourceType": "Organization",
        "id": "o1",
        "name": "Fjordvik",
        "alias": ["Fjord", None],
        "_alias": [None, {"extension": [{"url": "urn:example:a", "valueCode": "b"}]}],
    }
    part, residue = taken(sent)
    back = given("Organization", part, residue)
    assert (back["alias"], back["_alias"]) == (sent["alias"], sent["_alias"])
    back = given("Organization", {**part, "alias": ["Vik"]}, residue)
    assert back["alias"] == ["Vik"]
    assert "_alias" not in back
    without = {name: value for name, value in part.items() if name != "alias"}
    assert not {"alias", "_alias"} & given("Organization", without, residue).keys()


def test_two_facts_in_one_concept_are_refused() -> None:
    """One coding system in each CodeableConcept (no-basis-RelatedPerson), so two tables cannot share one."""
    role = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
    family = "http://hl7.no/fhir/CodeSystem/no-basis-family-relation"
    both = {"coding": [{"system": role, "code": "NOK"}, {"system": family, "code": "mor"}]}
    sent = {"resourceType": "RelatedPerson", "id": "k1", "patient": {"reference": "Patient/p1"}}
    assert refused({**sent, "relationship": [both]}) == [("says-otherwise", "RelatedPerson.relationship")]
    apart = [{"coding": [coding]} for coding in both["coding"]]
    part, _ = taken({**sent, "relationship": apart})
    assert (part["naermesteParorende"], part["relasjon"]) == (True, "mor")


def test_an_item_the_record_cannot_hold_stays_residue() -> None:
    """A qualification in words alone, an identifier without a value: kept whole, and no field of ours."""
    sent = {
        "resourceType": "Practitioner",
        "id": "a1",
        "identifier": [{"id": "i", "system": "urn:example:nr"}],
        "qualification": [{"id": "q", "code": {"text": "Kurs i rehabilitering"}}],
    }
    part, residue = taken(sent)
    assert part == {"id": "a1"}
    assert given("Practitioner", part, residue) == sent


def test_systems_with_several_addresses_are_one() -> None:
    """What came under a NamingSystem or another form of a Volven list is the same fact, given as the OID."""
    sent = {
        "resourceType": "Practitioner",
        "id": "a1",
        "identifier": [{"id": "i", "system": "http://hl7.no/fhir/NamingSystem/HPR", "value": "9999999"}],
        "qualification": [
            {
                "id": "q",
                "code": {
                    "coding": [
                        {"system": "https://finnkode.helsedirektoratet.no/adm/collections/9060", "code": "SP"}
                    ]
                },
            }
        ],
    }
    part, residue = taken(sent)
    assert residue is None
    assert (part["identer"][0]["type"], part["kvalifikasjoner"][0]["kode"]) == ("hpr", "SP")
    back = given("Practitioner", part)
    assert back["identifier"][0]["system"] == "urn:oid:2.16.578.1.12.4.1.4.4"


def test_an_element_the_record_has_is_not_kept_beside_it() -> None:
    """What was kept under an element id goes when the record has an element of that id."""
    plan = {"resourceType": "CarePlan", "id": "p1", "status": "active", "intent": "plan"}
    sent = {
        **plan,
        "subject": {"reference": "Patient/p1"},
        "activity": [{"id": "a", "outcomeCodeableConcept": [{"text": "bra"}]}],
    }
    part, residue = taken(sent)
    assert given("CarePlan", part, residue)["activity"] == sent["activity"]
    part["enkleTiltak"] = [{"id": "a", "status": "i-gang"}]
    assert given("CarePlan", part, residue)["activity"] == [{"id": "a", "detail": {"status": "in-progress"}}]
    stale = MAPPINGS.of("plan").stale(part, AROUND, residue or {})
    assert stale == ["CarePlan.activity"]


NEXT_OF_KIN = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0131", "code": "N"}]}
IN_OURS = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "NOK"}]}
KIN = {"resourceType": "RelatedPerson", "id": "k1", "patient": {"reference": "Patient/p1"}}


def test_another_lists_word_for_a_yes_is_understood_and_given_back() -> None:
    """The next of kin by HL7's list of contact roles is one, and both lists say so as long as it is so."""
    part, residue = taken({**KIN, "relationship": [NEXT_OF_KIN]})
    assert part["naermesteParorende"] is True
    shown = given("RelatedPerson", part, residue)
    assert shown["relationship"] == [NEXT_OF_KIN, IN_OURS]
    assert taken(shown, part) == (part, residue)
    no_more = {name: value for name, value in part.items() if name != "naermesteParorende"}
    assert "relationship" not in given("RelatedPerson", no_more, residue)
    stale = MAPPINGS.of("parorende").stale(no_more, AROUND, residue or {})
    assert stale == ["RelatedPerson.relationship"]


def test_one_concept_in_two_codes_is_one_item() -> None:
    """A CarePlan's category that says in one concept what kind it is and that it is a care plan."""
    care_plan = {"system": "http://snomed.info/sct", "code": "734163000"}
    kind = {"system": f"{BASE}/CodeSystem/ip-plantype", "code": "delplan-krise"}
    plan = {
        "resourceType": "CarePlan",
        "id": "p1",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": "Patient/p1"},
        "category": [{"coding": [care_plan, kind]}],
    }
    part, residue = taken(plan)
    assert part["plantype"] == "delplan-krise"
    shown = given("CarePlan", part, residue)
    assert plan["category"][0] in shown["category"]
    assert taken(shown, part) == (part, residue)


@pytest.mark.parametrize(
    ("sent", "given"),
    [
        ([], ["LA28865-6"]),
        (["LA28865-6"], ["LA28865-6"]),
        (["LA27976-2"], ["LA27976-2"]),
        (["LA27976-2", "LA28865-6"], ["LA27976-2", "LA28865-6"]),
        (["LA28865-6", "LA27976-2"], ["LA28865-6", "LA27976-2"]),
    ],
)
def test_what_a_team_is_for_is_not_said_against_its_sender(sent: list[str], given: list[str]) -> None:
    """A team of a ward's is not said to be for the long run; where nothing is said, it is."""
    mapping = OF_TYPE["CareTeam"]
    category = [{"coding": [{"system": "http://loinc.org", "code": code}]} for code in sent]
    team = {"resourceType": "CareTeam", "id": "t", "subject": {"reference": "Patient/p1"}}
    resource = team | ({"category": category} if category else {})
    part, residue = mapping.to_plan(resource, AROUND, onto=None, new_id=lambda: "ny")
    shown = mapping.to_fhir(part, AROUND, residue)
    assert [one["coding"][0]["code"] for one in shown["category"]] == given

"""Residue: what is kept beside the record, for how long, and what is refused instead."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from adapter.errors import Unprocessable
from adapter.fhir.canonical import BASE
from adapter.mapping import installed

MAPPINGS = installed()
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


def test_residue_is_dropped_and_reported_when_its_mapped_value_changes() -> None:
    """A display beside a reference is dropped and reported when the reference changes."""
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


def test_residue_of_a_backbone_element_exists_as_long_as_the_element() -> None:
    """An extension on a participant is kept while the participant exists, whatever else changes."""
    extension = [{"url": "urn:example:kontor", "valueString": "3. etasje"}]
    part, residue = taken({**TEAM, "participant": [{**TEAM["participant"][0], "extension": extension}]})
    part["deltakere"][0]["hvem"] = {"rolle": "r2"}
    assert given("CareTeam", part, residue)["participant"][0]["extension"] == extension
    part["deltakere"] = [{**part["deltakere"][0], "id": "d2"}]
    assert "extension" not in given("CareTeam", part, residue)["participant"][0]


def test_an_unmapped_item_follows_the_mapped_item_before_it() -> None:
    """An unmapped list item is given back after the mapped item it followed, also when that has moved."""
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
        ({"subject": {"identifier": {"value": "1"}}}, "owner-unknown", ".subject"),
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
def test_content_that_cannot_be_residue_is_refused_at_its_place(
    change: dict[str, Any], code: str, place: str
) -> None:
    """Modifiers, another owner, our own unread extensions and codes, and a protected address are refused."""
    assert refused({**TEAM, **change}) == [(code, f"CareTeam{place}")]


def test_a_contained_resource_keeps_its_own_modifiers() -> None:
    """Modifiers inside a contained resource are residue, since they modify that resource alone."""
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


def test_an_extension_beside_a_modifier_value_is_residue_but_not_instead_of_one() -> None:
    """An extension beside a status with a value is residue; instead of the value it is refused."""
    beside = {"extension": [{"url": "urn:example:hvorfor", "valueString": "ny uke"}]}
    part, residue = taken({**TEAM, "_status": beside})
    assert given("CareTeam", part, residue)["_status"] == beside
    part["status"] = "inaktiv"
    assert "_status" not in given("CareTeam", part, residue)
    without = {key: value for key, value in TEAM.items() if key != "status"}
    assert refused({**without, "_status": beside}) == [("modifier-unknown", "CareTeam._status")]


def test_a_null_is_dropped_with_its_companion() -> None:
    """The null of a list of primitives is dropped together with its dropped companion."""
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


def test_two_mapped_codes_in_one_concept_are_refused() -> None:
    """One CodeableConcept holds one code system (no-basis-RelatedPerson), so two tables cannot share it."""
    role = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
    family = "http://hl7.no/fhir/CodeSystem/no-basis-family-relation"
    both = {"coding": [{"system": role, "code": "NOK"}, {"system": family, "code": "mor"}]}
    sent = {"resourceType": "RelatedPerson", "id": "k1", "patient": {"reference": "Patient/p1"}}
    assert refused({**sent, "relationship": [both]}) == [("says-otherwise", "RelatedPerson.relationship")]
    apart = [{"coding": [coding]} for coding in both["coding"]]
    part, _ = taken({**sent, "relationship": apart})
    assert (part["naermesteParorende"], part["relasjon"]) == (True, "mor")


def test_an_item_invalid_by_the_schema_is_residue() -> None:
    """A qualification with only text, or an identifier without a value, is residue as a whole."""
    sent = {
        "resourceType": "Practitioner",
        "id": "a1",
        "identifier": [{"id": "i", "system": "urn:example:nr"}],
        "qualification": [{"id": "q", "code": {"text": "Kurs i rehabilitering"}}],
    }
    part, residue = taken(sent)
    assert part == {"id": "a1"}
    assert given("Practitioner", part, residue) == sent


def test_a_system_with_several_addresses_is_given_back_as_its_oid() -> None:
    """A NamingSystem or another address of a Volven list is read as the same system."""
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


def test_residue_with_an_element_id_of_the_record_is_dropped() -> None:
    """Residue under an element id is dropped when the record gets an element with that id."""
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


def test_an_equivalent_coding_sets_a_flag_and_is_given_back_while_it_is_true() -> None:
    """HL7's contact role for next of kin sets the flag, and is given back as long as the flag is true."""
    part, residue = taken({**KIN, "relationship": [NEXT_OF_KIN]})
    assert part["naermesteParorende"] is True
    shown = given("RelatedPerson", part, residue)
    assert shown["relationship"] == [NEXT_OF_KIN, IN_OURS]
    assert taken(shown, part) == (part, residue)
    no_more = {name: value for name, value in part.items() if name != "naermesteParorende"}
    assert "relationship" not in given("RelatedPerson", no_more, residue)
    stale = MAPPINGS.of("parorende").stale(no_more, AROUND, residue or {})
    assert stale == ["RelatedPerson.relationship"]


def test_a_concept_with_two_codings_is_one_item() -> None:
    """A CarePlan.category with a kind and a fixed coding in one concept stays one item."""
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
def test_a_fixed_category_gives_way_to_the_senders_code(sent: list[str], given: list[str]) -> None:
    """A team with another category code does not get the fixed one; a team without one does."""
    mapping = OF_TYPE["CareTeam"]
    category = [{"coding": [{"system": "http://loinc.org", "code": code}]} for code in sent]
    team = {"resourceType": "CareTeam", "id": "t", "subject": {"reference": "Patient/p1"}}
    resource = team | ({"category": category} if category else {})
    part, residue = mapping.to_plan(resource, AROUND, onto=None, new_id=lambda: "ny")
    shown = mapping.to_fhir(part, AROUND, residue)
    assert [one["coding"][0]["code"] for one in shown["category"]] == given


_OUTCOME = {"outcomeReference": [{"display": "Kari Eksempel"}]}
_DETAIL = {"detail": {"status": "cancelled"}}
_REFERENCE = {"reference": {"reference": "ServiceRequest/t1"}}


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        (_OUTCOME, _DETAIL, "CarePlan.activity[1].id"),
        (_DETAIL, _OUTCOME, "CarePlan.activity[0].id"),
        (_REFERENCE, _DETAIL, "CarePlan.activity[1].id"),
        (_DETAIL, _DETAIL, "CarePlan.activity[1].id"),
    ],
)
def test_an_element_id_is_refused_twice_in_a_list_whatever_the_items_say(
    first: dict[str, Any], second: dict[str, Any], place: str
) -> None:
    """A mapped item and residue with one id would be joined to one item, and content would be lost."""
    plan = {"resourceType": "CarePlan", "id": "p1", "status": "active", "intent": "plan"}
    activity = [{"id": "a", **first}, {"id": "a", **second}]
    with pytest.raises(Unprocessable) as refused:
        MAPPINGS.of("plan").to_plan({**plan, "activity": activity}, AROUND, onto=None, new_id=lambda: "ny")
    told = [(finding.code, finding.expression) for finding in refused.value.findings]
    assert ("element-id-twice", place) in told

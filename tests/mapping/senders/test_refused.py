"""Every reason to refuse content that can be neither mapped nor residue is met by a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.canonical import BASE
from adapter.fhir.codec.stored import read_stored
from adapter.repository.refusal_list import NOT_UNDERSTOOD, OUT_OF_PLACE, RULES
from tests.mapping.senders.test_senders import put, read, sent_by
from tests.rest.world import FNR, OTHER_NUMBER, PERSON_NUMBER, UNUSED_NUMBER

if TYPE_CHECKING:
    from tests.rest.conftest import House

Resource = dict[str, Any]

CONFIDENTIAL = {
    "system": "http://ehelse.no/fhir/CodeSystem/gd-address-confidentiality",
    "code": "strengtFortrolig",
}
ROLE, FAMILY = (
    "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
    "http://hl7.no/fhir/CodeSystem/no-basis-family-relation",
)


def role(*codes: str) -> list[Resource]:
    """A participant with one role of ours, or several in one concept."""
    codings = [{"system": f"{BASE}/CodeSystem/ip-rolle", "code": code} for code in codes]
    return [{"role": [{"coding": codings}], "member": {"reference": "Patient/torill"}}]


@dataclass(frozen=True)
class Refused:
    """One row: the change of a sender's file, the place of the refusal and its code.

    ``after`` puts the file itself first, so that it is a change.
    """

    code: str
    place: str
    of: str
    change: Resource = field(default_factory=dict)
    after: bool = False


ROWS = (
    Refused(
        "modifier-unknown",
        "CarePlan.modifierExtension",
        "careplan-plain",
        {"modifierExtension": [{"url": "https://ehr.example/not", "valueBoolean": True}]},
    ),
    Refused(
        "modifier-unknown",
        "CarePlan.implicitRules",
        "careplan-plain",
        {"implicitRules": "https://ehr.example/rules"},
    ),
    Refused("modifier-unknown", "Patient.link", "patient-linked"),
    Refused(
        "protected-address-unread",
        "Patient.maritalStatus.coding[0]",
        "patient-ips",
        {"maritalStatus": {"coding": [CONFIDENTIAL]}},
    ),
    Refused(
        "says-otherwise",
        "CarePlan.extension[0]",
        "careplan-plain",
        {"extension": [{"url": f"{BASE}/StructureDefinition/ip-neste-evaluering", "valueString": "snart"}]},
    ),
    Refused(
        "says-otherwise",
        "RelatedPerson.relationship",
        "relatedperson-epic",
        {"relationship": [{"coding": [{"system": ROLE, "code": "NOK"}, {"system": FAMILY, "code": "barn"}]}]},
    ),
    Refused(
        "code-unknown", "CareTeam.participant[0].role[0]", "careteam-bare", {"participant": role("leder")}
    ),
    Refused(
        "code-unknown",
        "ServiceRequest.intent",
        "servicerequest-directive",
        {"intent": "proposal"},
        after=True,
    ),
    Refused(
        "contradicts-fixed", "ServiceRequest.intent", "servicerequest-dips", {"intent": "plan"}, after=True
    ),
    Refused(
        "said-twice",
        "CareTeam.participant[0].role[0]",
        "careteam-bare",
        {"participant": role("verge", "parorende")},
    ),
    Refused(
        "element-id-twice",
        "Goal.note[1].id",
        "goal-plain",
        {"note": [{"id": "a", "text": "Gikk"}, {"id": "a", "text": "Sto"}]},
    ),
    Refused(
        "element-id-twice",
        "Goal.note[0].id",
        "goal-plain",
        {"target": [{"id": "a", "dueDate": "2026-05-01"}], "note": [{"id": "a", "text": "Gikk"}]},
    ),
    Refused(
        "record-needs",
        "Goal.description.text",
        "goal-plain",
        {"description": {"extension": [{"url": "https://ehr.example/spoken", "valueString": "på bånd"}]}},
    ),
    Refused(
        "belongs-elsewhere",
        "Goal.subject",
        "goal-plain",
        {"subject": {"reference": "Patient/odd"}},
        after=True,
    ),
    Refused(
        "belongs-elsewhere",
        "Goal.subject.identifier",
        "goal-plain",
        {
            "subject": {
                "reference": "Patient/torill",
                "identifier": {"system": FNR, "value": OTHER_NUMBER},
            }
        },
    ),
    Refused("owner-unknown", "Goal.subject", "goal-plain", {"subject": {"reference": "Patient/ingen"}}),
    Refused(
        "owner-unknown",
        "Goal.subject.identifier",
        "goal-plain",
        {
            "subject": {
                "reference": "Patient/torill",
                "identifier": {"system": FNR, "value": UNUSED_NUMBER},
            }
        },
    ),
    Refused(
        "owner-unknown",
        "Goal.subject.identifier",
        "goal-plain",
        {"subject": {"identifier": {"system": FNR, "value": UNUSED_NUMBER}}},
        after=True,
    ),
    Refused(
        "belongs-elsewhere",
        "Goal.subject.identifier",
        "goal-plain",
        {"subject": {"identifier": {"system": FNR, "value": OTHER_NUMBER}}},
        after=True,
    ),
    Refused(
        "owner-unknown",
        "Goal.subject",
        "goal-plain",
        {"subject": {"identifier": {"value": UNUSED_NUMBER}}},
        after=True,
    ),
    Refused(
        "owner-unknown",
        "Goal.subject",
        "goal-plain",
        {"subject": {"identifier": {"system": FNR, "value": UNUSED_NUMBER}}},
    ),
    Refused(
        "link-unknown",
        "ServiceRequest.basedOn[0]",
        "servicerequest-nav",
        {"basedOn": [{"reference": "CarePlan/ingen"}]},
    ),
    Refused(
        "label-not-heeded",
        "CarePlan.meta.security[0]",
        "careplan-plain",
        {
            "meta": {
                "security": [
                    {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V"}
                ]
            }
        },
    ),
    Refused(
        "must-be-understood",
        "Consent.provision.class",
        "consent-hl7-norge-block",
        {"provision": {"type": "deny", "class": [{"system": "urn:example:class", "code": "a"}]}},
    ),
    Refused("not-in-record", "CarePlan.goal[0]", "careplan-plain", {"goal": [{"reference": "Goal/ingen"}]}),
    Refused(
        "reference-broken",
        "CarePlan.author",
        "careplan-plain",
        {"author": {"reference": "Practitioner/ingen"}},
    ),
    Refused(
        "identifier-taken",
        "Patient.identifier[0].value",
        "patient-ips",
        {"identifier": [{"system": FNR, "value": PERSON_NUMBER}]},
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.code} {row.place}")
def test_a_refused_resource_names_the_place_and_stores_nothing(house: House, row: Refused) -> None:
    """Valid R4 with one reason of the list is refused at its place, and nothing is stored."""
    base = sent_by(row.of)
    headers = []
    if row.after:
        headers = [put(house, base).headers["ETag"]]
    sent = {key: value for key, value in {**base, **row.change}.items() if value is not None}
    answer = put(house, sent, *headers)
    assert answer.status_code in {409, 422}, answer.text
    found = [
        (issue["details"]["coding"][0]["code"], *issue["expression"])
        for issue in read_stored(answer.data)["issue"]
    ]
    assert found == [(row.code, row.place)]
    stands = read(house, base)
    assert stands["resourceType"] == (base["resourceType"] if row.after else "OperationOutcome")


def test_every_refusal_without_a_rule_of_law_has_a_row() -> None:
    """Every reason that is no rule has a row in the table above; rules of law have tables of their own."""
    reasons = {refusal.message.code for refusal in (*NOT_UNDERSTOOD, *OUT_OF_PLACE)}
    rules = {refusal.message.code for refusal in RULES}
    of_the_record = {"note-of-a-field"}  # of a field that no sender fills: tests/mapping/test_awaited.py
    never_alone = {"several-recipients", "consent-about-a-plan"}  # tests/mapping/test_views.py
    assert ({row.code for row in ROWS} - rules) | of_the_record | never_alone == reasons

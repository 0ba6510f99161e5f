"""Resources that are no valid R4, each with one fault: elements, types, invariants, references, Bundles."""

from __future__ import annotations

from typing import Any

from adapter.errors import Severity
from adapter.fhir.validation.structure import check
from tests.fhir.invariants.rows import ROWS
from tests.promised.asks import Ask, create, transaction
from tests.record.given import bent

PATIENT: dict[str, Any] = {"resourceType": "Patient"}
TEAM: dict[str, Any] = {
    "resourceType": "CareTeam",
    "status": "active",
    "subject": {"reference": "Patient/torill", "type": "Patient"},
    "participant": [{"member": {"reference": "Organization/enheten"}}],
}
UNIT: dict[str, Any] = {"resourceType": "Organization", "name": "Enheten"}
GOAL: dict[str, Any] = {
    "resourceType": "Goal",
    "lifecycleStatus": "active",
    "description": {"text": "Gå"},
    "subject": {"reference": "Patient/torill"},
}
TILTAK: dict[str, Any] = {
    "resourceType": "ServiceRequest",
    "status": "active",
    "intent": "plan",
    "subject": {"reference": "Patient/torill"},
}
PLAN: dict[str, Any] = {
    "resourceType": "CarePlan",
    "status": "draft",
    "intent": "plan",
    "subject": {"reference": "Patient/torill"},
}
CONSENT: dict[str, Any] = {
    "resourceType": "Consent",
    "status": "draft",
    "scope": {
        "coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
        ]
    },
    "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
    "patient": {"reference": "Patient/torill"},
    "policyRule": {"text": "x"},
}
LABEL = {"extension": [{"url": "https://epj.example/x", "valueString": "x"}]}
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
OTHER_URL = "urn:uuid:1d9ee3b8-5d0f-4d66-9c0e-2f3e8f1f4b61"


def wrong(resource: dict[str, Any], **changes: Any) -> Ask:
    """A new resource with a fault."""
    return create(bent(resource, **changes))


def extended(**value: Any) -> Ask:
    """A person with an extension of this value."""
    return wrong(PATIENT, extension=[{"url": "https://epj.example/x", **value}])


def containing(resource: dict[str, Any]) -> Ask:
    """A person with another resource in it, of a type that is not served by itself."""
    inside = {"id": "c", **resource}
    return wrong(
        PATIENT,
        contained=[inside],
        extension=[{"url": "https://epj.example/x", "valueReference": {"reference": "#c"}}],
    )


def member(**reference: str) -> Ask:
    """A team with this member."""
    return wrong(TEAM, participant=[{"member": reference}])


def repeating(**repeat: Any) -> Ask:
    """A tiltak with an invalid timing."""
    return wrong(TILTAK, occurrenceTiming={"repeat": repeat})


def holding(**bundle: Any) -> Ask:
    """A person that contains a Bundle."""
    return containing({"resourceType": "Bundle", **bundle})


ELEMENTS = (
    wrong(TEAM, stauts="active"),
    wrong(TEAM, status="aktiv"),
    wrong(TEAM, status=["active"]),
    wrong(TEAM, identifier={"value": "1"}),
    wrong(TEAM, identifier=[]),
    wrong(TEAM, identifier=[None]),
    wrong(TEAM, identifier=["1"]),
    wrong(TEAM, period={}),
    wrong(TEAM, note=[{"authorString": "x"}]),
    wrong(
        TEAM, note=[{"text": "x", "authorString": "x", "authorReference": {"reference": "Patient/torill"}}]
    ),
    wrong(TEAM, identifier=[{"system": "lokal", "value": "1"}]),
    wrong(PATIENT, name=[{"given": ["Ola"], "_given": [None, {"id": "a"}]}]),
    wrong(PATIENT, identifier=[1] * 300),
)

PRIMITIVES = (
    extended(valueBoolean="true"),
    extended(valueInteger="1"),
    extended(valueInteger=2**31),
    extended(valueDecimal="1"),
    extended(valueString=1),
    extended(valueString=""),
    extended(valueCode=1),
    extended(valueCode="a  b"),
    extended(valueId=1),
    extended(valueId="a_b"),
    extended(valueUri=1),
    extended(valueUri="a b"),
    extended(valueUrl=1),
    extended(valueUrl="a b"),
    extended(valueCanonical=1),
    extended(valueCanonical="a b"),
    extended(valueOid=1),
    extended(valueOid="1.2"),
    extended(valueUuid=1),
    extended(valueUuid="1"),
    extended(valueMarkdown=1),
    extended(valueMarkdown=""),
    extended(valueDate=1),
    extended(valueDate="2026-02-30"),
    extended(valueDateTime=1),
    extended(valueDateTime="2026-02-30"),
    extended(valueInstant=1),
    extended(valueInstant="2026"),
    extended(valueTime=1),
    extended(valueTime="24:00:00"),
    extended(valueUnsignedInt="1"),
    extended(valueUnsignedInt=-1),
    extended(valuePositiveInt="1"),
    extended(valuePositiveInt=0),
    extended(valueBase64Binary=1),
    extended(valueBase64Binary="AAA"),
    wrong(PATIENT, name=[{"id": 1, "family": "Ås"}]),
    wrong(PATIENT, name=[{"id": "a b", "family": "Ås"}]),
    wrong(PATIENT, text={"status": "generated", "div": 1}),
)

DATATYPES = (
    extended(),
    extended(valueQuantity={"code": "g"}),
    extended(valueAge={"value": -1, "unit": "år", "system": "http://unitsofmeasure.org", "code": "a"}),
    extended(valueDistance={"value": 1}),
    extended(valueCount={"value": 1, "system": "http://unitsofmeasure.org", "code": "g"}),
    extended(valueDuration={"system": "http://unitsofmeasure.org", "code": "h"}),
    extended(valuePeriod={"start": "2026-02", "end": "2026-01"}),
    extended(valueRange={"low": {"value": 2}, "high": {"value": 1}}),
    extended(valueRange={"low": {"value": 1, "comparator": "<"}}),
    extended(valueRatio={"numerator": {"value": 1}}),
    extended(valueAttachment={"data": "AAAA"}),
    extended(valueContactPoint={"value": "1"}),
    extended(valueExpression={"language": "text/cql"}),
    extended(valueDataRequirement={"type": "Patient", "codeFilter": [{"valueSet": "https://epj.example/v"}]}),
    extended(valueDataRequirement={"type": "Patient", "dateFilter": [{"valueDateTime": "2026"}]}),
    extended(
        valueTriggerDefinition={
            "type": "data-added",
            "data": [{"type": "Patient"}],
            "timingDate": "2026-01-01",
        }
    ),
    extended(
        valueTriggerDefinition={
            "type": "named-event",
            "name": "x",
            "condition": {"language": "text/cql", "expression": "x"},
        }
    ),
    extended(valueTriggerDefinition={"type": "periodic"}),
    repeating(duration=1),
    repeating(period=1),
    repeating(duration=-1, durationUnit="h"),
    repeating(period=-1, periodUnit="h"),
    repeating(periodMax=1),
    repeating(durationMax=1),
    repeating(countMax=1),
    repeating(offset=1),
    repeating(timeOfDay=["10:00:00"], when=["MORN"]),
)

RESOURCES = (
    wrong(PATIENT, contact=[{"gender": "male"}]),
    create({"resourceType": "Organization", "active": True}),
    wrong(UNIT, address=[{"use": "home"}]),
    wrong(UNIT, telecom=[{"use": "home"}]),
    wrong(TEAM, participant=[{"member": {"reference": "Patient/torill"}, "onBehalfOf": {"display": "x"}}]),
    wrong(PLAN, activity=[{"reference": {"reference": "Task/1"}, "detail": {"status": "not-started"}}]),
    wrong(GOAL, target=[{"detailString": "x"}]),
    wrong(TILTAK, orderDetail=[{"text": "x"}]),
    wrong(CONSENT, policyRule=None),
    containing(
        {
            "resourceType": "Task",
            "status": "draft",
            "intent": "plan",
            "authoredOn": "2026-02",
            "lastModified": "2026-01",
        }
    ),
    containing(
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"text": "x"},
            "valueString": "x",
            "dataAbsentReason": {"text": "x"},
        }
    ),
    containing(
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"text": "x"},
            "referenceRange": [{"appliesTo": [{"text": "x"}]}],
        }
    ),
    containing(
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"system": "urn:x", "code": "a"}]},
            "valueString": "x",
            "component": [{"code": {"coding": [{"system": "urn:x", "code": "a"}]}}],
        }
    ),
    containing({"resourceType": "Condition", "subject": {"reference": "#"}, "abatementString": "x"}),
    containing(
        {
            "resourceType": "Condition",
            "subject": {"reference": "#"},
            "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]},
            "verificationStatus": {"coding": [{"system": VERIFICATION, "code": "entered-in-error"}]},
        }
    ),
    containing(
        {"resourceType": "Condition", "subject": {"reference": "#"}, "stage": [{"type": {"text": "x"}}]}
    ),
    containing({"resourceType": "Condition", "subject": {"reference": "#"}, "evidence": [LABEL]}),
    containing(
        {
            "resourceType": "Composition",
            "status": "final",
            "type": {"text": "x"},
            "date": "2026",
            "author": [{"reference": "#"}],
            "title": "x",
            "section": [{"title": "x"}],
        }
    ),
    containing(
        {
            "resourceType": "Composition",
            "status": "final",
            "type": {"text": "x"},
            "date": "2026",
            "author": [{"reference": "#"}],
            "title": "x",
            "section": [{"entry": [{"reference": "#"}], "emptyReason": {"text": "x"}}],
        }
    ),
    containing(
        {
            "resourceType": "Appointment",
            "status": "proposed",
            "participant": [{"status": "accepted"}],
        }
    ),
    containing(
        {
            "resourceType": "Appointment",
            "status": "proposed",
            "start": "2026-01-01T10:00:00Z",
            "participant": [{"status": "accepted", "actor": {"reference": "#"}}],
        }
    ),
    containing(
        {
            "resourceType": "Appointment",
            "status": "booked",
            "participant": [{"status": "accepted", "actor": {"reference": "#"}}],
        }
    ),
    containing(
        {
            "resourceType": "Appointment",
            "status": "proposed",
            "cancelationReason": {"text": "x"},
            "participant": [{"status": "accepted", "actor": {"reference": "#"}}],
        }
    ),
)

REFERENCES = (
    member(reference="Location/x"),
    member(reference="Organization/enheten", type="CareTeam"),
    member(reference="Organization/enheten", type="Enhet"),
    member(reference="enheten"),
    member(reference="#x"),
    wrong(PATIENT, contained=[{"resourceType": "Organization", "id": "c", "name": "x"}]),
    containing({"resourceType": "Organization", "name": "x", "meta": {"versionId": "1"}}),
    containing({"resourceType": "Organization", "name": "x", "meta": {"security": [{"code": "R"}]}}),
    containing(
        {"resourceType": "Organization", "name": "x", "contained": [{"resourceType": "Patient", "id": "d"}]}
    ),
    wrong(
        PATIENT,
        contained=[{"resourceType": "Organization", "id": "c", "name": name} for name in ("x", "y")],
        generalPractitioner=[{"reference": "#c"}],
    ),
    containing({"resourceType": "Pasient"}),
)

NOON, NUMBER = "2026-01-01T12:00:00Z", {"system": "urn:x", "value": "1"}
COMPOSITION = [
    {
        "fullUrl": OTHER_URL,
        "resource": {
            "resourceType": "Composition",
            "status": "final",
            "type": {"text": "x"},
            "date": "2026",
            "author": [{"display": "x"}],
            "title": "x",
        },
    }
]
ENTRY = {"fullUrl": OTHER_URL, "resource": {"resourceType": "Organization", "name": "x"}}
BUNDLES = (
    holding(type="collection", total=1),
    holding(type="collection", entry=[{**ENTRY, "search": {"mode": "match"}}]),
    holding(type="collection", entry=[{**ENTRY, "request": {"method": "GET", "url": "Organization"}}]),
    holding(type="collection", entry=[{**ENTRY, "response": {"status": "200"}}]),
    holding(type="collection", entry=[{"fullUrl": OTHER_URL}]),
    holding(type="collection", entry=[ENTRY, ENTRY]),
    holding(type="collection", entry=[{**ENTRY, "fullUrl": f"https://epj.example/{OTHER_URL}/_history/1"}]),
    holding(type="collection", entry=[{"resource": ENTRY["resource"]}]),
    holding(type="collection", entry=[{**ENTRY, "fullUrl": "Organization/1"}]),
    holding(type="collection", entry=[{**ENTRY, "fullUrl": "https://epj.example/Organization/1"}]),
    holding(type="collection", link=[{"relation": "self", "url": "urn:x"}] * 2),
    holding(type="document", timestamp=NOON, identifier=NUMBER),
    holding(type="document", timestamp=NOON, entry=COMPOSITION),
    holding(type="document", identifier=NUMBER, entry=COMPOSITION),
    holding(type="message"),
    transaction({"fullUrl": OTHER_URL, "resource": UNIT}),
)

INVARIANTS = tuple(
    containing(row.resource)
    for row in ROWS
    if {(one.code, one.severity) for one in check(row.resource)} == {(row.key, Severity.ERROR)}
)
"""Resources of types that are not served, each with one broken invariant."""

ASKS = (*ELEMENTS, *PRIMITIVES, *DATATYPES, *RESOURCES, *REFERENCES, *BUNDLES, *INVARIANTS)

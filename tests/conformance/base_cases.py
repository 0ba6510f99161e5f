"""Resources of our own with the verdict of base R4: 15 valid ones, and 44 with one fault each.

The faults are those that libraries for FHIR let through most often, numbered as in a comparison of seven of
them. Row 11 of the comparison (ctm-1) is left out: its reference may be one that cannot be resolved. Row 41,
a modifierExtension without a definition, follows a setting.
"""

from __future__ import annotations

from typing import Any

XHTML = "http://www.w3.org/1999/xhtml"
LOCAL = "https://kommune.example/fhir"


def narrative(content: str) -> dict[str, Any]:
    """A narrative with this content."""
    return {"status": "generated", "div": f'<div xmlns="{XHTML}">{content}</div>'}


def resource(type_: str, **elements: Any) -> dict[str, Any]:
    """A resource with an id and a narrative."""
    return {"resourceType": type_, "id": "a", "text": narrative("Prøve"), **elements}


def care_plan(**elements: Any) -> dict[str, Any]:
    """A valid CarePlan with these elements besides."""
    return resource("CarePlan", status="active", intent="plan", subject=to("Patient/1"), **elements)


def goal(**elements: Any) -> dict[str, Any]:
    """A valid Goal with these elements besides."""
    return resource(
        "Goal", lifecycleStatus="active", description={"text": "Gå tur"}, subject=to("Patient/1"), **elements
    )


def patient(**elements: Any) -> dict[str, Any]:
    """A valid Patient with these elements besides."""
    return resource("Patient", **elements)


def to(reference: str) -> dict[str, Any]:
    """A Reference."""
    return {"reference": reference}


def extension(url: str, **value: Any) -> list[dict[str, Any]]:
    """A list of one extension of ours."""
    return [{"url": f"{LOCAL}/StructureDefinition/{url}", **value}]


def coded(code: str, system: str = f"{LOCAL}/CodeSystem/prove") -> dict[str, Any]:
    """A CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code}]}


def bundle(kind: str, *resources: dict[str, Any]) -> dict[str, Any]:
    """A Bundle whose entries have urn:uuid addresses."""
    entries = [
        {"fullUrl": f"urn:uuid:00000000-0000-4000-8000-{nth:012x}", "resource": one}
        for nth, one in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


VALID: dict[str, dict[str, Any]] = {
    "CarePlan": care_plan(
        title="Individuell plan",
        period={"start": "2026-01-15", "end": "2026-12"},
        activity=[
            {
                "detail": {
                    "status": "in-progress",
                    "description": "Fysioterapi",
                    "scheduledTiming": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "wk"}},
                }
            }
        ],
    ),
    "Goal": goal(target=[{"measure": {"text": "Skritt"}, "detailInteger": 4000, "dueDate": "2026-06-01"}]),
    "CareTeam": resource(
        "CareTeam",
        status="active",
        subject=to("Patient/1"),
        participant=[{"member": to("Practitioner/1"), "onBehalfOf": to("Organization/1")}],
    ),
    "Consent": resource(
        "Consent",
        status="active",
        scope=coded("patient-privacy", "http://terminology.hl7.org/CodeSystem/consentscope"),
        category=[coded("59284-0", "http://loinc.org")],
        patient=to("Patient/1"),
        dateTime="2026-03-01T10:00:00+01:00",
        policyRule=coded("OPTIN", "http://terminology.hl7.org/CodeSystem/v3-ActCode"),
        provision={"period": {"start": "2026-03-01"}},
    ),
    "Patient": patient(
        name=[
            {
                "family": "Prøve",
                "given": ["Ola", None],
                "_given": [None, {"extension": extension("g", valueCode="x")}],
            }
        ],
        birthDate="1980",
        gender="female",
        multipleBirthInteger=2,
        contact=[{"name": {"family": "Prøve"}, "relationship": [{"text": "Søster"}]}],
    ),
    "Practitioner": resource("Practitioner", active=True, name=[{"text": "Kari Prøve"}]),
    "PractitionerRole": resource(
        "PractitionerRole",
        practitioner=to("Practitioner/1"),
        availableTime=[{"daysOfWeek": ["mon"], "allDay": True}],
    ),
    "Organization": resource(
        "Organization",
        name="Prøve kommune",
        contact=[{"telecom": [{"system": "phone", "value": "22000000"}]}],
    ),
    "RelatedPerson": resource(
        "RelatedPerson", patient=to("Patient/1"), communication=[{"language": {"text": "Norsk"}}]
    ),
    "Bundle": bundle("collection", patient(), care_plan()),
    "CapabilityStatement": resource(
        "CapabilityStatement",
        status="draft",
        date="2026-01-01",
        kind="requirements",
        fhirVersion="4.0.1",
        format=["json"],
        description="Prøve",
        rest=[{"mode": "server", "resource": [{"type": "CarePlan", "interaction": [{"code": "read"}]}]}],
    ),
    "Subscription": resource(
        "Subscription",
        status="requested",
        reason="Ny plan",
        criteria="CarePlan?status=active",
        channel={
            "type": "rest-hook",
            "endpoint": "https://sykehus.example/fhir",
            "payload": "application/fhir+json",
        },
    ),
    "AuditEvent": resource(
        "AuditEvent",
        type={"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"},
        recorded="2026-03-01T10:00:00.123+01:00",
        agent=[{"requestor": True, "who": to("Practitioner/1")}],
        source={"observer": to("Organization/1")},
    ),
    "Provenance": resource(
        "Provenance",
        target=[to("CarePlan/1")],
        recorded="2026-03-01T10:00:00Z",
        agent=[{"who": to("Practitioner/1")}],
    ),
    "OperationOutcome": resource("OperationOutcome", issue=[{"severity": "error", "code": "required"}]),
}
"""The valid resources; the faults below are of these types or of others beside them."""

INVALID: dict[int, tuple[str, dict[str, Any]]] = {
    1: ("an unknown element", care_plan(planType="x")),
    2: ("a missing required element", {key: value for key, value in care_plan().items() if key != "intent"}),
    3: ("a code outside a required value set", care_plan() | {"status": "done"}),
    4: ("the same in a nested element", care_plan(activity=[{"detail": {"status": "done"}}])),
    5: (
        "two types of one choice",
        care_plan(
            activity=[
                {
                    "detail": {
                        "status": "in-progress",
                        "scheduledString": "daglig",
                        "scheduledPeriod": {"start": "2026"},
                    }
                }
            ]
        ),
    ),
    6: (
        "a reference to a type that the element does not allow",
        care_plan() | {"subject": to("Organization/1")},
    ),
    7: ("an array for an element of one value", care_plan(title=["Plan"])),
    8: ("an object for an element that repeats", care_plan(goal=to("Goal/1"))),
    9: (
        "cpl-3: an activity with reference and detail",
        care_plan(activity=[{"reference": to("Task/1"), "detail": {"status": "in-progress"}}]),
    ),
    10: ("gol-1: a target detail without a measure", goal(target=[{"detailInteger": 4}])),
    12: (
        "ppc-1: a Consent without policy and policyRule",
        {key: value for key, value in VALID["Consent"].items() if key != "policyRule"},
    ),
    13: (
        "per-1: a period that ends before it starts",
        care_plan(period={"start": "2026-05-02", "end": "2026-05-01"}),
    ),
    14: ("ele-1: an empty object", care_plan(period={})),
    15: ("pat-1: a contact with nothing to contact", patient(contact=[{"gender": "male"}])),
    16: (
        "dom-2: a contained resource in a contained resource",
        patient(
            contained=[
                {
                    "resourceType": "Organization",
                    "id": "o",
                    "name": "A",
                    "contained": [{"resourceType": "Organization", "id": "p", "name": "B"}],
                    "partOf": to("#p"),
                }
            ],
            managingOrganization=to("#o"),
        ),
    ),
    17: (
        "dom-3: a contained resource that nothing refers to",
        patient(contained=[{"resourceType": "Organization", "id": "o", "name": "A"}]),
    ),
    18: ("a reference to a contained resource that is missing", patient(managingOrganization=to("#o"))),
    19: (
        "ext-1: an extension with value and extension",
        patient(extension=extension("a", valueString="x", extension=extension("b", valueString="y"))),
    ),
    20: ("an extension without url", patient(extension=[{"valueString": "x"}])),
    21: ("a script in the narrative", patient() | {"text": narrative("<script>alert(1)</script>")}),
    22: ("a narrative that is not well-formed", patient() | {"text": narrative("<p>Prøve")}),
    23: ("an id with a space", patient() | {"id": "a_b c"}),
    24: ("a date that does not exist", patient(birthDate="1969-13-45")),
    25: ("a time without a time zone", patient(deceasedDateTime="2026-01-01T10:00:00")),
    26: ("a boolean as a string", patient(active="true")),
    27: ("an integer as a string", patient(multipleBirthInteger="2")),
    28: ("a positiveInt of 0", patient(telecom=[{"system": "phone", "value": "22000000", "rank": 0}])),
    29: ("an empty string", patient(name=[{"family": ""}])),
    30: ("an empty array", patient(name=[])),
    31: ("a null", patient(active=None)),
    32: (
        "bdl-7: two entries with one fullUrl",
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {"fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001", "resource": patient()},
                {"fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001", "resource": care_plan()},
            ],
        },
    ),
    33: ("bdl-3: an entry of a transaction without request", bundle("transaction", patient())),
    34: ("a contained resource of an unknown type", patient(contained=[{"resourceType": "Plan", "id": "p"}])),
    35: ("an element of FHIR R5", care_plan(custodian=to("Organization/1"))),
    36: (
        "a code with a space at its end",
        patient(communication=[{"language": coded("nb ", "urn:ietf:bcp:47")}]),
    ),
    37: (
        "more extensions of a primitive than values",
        patient(
            name=[{"given": ["Ola"], "_given": [None, {"extension": extension("g", valueCode="x")}, None]}]
        ),
    ),
    38: (
        "qty-3: a code of a unit without a system",
        goal(target=[{"measure": {"text": "Skritt"}, "detailQuantity": {"value": 1, "code": "m"}}]),
    ),
    39: ("a uri with spaces", patient(identifier=[{"system": "urn:a b", "value": "1"}])),
    40: (
        "tim-1: a duration without its unit",
        care_plan(
            activity=[{"detail": {"status": "in-progress", "scheduledTiming": {"repeat": {"duration": 2}}}}]
        ),
    ),
    41: (
        "a modifierExtension without a definition",
        patient(modifierExtension=extension("m", valueBoolean=True)),
    ),
    42: ("a string in valueBoolean", patient(extension=extension("a", valueBoolean="x"))),
    43: (
        "a decimal as a string",
        goal(target=[{"measure": {"text": "Vekt"}, "detailQuantity": {"value": "70.5", "unit": "kg"}}]),
    ),
    44: (
        "a Reference whose type is another than its address",
        care_plan() | {"subject": {"reference": "Patient/1", "type": "Group"}},
    ),
    45: ("an empty Reference", care_plan(goal=[{}])),
}
"""Number -> the fault, and a resource that has no other."""

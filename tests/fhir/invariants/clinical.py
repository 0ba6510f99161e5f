"""Clinical and administrative types: a valid resource of each, and what breaks its invariants."""

from __future__ import annotations

from typing import Any

Broken = tuple[str, str, str, dict[str, Any]]
"""Type, key, place of the finding within the resource, and the changed elements (None: removed)."""

X: dict[str, Any] = {"text": "x"}
HER = {"reference": "Patient/1"}
EARLY, LATE = "2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
ENTERED_IN_ERROR = {"coding": [{"system": VERIFICATION, "code": "entered-in-error"}]}
ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
ACTIVE = {"coding": [{"system": ALLERGY, "code": "active"}]}
PROBLEM = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/condition-category",
            "code": "problem-list-item",
        }
    ]
}
PERCENT = {"value": 5, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}
CODING = {"system": "urn:x", "code": "a"}

SOUND: dict[str, dict[str, Any]] = {
    "AllergyIntolerance": {"patient": HER, "clinicalStatus": ACTIVE},
    "AppointmentResponse": {
        "appointment": {"reference": "Appointment/1"},
        "participantStatus": "accepted",
        "actor": HER,
    },
    "AuditEvent": {
        "type": CODING,
        "recorded": EARLY,
        "agent": [{"requestor": True}],
        "source": {"observer": HER},
        "entity": [{"name": "x"}],
    },
    "Condition": {"subject": HER},
    "CoverageEligibilityResponse": {
        "status": "active",
        "purpose": ["benefits"],
        "patient": HER,
        "created": "2026",
        "request": {"reference": "CoverageEligibilityRequest/1"},
        "outcome": "complete",
        "insurer": {"reference": "Organization/1"},
        "insurance": [{"coverage": {"reference": "Coverage/1"}, "item": [{"category": X}]}],
    },
    "FamilyMemberHistory": {"status": "completed", "patient": HER, "relationship": X, "ageString": "x"},
    "Group": {"type": "person", "actual": True, "member": [{"entity": HER}]},
    "Immunization": {
        "status": "completed",
        "vaccineCode": X,
        "patient": HER,
        "occurrenceString": "x",
        "education": [{"documentType": "x"}],
    },
    "ImmunizationRecommendation": {
        "patient": HER,
        "date": "2026",
        "recommendation": [{"vaccineCode": [X], "forecastStatus": X}],
    },
    "InsurancePlan": {"name": "x"},
    "Linkage": {
        "item": [{"type": "source", "resource": HER}, {"type": "alternate", "resource": HER}],
    },
    "List": {
        "status": "current",
        "mode": "changes",
        "entry": [{"item": HER, "deleted": True}],
    },
    "MeasureReport": {
        "status": "complete",
        "type": "summary",
        "measure": "https://epj.example/m",
        "period": {"start": "2026"},
        "group": [{"stratifier": [{"stratum": [{"value": X}]}]}],
    },
    "MedicationAdministration": {
        "status": "completed",
        "medicationCodeableConcept": X,
        "subject": HER,
        "effectiveDateTime": "2026",
        "dosage": {"dose": {"value": 1}},
    },
    "MedicationDispense": {
        "status": "completed",
        "medicationCodeableConcept": X,
        "whenPrepared": EARLY,
        "whenHandedOver": LATE,
    },
    "MolecularSequence": {
        "coordinateSystem": 0,
        "referenceSeq": {"genomeBuild": "GRCh38", "chromosome": X, "windowStart": 1, "windowEnd": 2},
    },
    "NutritionOrder": {
        "status": "active",
        "intent": "order",
        "patient": HER,
        "dateTime": "2026",
        "supplement": [{"productName": "x"}],
    },
    "QuestionnaireResponse": {
        "status": "completed",
        "item": [{"linkId": "1", "answer": [{"valueBoolean": True}]}],
    },
    "RequestGroup": {"status": "active", "intent": "plan", "action": [{"resource": HER}]},
    "RiskAssessment": {
        "status": "final",
        "subject": HER,
        "prediction": [{"outcome": X}, {"probabilityDecimal": 100}, {"probabilityRange": {"low": PERCENT}}],
    },
}

BROKEN: list[Broken] = [
    ("AllergyIntolerance", "ait-1", "", {"clinicalStatus": None}),
    ("AllergyIntolerance", "ait-2", "", {"verificationStatus": ENTERED_IN_ERROR}),
    ("AppointmentResponse", "apr-1", "", {"actor": None}),
    ("AuditEvent", "sev-1", ".entity[0]", {"entity": [{"name": "x", "query": "AAAA"}]}),
    ("Condition", "con-3", "", {"category": [PROBLEM]}),
    (
        "CoverageEligibilityResponse",
        "ces-1",
        ".insurance[0].item[0]",
        {"insurance": [{"coverage": HER | {"reference": "Coverage/1"}, "item": [{"name": "x"}]}]},
    ),
    ("FamilyMemberHistory", "fhs-1", "", {"bornString": "x"}),
    ("FamilyMemberHistory", "fhs-2", "", {"ageString": None, "estimatedAge": True}),
    ("Group", "grp-1", "", {"actual": False}),
    ("Immunization", "imm-1", ".education[0]", {"education": [{"publicationDate": "2026"}]}),
    (
        "ImmunizationRecommendation",
        "imr-1",
        ".recommendation[0]",
        {"recommendation": [{"forecastStatus": X}]},
    ),
    ("InsurancePlan", "ipn-1", "", {"name": None, "status": "active"}),
    ("Linkage", "lnk-1", "", {"item": [{"type": "source", "resource": HER}]}),
    ("List", "lst-1", "", {"emptyReason": X}),
    ("List", "lst-2", "", {"mode": "working"}),
    ("List", "lst-3", "", {"entry": [{"item": HER, "date": "2026"}]}),
    ("MeasureReport", "mrp-1", "", {"type": "data-collection"}),
    (
        "MeasureReport",
        "mrp-2",
        "",
        {"group": [{"stratifier": [{"stratum": [{"measureScore": {"value": 1}}]}]}]},
    ),
    ("MedicationAdministration", "mad-1", ".dosage", {"dosage": {"text": "x"}}),
    ("MedicationDispense", "mdd-1", "", {"whenHandedOver": EARLY, "whenPrepared": LATE}),
    ("MolecularSequence", "msq-3", "", {"coordinateSystem": 2}),
    (
        "MolecularSequence",
        "msq-5",
        ".referenceSeq",
        {"referenceSeq": {"genomeBuild": "GRCh38", "windowStart": 1, "windowEnd": 2}},
    ),
    (
        "MolecularSequence",
        "msq-6",
        ".referenceSeq",
        {"referenceSeq": {"windowStart": 1, "windowEnd": 2}},
    ),
    ("NutritionOrder", "nor-1", "", {"supplement": None}),
    (
        "QuestionnaireResponse",
        "qrs-1",
        ".item[0]",
        {"item": [{"linkId": "1", "answer": [{"valueBoolean": True}], "item": [{"linkId": "2"}]}]},
    ),
    ("RequestGroup", "rqg-1", ".action[0]", {"action": [{"title": "x"}]}),
    ("RiskAssessment", "ras-2", ".prediction[0]", {"prediction": [{"probabilityDecimal": 101}]}),
    (
        "RiskAssessment",
        "ras-1",
        ".prediction[0].probability",
        {"prediction": [{"probabilityRange": {"low": {"value": 5, "unit": "%"}}}]},
    ),
]

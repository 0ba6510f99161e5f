"""The structure check passes valid resources, and finds each kind of fault at its place."""

from __future__ import annotations

import json as standard
from copy import deepcopy
from typing import Any

import pytest

from adapter.errors import IssueType
from adapter.fhir.codec.stored import read_stored
from adapter.fhir.validation.structure import check

TEAM: dict[str, Any] = {
    "resourceType": "CareTeam",
    "id": "team",
    "text": {
        "status": "generated",
        "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>Ansvarsgruppe</p></div>',
    },
    "contained": [
        {"resourceType": "Practitioner", "id": "p", "name": [{"text": "Kari Eksempel"}]},
    ],
    "identifier": [{"system": "urn:oid:2.16.578.1", "value": "1"}],
    "status": "active",
    "_status": {"extension": [{"url": "https://example.org/why", "valueString": "x"}]},
    "subject": {"reference": "Patient/1", "type": "Patient"},
    "period": {"start": "2026-01", "end": "2026-02-28T23:00:00+01:00"},
    "participant": [
        {
            "member": {"reference": "#p"},
            "onBehalfOf": {"reference": "https://example.org/fhir/Organization/2/_history/3"},
        },
        {"member": {"reference": "urn:uuid:0d9ee3b8-5d0f-4d66-9c0e-2f3e8f1f4b61"}},
        {"member": {"identifier": {"system": "urn:oid:2.16.578.1", "value": "2"}}},
    ],
    "note": [{"text": "Møtes *ofte*", "authorString": "ukjent"}],
}
PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "active": True,
    "name": [
        {
            "family": "Eksempel",
            "given": ["Ola", None],
            "_given": [None, {"extension": [{"url": "urn:x", "valueBoolean": True}]}],
        }
    ],
    "_birthDate": {"extension": [{"url": "urn:reason", "valueCode": "unknown"}]},
    "multipleBirthInteger": 2,
    "photo": [{"contentType": "image/png", "data": "AAAA"}],
    "contact": [{"name": {"text": "Per Eksempel"}}],
    "extension": [{"url": "urn:y", "extension": [{"url": "a", "valueDecimal": 1}]}],
}


def changed(resource: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with ``value`` at a dotted path; the value ``...`` removes the element."""
    copy: Any = deepcopy(resource)
    *above, last = [int(step) if len(step) == 1 else step for step in path.split(".")]
    node = copy
    for step in above:
        node = node[step]
    if value is ...:
        del node[last]
    elif isinstance(node, list):
        node[last:] = [value]
    else:
        node[last] = value
    return copy


def found(resource: Any) -> list[tuple[str, str | None]]:
    """Code and place of every finding."""
    return [(finding.code, finding.expression) for finding in check(resource)]


@pytest.mark.parametrize("resource", [TEAM, PATIENT])
def test_a_valid_resource_has_no_findings(resource: dict[str, Any]):
    """Extensions on primitives, contained resources, all kinds of reference and partial dates are valid."""
    assert found(resource) == []


@pytest.mark.parametrize(
    ("path", "value", "code", "place"),
    [
        ("stauts", "active", "element-unknown", "CareTeam.stauts"),
        ("participant.0.rolle", [], "element-unknown", "CareTeam.participant[0].rolle"),
        ("12856812055", "x", "element-unknown", "CareTeam.*"),
        ("status", "done", "code-unknown", "CareTeam.status"),
        ("status", ["active"], "element-list", "CareTeam.status"),
        ("status", None, "element-null", "CareTeam.status"),
        ("status", "", "code-format", "CareTeam.status"),
        ("name", "", "string-format", "CareTeam.name"),
        ("name", 1, "string-type", "CareTeam.name"),
        ("identifier", {"value": "1"}, "element-not-list", "CareTeam.identifier"),
        ("identifier", [], "element-empty-list", "CareTeam.identifier"),
        ("identifier", [None], "element-null", "CareTeam.identifier[0]"),
        ("identifier", ["1"], "element-not-object", "CareTeam.identifier[0]"),
        ("identifier.0.system", "lokal", "system-not-absolute", "CareTeam.identifier[0].system"),
        ("period", [], "element-list", "CareTeam.period"),
        ("period", {}, "ele-1", "CareTeam.period"),
        ("period", {"id": "a"}, "ele-1", "CareTeam.period"),
        ("period.id", "a b", "element-id-format", "CareTeam.period.id"),
        ("period.end", "2025-12-31", "per-1", "CareTeam.period"),
        ("period.end", "2026-01-31", "per-1", "CareTeam.period"),
        ("period.end", "2026", "per-1", "CareTeam.period"),
        ("period.end", "2026-01", None, None),
        ("period.end", "2026-02", None, None),
        ("period.end", ..., None, None),
        ("period.start", "2026-02-30", "dateTime-format", "CareTeam.period.start"),
        ("period.start", "2026-01-01T10:00:00", "dateTime-format", "CareTeam.period.start"),
        ("period.start", "2026-01-01T24:00:00Z", "dateTime-format", "CareTeam.period.start"),
        ("period.start", "0000", "dateTime-format", "CareTeam.period.start"),
        ("subject", {"reference": "Organization/1"}, "reference-target", "CareTeam.subject"),
        ("subject", {"type": "Organization"}, "reference-target", "CareTeam.subject"),
        ("subject.reference", "https://x/Location/1", "reference-type-mismatch", "CareTeam.subject.type"),
        ("subject.reference", "Pasient/1", "reference-format", "CareTeam.subject.reference"),
        ("subject.reference", "1", "reference-format", "CareTeam.subject.reference"),
        ("subject.reference", "#x", "ref-1", "CareTeam.subject.reference"),
        ("subject.type", "Pasient", "reference-type-unknown", "CareTeam.subject.type"),
        ("subject", {"reference": "#p"}, "reference-target", "CareTeam.subject"),
        ("id", "a_b", "id-format", "CareTeam.id"),
        ("_id", {"extension": []}, "element-unknown", "CareTeam._id"),
        ("language", "nb ", "code-format", "CareTeam.language"),
        ("implicitRules", "a b", "uri-format", "CareTeam.implicitRules"),
        ("_status", {"id": "a"}, None, None),
        ("_status", None, "element-null", "CareTeam.status"),
        ("_status", [], "element-not-object", "CareTeam.status"),
        ("_status", {"extension": []}, "element-empty-list", "CareTeam.status.extension"),
        ("_status", {"value": 1}, "element-unknown", "CareTeam.status.value"),
        ("note.0.authorReference", {"reference": "Patient/1"}, "element-choice", "CareTeam.note[0].author"),
        ("note.0.author", "x", "element-unknown", "CareTeam.note[0].author"),
        ("note.0.text", ..., "element-required", "CareTeam.note[0]"),
        ("participant.0.member", {"reference": "Patient/1"}, "ctm-1", "CareTeam.participant[0].onBehalfOf"),
        ("participant.1.onBehalfOf", {"display": "x"}, None, None),
        ("contained.0.id", ..., "dom-3", "CareTeam.contained[0]"),
        ("contained.0.resourceType", "Foo", "resource-type-unknown", "CareTeam.contained[0].resourceType"),
        ("contained.0.resourceType", ..., "resource-type-missing", "CareTeam.contained[0].resourceType"),
        ("contained.0.meta", {"versionId": "1"}, "dom-4", "CareTeam.contained[0].meta.versionId"),
        ("contained.0.meta", {"security": [{"code": "R"}]}, "dom-5", "CareTeam.contained[0].meta.security"),
        ("contained.0.gender", "mann", "code-unknown", "CareTeam.contained[0].gender"),
        ("contained.1", {"resourceType": "Patient", "id": "q"}, "dom-3", "CareTeam.contained[1]"),
        ("text.div", "<div>x</div>", "narrative-not-xhtml", "CareTeam.text.div"),
        ("text.status", ..., "element-required", "CareTeam.text"),
        ("resourceType", "FooType", "resource-type-unknown", "Resource.resourceType"),
        ("resourceType", ..., "resource-type-missing", "Resource.resourceType"),
    ],
)
def test_a_fault_in_a_care_team_is_found_at_its_place(
    path: str, value: Any, code: str | None, place: str | None
):
    """One change, one finding with its code and FHIRPath (or none, when the change is valid)."""
    findings = found(changed(TEAM, path, value))
    assert ((code, place) in findings) if code else findings == []


@pytest.mark.parametrize(
    ("path", "value", "code", "place"),
    [
        ("active", "true", "boolean-type", "Patient.active"),
        ("multipleBirthInteger", True, "integer-type", "Patient.multipleBirth"),
        ("multipleBirthInteger", 2**31, "integer-format", "Patient.multipleBirth"),
        ("multipleBirthBoolean", True, "element-choice", "Patient.multipleBirth"),
        ("birthDate", "1969-13-45", "date-format", "Patient.birthDate"),
        ("birthDate", "1969-01-01T00:00:00Z", "date-format", "Patient.birthDate"),
        ("_birthDate", {"id": "a"}, "ele-1", "Patient.birthDate"),
        ("name.0.given", ["Ola"], "element-unaligned", "Patient.name[0].given"),
        ("name.0.given", ..., "element-null", "Patient.name[0].given[0]"),
        ("name.0._given", ..., "element-null", "Patient.name[0].given[1]"),
        ("name.0._given", [None], "element-null", "Patient.name[0].given[1]"),
        ("contact.0", {"gender": "male"}, "pat-1", "Patient.contact[0]"),
        ("photo.0.data", "AAA", "base64Binary-format", "Patient.photo[0].data"),
        ("photo.0.contentType", ..., "att-1", "Patient.photo[0]"),
        ("telecom", [{"value": "1"}], "cpt-2", "Patient.telecom[0]"),
        ("telecom", [{"rank": 0}], "positiveInt-format", "Patient.telecom[0].rank"),
        ("extension.0.valueString", "x", "ext-1", "Patient.extension[0]"),
        ("extension.0.extension", ..., "ext-1", "Patient.extension[0]"),
        ("extension.0.url", ..., "element-required", "Patient.extension[0]"),
        ("extension.0.url", "relative-url", "extension-url-not-absolute", "Patient.extension[0].url"),
        ("extension.0.url", "StructureDefinition/x", "extension-url-not-absolute", None),
        ("extension.0.url", "#x", "extension-url-not-absolute", None),
        ("extension.0.url", "urn:oid:2.16.578.1", None, None),
        ("extension.0.extension.0.url", "ombCategory", None, None),
        ("extension.0.extension.0.url", "https://x.example/y", None, None),
        ("modifierExtension", [{"url": "x", "valueCode": "y"}], "extension-url-not-absolute", None),
        (
            "_birthDate.extension.0.url",
            "x",
            "extension-url-not-absolute",
            "Patient.birthDate.extension[0].url",
        ),
        (
            "extension.0.extension.0",
            {"url": "a", "valueHumanName": {"extension": [{"url": "b", "valueCode": "x"}]}},
            "extension-url-not-absolute",
            "Patient.extension[0].extension[0].value.extension[0].url",
        ),
        ("extension.0._url", {"id": "a"}, "element-unknown", "Patient.extension[0]._url"),
        ("extension.0.extension.0.valueDecimal", "1", "decimal-type", None),
        ("extension.0.extension.0", {"url": "a", "valueOid": "1.2"}, "oid-format", None),
        ("extension.0.extension.0", {"url": "a", "valueUuid": "1"}, "uuid-format", None),
        ("extension.0.extension.0", {"url": "a", "valueTime": "24:00:00"}, "time-format", None),
        ("extension.0.extension.0", {"url": "a", "valueInstant": "2026-01"}, "instant-format", None),
        ("extension.0.extension.0", {"url": "a", "valueUnsignedInt": -1}, "unsignedInt-format", None),
        ("extension.0.extension.0", {"url": "a", "valueQuantity": {"code": "g"}}, "qty-3", None),
        ("extension.0.extension.0", {"url": "a", "valueRatio": {"id": "x"}}, "rat-1", None),
        ("deceasedDateTime", "2026-01-01T10:00:60+14:00", None, None),
        ("deceasedDateTime", "2026-01-01T10:00:00+14:30", "dateTime-format", "Patient.deceased"),
    ],
)
def test_a_fault_in_a_patient_is_found_at_its_place(
    path: str, value: Any, code: str | None, place: str | None
):
    """One change, one finding with its code and, where it is given here, its FHIRPath."""
    findings = found(changed(PATIENT, path, value))
    if code is None:
        assert findings == []
    else:
        assert any(code == one and place in {None, where} for one, where in findings), findings


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"resourceType": "Organization", "active": True}, [("org-1", "Organization")]),
        (
            {"resourceType": "Organization", "name": "x", "telecom": [{"use": "home"}]},
            [("org-3", "Organization.telecom[0].use")],
        ),
        (
            {"resourceType": "Organization", "name": "x", "address": [{"use": "work"}, {"use": "home"}]},
            [("org-2", "Organization.address[1].use")],
        ),
        (
            {
                "resourceType": "CarePlan",
                "status": "active",
                "intent": "plan",
                "subject": {"reference": "Patient/1"},
                "activity": [
                    {"reference": {"reference": "Task/1"}, "detail": {"status": "not-started"}},
                ],
            },
            [("cpl-3", "CarePlan.activity[0]")],
        ),
        (
            {
                "resourceType": "Goal",
                "lifecycleStatus": "active",
                "description": {"text": "x"},
                "subject": {"reference": "Patient/1"},
                "target": [{"detailString": "x"}, {"dueDate": "2026"}],
            },
            [("gol-1", "Goal.target[0]")],
        ),
        (
            {
                "resourceType": "Consent",
                "status": "active",
                "scope": {"text": "x"},
                "category": [{"text": "x"}],
            },
            [("ppc-1", "Consent")],
        ),
        (
            {
                "resourceType": "AllergyIntolerance",
                "patient": {"reference": "Patient/1"},
                "clinicalStatus": {"coding": [{"system": "urn:x", "code": "active"}]},
            },
            [("code-unknown", "AllergyIntolerance.clinicalStatus")],
        ),
        (
            {
                "resourceType": "Parameters",
                "parameter": [{"name": "a", "valueString": "x", "resource": {"resourceType": "Patient"}}],
            },
            [("inv-1", "Parameters.parameter[0]")],
        ),
    ],
)
def test_a_broken_invariant_is_found_with_its_key_and_place(resource: Any, expected: list[tuple[str, str]]):
    """Each broken invariant has the key of the specification and the place of the fault."""
    assert found(resource) == expected


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        ("2026-01-01", "2026-01-01", True),
        ("2026-01-01", "2026-01-02T10:00:00+01:00", True),
        ("2026-01-01", "2026-01-01T10:00:00+01:00", False),
        ("2026-01-01T10:00:00+01:00", "2026-01-01", False),
        ("2026-01-01T23:30:00Z", "2026-01-02", True),
        ("2026-01-02", "2026-01-02T00:30:00+01:00", False),
        ("2026-01-01T10:00:00Z", "2026-01-01T11:00:00+01:00", True),
        ("2026-01-01T10:00:00Z", "2026-01-01T10:59:59+01:00", False),
        ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00.5Z", True),
        ("2026-01-01T10:00:00.5Z", "2026-01-01T10:00:00Z", False),
        ("2026", "2026-06", False),
        ("2025", "2026-06", True),
    ],
)
def test_a_period_is_valid_when_its_order_is_certain(start: str, end: str, holds: bool):
    """A period breaks per-1 when ``start <= end`` is not true, as between a day and a time within it."""
    team = changed(TEAM, "period", {"start": start, "end": end})
    assert (("per-1", "CareTeam.period") not in found(team)) == holds


UCUM = {"system": "http://unitsofmeasure.org", "code": "a"}
WHY = {"extension": [{"url": "urn:x", "valueCode": "unknown"}]}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"valueAge": {"value": 1, **UCUM}}, None),
        ({"valueAge": {"value": 0, **UCUM}}, "age-1"),
        ({"valueAge": {"value": -1, **UCUM}}, "age-1"),
        ({"valueAge": {"_value": WHY, **UCUM}}, None),
        ({"valueAge": {"value": 1, "code": "a", "_system": WHY}}, "age-1"),
        ({"valueDistance": {"value": 1, "code": "m", "_system": WHY}}, "dis-1"),
        ({"valueCount": {"value": 1, **UCUM, "code": "1"}}, None),
        ({"valueCount": {"value": 1, "system": UCUM["system"], "_code": WHY}}, "cnt-3"),
        ({"valueRange": {"low": {"value": 1}, "high": {"value": 1}}}, None),
        ({"valueRange": {"low": {"value": 2}, "high": {"value": 1}}}, "rng-2"),
        ({"valueRange": {"low": {"value": 2}, "high": {"unit": "m"}}}, "rng-2"),
        ({"valueRange": {"low": {"value": 2}}}, None),
        ({"valueTiming": {"repeat": {"duration": 0, "durationUnit": "h"}}}, None),
        ({"valueTiming": {"repeat": {"duration": -1, "durationUnit": "h"}}}, "tim-4"),
        ({"valueTiming": {"repeat": {"_duration": WHY, "durationUnit": "h"}}}, "tim-4"),
        ({"valueTiming": {"repeat": {"_period": WHY, "periodUnit": "h"}}}, "tim-5"),
    ],
)
def test_an_invariant_without_an_answer_is_broken(value: dict[str, Any], code: str | None):
    """A comparison with a missing value is empty in FHIRPath, and an empty invariant is broken."""
    patient = {"resourceType": "Patient", "extension": [{"url": "urn:y", **value}]}
    assert [one for one, _ in found(patient)] == ([code] if code else [])


def test_a_task_is_valid_when_it_is_certainly_modified_after_it_is_authored():
    """A Task breaks inv-1 when lastModified is not certainly at or after authoredOn."""
    task = {"resourceType": "Task", "status": "requested", "intent": "order", "authoredOn": "2026-01-02"}
    for modified, holds in {
        "2026-01-02": True,
        "2026-01-03T00:00:00Z": True,
        "2026-01-02T12:00:00Z": False,
        "2026-01-01": False,
        "2026": False,
    }.items():
        assert (found({**task, "lastModified": modified}) == []) == holds


def test_a_bundle_is_checked_with_its_entries():
    """The check covers the rules of Bundle, its resources, and references by fullUrl."""
    one, other = (
        "urn:uuid:0d9ee3b8-5d0f-4d66-9c0e-2f3e8f1f4b61",
        "urn:uuid:1d9ee3b8-5d0f-4d66-9c0e-2f3e8f1f4b61",
    )
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "total": 1,
        "entry": [
            {"fullUrl": one, "resource": {"resourceType": "Organization", "name": "x"}},
            {"fullUrl": other, "resource": {"resourceType": "CareTeam", "subject": {"reference": one}}},
            {"fullUrl": other, "resource": {"resourceType": "Patient", "gender": "mann"}},
            {"resource": {"resourceType": "Patient"}, "search": {"mode": "match"}},
            {"fullUrl": "Patient/1", "resource": {"resourceType": "Patient"}},
            {"fullUrl": "https://x/Patient/1", "resource": {"resourceType": "Patient", "id": "2"}},
            {"fullUrl": "https://x/Patient/3/_history/1", "request": {"method": "GET", "url": "x"}},
        ],
    }
    assert sorted(found(bundle), key=str) == [
        ("bdl-1", "Bundle"),
        ("bdl-2", "Bundle.entry[3].search"),
        ("bdl-3", "Bundle.entry[6]"),
        ("bdl-7", "Bundle.entry[2].fullUrl"),
        ("bdl-8", "Bundle.entry[6]"),
        ("bundle-full-url", "Bundle.entry[3]"),
        ("bundle-full-url-absolute", "Bundle.entry[4].fullUrl"),
        ("bundle-full-url-id", "Bundle.entry[5].fullUrl"),
        ("code-unknown", "Bundle.entry[2].resource.gender"),
        ("reference-target", "Bundle.entry[1].resource.subject"),
    ]


def test_all_faults_of_a_resource_are_found_in_one_check():
    """A resource with several faults has a finding for each."""
    broken = changed(changed(changed(TEAM, "status", "x"), "stauts", 1), "period.start", "x")
    assert {code for code, _ in found(broken)} == {"code-unknown", "element-unknown", "dateTime-format"}


def test_a_contained_resource_is_valid_when_it_refers_to_its_container():
    """A contained resource that refers to ``#`` keeps dom-3 without a reference to it."""
    team = changed(TEAM, "participant", [{"member": {"display": "x"}}])
    assert found(team) == [("dom-3", "CareTeam.contained[0]")]
    device = {"resourceType": "Basic", "id": "p", "code": {"text": "x"}, "subject": {"reference": "#"}}
    assert found(changed(team, "contained", [device])) == []


def test_a_doubtful_address_is_a_warning():
    """A relative canonical and a malformed URN are warnings."""
    doubtful = changed(TEAM, "meta", {"profile": ["CarePlan"], "source": "urn:uuid:1"})
    assert [(one.severity, one.code, one.expression) for one in check(doubtful)] == [
        ("warning", "canonical-not-absolute", "CareTeam.meta.profile[0]"),
        ("warning", "urn-format", "CareTeam.meta.source"),
    ]


def test_a_contained_resource_with_contained_resources_is_refused():
    """A contained resource with contained resources breaks dom-2 at the inner element."""
    nested = [{"resourceType": "Patient", "id": "x"}]
    assert ("dom-2", "CareTeam.contained[0].contained") in found(
        changed(TEAM, "contained.0.contained", nested)
    )


def test_a_finding_quotes_no_sent_value():
    """A finding quotes no sent value, and has two texts and a source."""
    secret = "12856812055"  # a synthetic birth number
    broken = standard.loads(
        standard.dumps(TEAM).replace("Patient/1", secret).replace('"active"', f'" {secret}"')
    )
    broken[secret] = {secret: secret}
    findings = check(broken)
    assert len(findings) == 3
    for finding in findings:
        assert secret not in repr(finding)
        assert finding.nb != finding.en
        assert finding.source
        assert isinstance(finding.issue, IssueType)


def test_the_check_never_raises_for_any_json_value():
    """Any JSON value in any element gives findings, never an exception."""
    for wrong in (None, 1, "x", [], {}, [[]], [None], {"a": {}}, True):
        for path in (*TEAM, "participant.0.member", "contained.0", "period.start", "subject.reference"):
            assert isinstance(check(changed(TEAM, path, wrong)), list)
        for path in (*PATIENT, "name.0.given", "name.0._given", "extension.0.extension"):
            assert isinstance(check(changed(PATIENT, path, wrong)), list)
    assert check(read_stored(b'{"resourceType":"Timing"}'))


def test_findings_of_one_severity_are_limited_to_200():
    """The check gives 200 findings of a severity, then one that counts the rest."""
    findings = check(changed(PATIENT, "name.0.given", [1] * 100_000))
    assert len(findings) == 201
    assert (findings[-1].code, findings[-1].severity) == ("more-findings", "error")
    assert findings[-1].en.startswith("99800 more")
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [{"request": {}, "search": {}}] * 50_000}
    assert len(check(bundle)) == 201


def test_errors_come_before_warnings():
    """210 errors and 300 warnings give 200 findings of each, errors first, each with a count of the rest."""
    addresses = [{"system": f"urn:uuid:{n}", "use": "x" if n < 210 else "usual"} for n in range(300)]
    found = check({"resourceType": "Patient", "identifier": addresses})
    assert [one.severity for one in found] == ["error"] * 201 + ["warning"] * 201
    assert [found[at].en.partition(" ")[0] for at in (200, 401)] == ["10", "100"]

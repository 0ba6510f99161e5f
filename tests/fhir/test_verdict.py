"""The verdict on a resource does not depend on the limit of reported findings."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.errors import IssueType, Message, Severity
from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import render
from adapter.fhir.tally import told
from adapter.fhir.validation.verdict import Verdict, judge, result, validate
from tests.strategies.resources import resources

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
SCRIPT = '<div xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></div>'
URL = "https://example.org/StructureDefinition/x"


def doubtful(resource: dict[str, Any], count: int, at: int = 0) -> dict[str, Any]:
    """The resource with ``count`` warnings: relative canonicals, in extensions at a position."""
    doubt = [{"url": URL, "valueCanonical": f"CarePlan-{number}"} for number in range(count)]
    members = [(key, value) for key, value in resource.items() if key != "extension"]
    extensions = [*doubt, *resource.get("extension", ())]
    if extensions:
        members.insert(min(at, len(members)), ("extension", extensions))
    return dict(members)


FAULTS: dict[str, dict[str, Any]] = {
    "none": {},
    "unknown element": {"foo": "bar"},
    "script": {"text": {"status": "generated", "div": SCRIPT}},
    "code": {"gender": "mann"},
    "missing": {"link": [{"type": "seealso"}]},
    "contained": {"contained": [{"resourceType": "Basic", "id": "b"}]},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 450])
@pytest.mark.parametrize("at", [0, 9])
def test_warnings_hide_no_error(fault: str, count: int, at: int) -> None:
    """An error before or after any number of warnings is found and reported first."""
    resource = doubtful({"resourceType": "Patient", **FAULTS[fault]}, count, at)
    judged = judge(resource)
    assert judged.is_valid == (fault == "none")
    assert judged.findings[: len(judged.errors)] == judged.errors
    assert len(judged.findings) == len(judged.errors) + min(count, 201)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["Patient", "Goal", "CarePlan", "Observation", "Consent"]).flatmap(resources),
    st.sampled_from(sorted(FAULTS)),
    st.sampled_from([1, 200, 300]),
    st.integers(0, 12),
)
def test_warnings_never_change_a_verdict(resource: dict[str, Any], fault: str, count: int, at: int) -> None:
    """A resource, valid or invalid, has the same verdict with and without warnings, in JSON and in XML."""
    spoilt = {**resource, **copy.deepcopy(FAULTS[fault])}
    verdict = judge(spoilt).verdict
    for_certain = doubtful(spoilt, count, at)
    assert judge(for_certain).verdict is verdict
    assert validate(render(for_certain)).verdict is verdict
    if verdict is Verdict.VALID:
        assert validate(xml.render(for_certain)).is_valid


@pytest.mark.parametrize("severity", Severity)
def test_only_an_error_makes_a_resource_invalid(severity: Severity) -> None:
    """Fatal findings and errors make a resource invalid; warnings and information do not."""
    finding = Message("x", IssueType.VALUE, nb="x", en="x", severity=severity).at("Patient")
    is_error = severity in {Severity.ERROR, Severity.FATAL}
    assert result([finding]).verdict is (Verdict.INVALID if is_error else Verdict.VALID)
    assert result([finding]).errors == ((finding,) if is_error else ())


def test_the_count_of_omitted_findings_is_kept_when_findings_are_merged() -> None:
    """The count of omitted findings of a resource is added to the count of the merged findings."""
    found = judge({"resourceType": "Patient", "contact": [{}] * 700}).errors
    (told_again,) = told([*found, *found[:30]])[200:201]
    assert told_again.en.startswith("1200 more")


def test_warnings_in_one_entry_hide_no_error_in_another() -> None:
    """A Bundle is checked to its last entry, with any number of warnings before."""
    warned = {
        "fullUrl": "urn:uuid:1",
        "resource": doubtful({"resourceType": "Basic", "code": {"text": "x"}}, 500),
    }
    wrong = {"fullUrl": "urn:uuid:2", "resource": {"resourceType": "Patient", "gender": "mann"}}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [warned, warned, wrong]}
    assert "Bundle.entry[2].resource.gender" in {finding.expression for finding in judge(bundle).errors}


@pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not beside the checkout")
@pytest.mark.parametrize("path", sorted(CASES.glob("v1-*.json")), ids=lambda path: path.stem)
def test_a_case_with_a_hidden_error_is_invalid(path: Path) -> None:
    """Each case file is invalid, and its first finding is an error."""
    judged = validate(path.read_bytes())
    assert not judged.is_valid
    assert judged.findings[0].severity is Severity.ERROR

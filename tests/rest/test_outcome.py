"""Refusals as OperationOutcomes are valid R4, in both languages, with their place."""

from __future__ import annotations

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from adapter.errors import IssueType, Message, Severity
from adapter.fhir.tally import MAX_FINDINGS
from adapter.fhir.validation.issues import AUTHORITY, ERROR_CODES
from adapter.rest.outcome import operation_outcome

MESSAGE = Message("rule-x", IssueType.BUSINESS_RULE, nb="Ikke slik", en="Not so")


def test_an_issue_has_code_texts_and_place() -> None:
    """An issue has severity, IssueType, code, text, English diagnostics, expression and location."""
    (issue,) = operation_outcome([MESSAGE.at("CareTeam.status", line=3, column=9)])["issue"]
    assert issue == {
        "severity": "error",
        "code": "business-rule",
        "details": {"coding": [{"system": ERROR_CODES, "code": "rule-x"}], "text": "Ikke slik"},
        "diagnostics": "Not so",
        "location": ["Line[3] Col[9]"],
        "expression": ["CareTeam.status"],
    }


def test_an_issue_has_the_source_of_its_rule() -> None:
    """The source of the rule is in the authority extension of the issue."""
    rule = Message(
        "rule-y", IssueType.BUSINESS_RULE, nb="Ikke slik", en="Not so", source="https://lov.example/§1"
    )
    outcome = operation_outcome([rule.at("CareTeam")])
    assert outcome["issue"][0]["extension"] == [{"url": AUTHORITY, "valueUri": "https://lov.example/§1"}]
    OperationOutcome.model_validate(outcome)


@pytest.mark.parametrize(
    "findings", [[], [MESSAGE.at()], [MESSAGE.at("CareTeam"), MESSAGE.at(line=1, column=2)]]
)
def test_an_outcome_is_valid_also_without_findings(findings: list[object]) -> None:
    """Every OperationOutcome has at least one issue and is valid FHIR, also a success."""
    OperationOutcome.model_validate(operation_outcome(findings))  # type: ignore[arg-type]


def test_an_outcome_has_a_bounded_number_of_issues() -> None:
    """A body with thousands of errors gives the first of them, and the number of the others."""
    issues = operation_outcome([MESSAGE.at()] * (MAX_FINDINGS + 1000))["issue"]
    assert len(issues) == MAX_FINDINGS + 1
    assert issues[-1]["diagnostics"].startswith("1000 more")


def test_an_outcome_has_errors_before_warnings() -> None:
    """An error is in the outcome, however many warnings there are."""
    doubtful = Message("rule-z", IssueType.VALUE, nb="Uvanlig", en="Unusual", severity=Severity.WARNING)
    issues = operation_outcome([*[doubtful.at()] * 1000, MESSAGE.at()])["issue"]
    assert [issue["severity"] for issue in issues[:2]] == ["error", "warning"]

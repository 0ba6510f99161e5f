"""Refusals as OperationOutcomes: valid R4, in both languages, with their place."""

from __future__ import annotations

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from adapter.errors import IssueType, Message, Severity
from adapter.fhir.tally import MAX_FINDINGS
from adapter.fhir.validation.issues import AUTHORITY, ERROR_CODES
from adapter.rest.outcome import operation_outcome

MESSAGE = Message("rule-x", IssueType.BUSINESS_RULE, nb="Ikke slik", en="Not so")


def test_an_issue_has_code_texts_and_place() -> None:
    """Severity, IssueType, our stable code, Norwegian text, English diagnostics, expression, location."""
    (issue,) = operation_outcome([MESSAGE.at("CareTeam.status", line=3, column=9)])["issue"]
    assert issue == {
        "severity": "error",
        "code": "business-rule",
        "details": {"coding": [{"system": ERROR_CODES, "code": "rule-x"}], "text": "Ikke slik"},
        "diagnostics": "Not so",
        "location": ["Line[3] Col[9]"],
        "expression": ["CareTeam.status"],
    }


def test_an_issue_tells_where_its_rule_is_written() -> None:
    """The source of a rule is the authority of the issue."""
    rule = Message(
        "rule-y", IssueType.BUSINESS_RULE, nb="Ikke slik", en="Not so", source="https://lov.example/§1"
    )
    outcome = operation_outcome([rule.at("CareTeam")])
    assert outcome["issue"][0]["extension"] == [{"url": AUTHORITY, "valueUri": "https://lov.example/§1"}]
    OperationOutcome.model_validate(outcome)


@pytest.mark.parametrize(
    "findings", [[], [MESSAGE.at()], [MESSAGE.at("CareTeam"), MESSAGE.at(line=1, column=2)]]
)
def test_an_outcome_is_valid(findings: list[object]) -> None:
    """Every OperationOutcome has at least one issue and is valid FHIR, also when all went well."""
    OperationOutcome.model_validate(operation_outcome(findings))  # type: ignore[arg-type]


def test_an_answer_is_bounded() -> None:
    """A body of many thousand faults gives the first of them, and says how many more there are."""
    issues = operation_outcome([MESSAGE.at()] * (MAX_FINDINGS + 1000))["issue"]
    assert len(issues) == MAX_FINDINGS + 1
    assert issues[-1]["diagnostics"].startswith("1000 more")


def test_an_answer_tells_errors_first() -> None:
    """A thousand warnings before an error do not hide it."""
    doubtful = Message("rule-z", IssueType.VALUE, nb="Uvanlig", en="Unusual", severity=Severity.WARNING)
    issues = operation_outcome([*[doubtful.at()] * 1000, MESSAGE.at()])["issue"]
    assert [issue["severity"] for issue in issues[:2]] == ["error", "warning"]

"""A refusal as FHIR tells it: an OperationOutcome, every finding an issue.

https://hl7.org/fhir/R4/operationoutcome.html. ``details`` carries our own stable code and the Norwegian
text, ``diagnostics`` the English one; ``expression`` is the place in the resource and ``location`` the line
and column of the body, where they are known.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message, Severity
from adapter.fhir import json
from adapter.fhir.canonical import BASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapter.fhir.scanning import Path, Place

_STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)|\[(\d{1,9})\]")
ERROR_CODES = f"{BASE}/CodeSystem/ip-feil"
"""The code system of ``Finding.code``; a code keeps its meaning, so that programs may decide by it."""

DONE = Message("done", IssueType.INFORMATIONAL, "Utført", "Done", severity=Severity.INFORMATION)
FAULT = Message(
    "fault",
    IssueType.EXCEPTION,
    "Noe gikk galt i tjenesten. Oppgi forespørsel {request_id} når du melder fra",
    "Something went wrong in the service. Give request {request_id} when reporting it",
    severity=Severity.FATAL,
)


def operation_outcome(findings: Iterable[Finding]) -> dict[str, Any]:
    """The resource; with no findings it says that all went well."""
    issues = [_issue(finding) for finding in findings]
    return {"resourceType": "OperationOutcome", "issue": issues or [_issue(DONE.at())]}


def located(findings: Iterable[Finding], body: bytes) -> list[Finding]:
    """The findings with line and column, for those about something in ``body`` (readable JSON).

    What is missing is placed where it would have stood: at the nearest element around it.
    """
    known = list(findings)
    if not any(finding.expression and finding.line is None for finding in known):
        return known
    places = json.places(body)
    return [_placed(finding, places) for finding in known]


def _placed(finding: Finding, places: Mapping[Path, Place]) -> Finding:
    if finding.line is not None or not finding.expression:
        return finding
    path = _path(finding.expression)
    while path and path not in places:
        path = path[:-1]
    line, column = places.get(path, (1, 1))
    return replace(finding, line=line, column=column)


def _path(expression: str) -> Path:
    """``CareTeam.participant[0].role`` as the keys and indexes below the resource."""
    steps = _STEP.findall(expression)[1:]
    return tuple(int(index) if index else name for name, index in steps)


def _issue(finding: Finding) -> dict[str, Any]:
    issue: dict[str, Any] = {
        "severity": finding.severity.value,
        "code": finding.issue.value,
        "details": {"coding": [{"system": ERROR_CODES, "code": finding.code}], "text": finding.nb},
        "diagnostics": finding.en,
    }
    if finding.line is not None:
        issue["location"] = [f"Line[{finding.line}] Col[{finding.column}]"]
    if finding.expression:
        issue["expression"] = [finding.expression]
    return issue

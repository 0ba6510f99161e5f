"""Findings as FHIR tells them: the issues of an OperationOutcome.

https://hl7.org/fhir/R4/operationoutcome.html. ``details`` carries our own stable code and the Norwegian
text, ``diagnostics`` the English one; ``expression`` is the place in the resource and ``location`` the line
and column of the text, where they are known. Where the rule is written, a page of the specification or a
paragraph of a law, is told by the extension operationoutcome-authority.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.fhir.canonical import BASE
from adapter.fhir.tally import told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.errors import Finding

ERROR_CODES = f"{BASE}/CodeSystem/ip-feil"
"""The code system of ``Finding.code``; a code keeps its meaning, so that programs may decide by it."""

AUTHORITY = "http://hl7.org/fhir/StructureDefinition/operationoutcome-authority"
"""https://hl7.org/fhir/R4/extension-operationoutcome-authority.html."""


def outcome(findings: Iterable[Finding]) -> dict[str, Any]:
    """An OperationOutcome of findings (one at least): errors first, so many of each severity."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(finding) for finding in told(findings)]}


def _issue(finding: Finding) -> dict[str, Any]:
    rule = [{"url": AUTHORITY, "valueUri": finding.source}] if finding.source else []
    issue: dict[str, Any] = {
        **({"extension": rule} if rule else {}),
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

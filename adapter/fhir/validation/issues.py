"""Conversion of findings to the issues of an OperationOutcome.

https://hl7.org/fhir/R4/operationoutcome.html. ``details`` has the stable code and the Norwegian text, and
``diagnostics`` the English text. ``expression`` is the FHIRPath, and ``location`` the line and column where
they are known. The extension operationoutcome-authority has the source of the rule: a page of the
specification or a paragraph of a law.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.fhir.canonical import BASE
from adapter.fhir.tally import told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.errors import Finding

ERROR_CODES = f"{BASE}/CodeSystem/ip-feil"
"""The code system of ``Finding.code``; a code keeps its meaning, so programs may depend on it."""

AUTHORITY = "http://hl7.org/fhir/StructureDefinition/operationoutcome-authority"
"""https://hl7.org/fhir/R4/extension-operationoutcome-authority.html."""


def outcome(findings: Iterable[Finding]) -> dict[str, Any]:
    """The OperationOutcome of at least one finding: errors first, limited by :mod:`adapter.fhir.tally`."""
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

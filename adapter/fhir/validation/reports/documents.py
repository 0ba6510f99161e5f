"""Report formats of JSON: a document of our own in both languages, and FHIR's OperationOutcome."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from adapter import __version__
from adapter.errors import IssueType, Message, Severity
from adapter.fhir.canonical import FHIR_VERSION
from adapter.fhir.validation.issues import outcome as outcome_of

if TYPE_CHECKING:
    from adapter.errors import Finding
    from adapter.fhir.validation.reports.run import Report, Run
    from adapter.fhir.validation.unchecked import NotChecked

VALID = Message(
    "valid",
    IssueType.INFORMATIONAL,
    nb="Gyldig FHIR R4",
    en="Valid FHIR R4",
    source="https://hl7.org/fhir/R4/validation.html",
    severity=Severity.INFORMATION,
)
NOT_CHECKED = Message(
    "not-checked",
    IssueType.INCOMPLETE,
    nb="Ikke sjekket: {nb}",
    en="Not checked: {en}",
    source="https://hl7.org/fhir/R4/validation.html",
    severity=Severity.INFORMATION,
)
SUPPRESSED = Message(
    "known-finding",
    IssueType.INFORMATIONAL,
    nb="Kjent funn av typen {code}, som ikke teller: {nb} Begrunnelse: {reason}",
    en="Known finding {code}, which does not count: {en} Reason: {reason}",
    severity=Severity.INFORMATION,
)
VERSIONS = Message(
    "validated-with",
    IssueType.INFORMATIONAL,
    nb="Validert med {versions}",
    en="Validated with {versions}",
    severity=Severity.INFORMATION,
)
FILE = "http://hl7.org/fhir/StructureDefinition/operationoutcome-file"
"""The extension of an OperationOutcome that names the file."""


def dumped(document: dict[str, Any]) -> str:
    """The text of a document, indented by two."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_json(run: Run) -> str:
    """``{"valid", "passed", "versions", "files": [...]}``.

    A file is ``{"file", "valid", "passed", "findings", "suppressed", "notChecked"}``; a suppressed finding
    has its ``reason``. The command exits with 0 when ``passed`` is true.
    """
    files = [
        {
            "file": report.name,
            "valid": report.result.is_valid,
            "passed": run.passed(report),
            "findings": [_finding(finding) for finding in report.findings],
            "suppressed": [{**_finding(finding), "reason": why} for finding, why in report.suppressed],
            "notChecked": [_unchecked(name) for name in report.result.not_checked],
        }
        for report in run.reports
    ]
    versions = {"adapter": __version__, "fhir": FHIR_VERSION, "packages": list(run.packages)}
    return dumped({"valid": run.is_valid, "passed": not run.failed, "versions": versions, "files": files})


def _finding(finding: Finding) -> dict[str, Any]:
    said = {
        "severity": finding.severity,
        "issue": finding.issue,
        "code": finding.code,
        "expression": finding.expression,
        "line": finding.line,
        "column": finding.column,
        "en": finding.en,
        "nb": finding.nb,
        "source": finding.source,
    }
    return {name: value for name, value in said.items() if value is not None}


def _unchecked(name: NotChecked) -> dict[str, str]:
    """``{"kind", "url"}``; an entry without a url stands for further names of the kind."""
    return {"kind": name.kind, **({"url": name.url} if name.url else {})}


def outcome(run: Run) -> str:
    """An OperationOutcome for one file, or a collection Bundle of OperationOutcomes for several."""
    outcomes = [outcome_of_report(report, run.versions) for report in run.reports]
    if len(outcomes) == 1:
        return dumped(outcomes[0])
    entries = [
        {"fullUrl": f"urn:uuid:{uuid5(NAMESPACE_URL, report.name)}", "resource": resource}
        for report, resource in zip(run.reports, outcomes, strict=True)
    ]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "collection"}
    return dumped({**bundle, **({"entry": entries} if entries else {})})


def outcome_of_report(report: Report, versions: str) -> dict[str, Any]:
    """The OperationOutcome of one text: valid or not, the findings, and what was not checked.

    ``versions`` are those of :attr:`Run.versions`. The report of a file has its name in an extension.
    """
    findings = [*([VALID.at()] if report.result.is_valid else []), VERSIONS.at(versions=versions)]
    findings += report.findings
    findings += [_known(finding, reason) for finding, reason in report.suppressed]
    findings += [NOT_CHECKED.at(nb=name.nb, en=name.en) for name in report.result.not_checked]
    resource = outcome_of(findings)
    named = {"extension": [{"url": FILE, "valueString": report.name}]} if report.name else {}
    return {"resourceType": resource["resourceType"], **named, "issue": resource["issue"]}


def _known(finding: Finding, reason: str) -> Finding:
    """The known finding as information, at its place."""
    texts = {"code": finding.code, "nb": finding.nb, "en": finding.en, "reason": reason}
    return SUPPRESSED.at(finding.expression, line=finding.line, column=finding.column, **texts)

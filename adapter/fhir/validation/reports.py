"""Report formats of validation, for people and for CI systems.

``text``: one line for each finding, as compilers write, and the number of valid files. ``json``: one document
in both languages. ``outcome``: an OperationOutcome as HL7's validator gives it, or a collection Bundle of
them for several files; the extension operationoutcome-file names the file. ``junit``: XML that a build server
shows as tests. ``sarif``: SARIF 2.1.0 for code scanning. ``github``: workflow commands that GitHub shows in a
pull request. Each format lists the profiles, extensions and value sets that were not checked; their addresses
are the only values quoted from a file. A format with one language uses English.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from adapter.errors import IssueType, Message, Severity
from adapter.fhir.validation.issues import outcome as outcome_of
from adapter.fhir.validation.unchecked import together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from adapter.errors import Finding
    from adapter.fhir.validation.unchecked import NotChecked
    from adapter.fhir.validation.verdict import Result


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one file, with its name."""

    name: str
    result: Result


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
FILE = "http://hl7.org/fhir/StructureDefinition/operationoutcome-file"
"""The extension of an OperationOutcome that names the file."""

_TOOL = "ip-adapter validate"
_LEVELS = {
    Severity.FATAL: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
}


def text(reports: Sequence[Report]) -> str:
    """``file:line:column: severity: text [code] at expression``; then names not checked, and the count."""
    lines = [finding.as_line(report.name) for report in reports for finding in report.result.findings]
    return "\n".join([*lines, *_unchecked_lines(_not_checked(reports)), _counted(reports)])


def _not_checked(reports: Iterable[Report]) -> tuple[NotChecked, ...]:
    return together(name for report in reports for name in report.result.not_checked)


def _unchecked_lines(names: Iterable[NotChecked]) -> Iterator[str]:
    return (f"not checked: {name.en}" for name in names)


def _counted(reports: Sequence[Report]) -> str:
    """``5 files valid, 2 files not valid``."""
    valid = sum(report.result.is_valid for report in reports)
    invalid = len(reports) - valid
    counts = [_files(valid, "valid")] if valid or not invalid else []
    return ", ".join([*counts, *([_files(invalid, "not valid")] if invalid else [])])


def _files(count: int, what: str) -> str:
    return f"{count} file{'' if count == 1 else 's'} {what}"


def as_json(reports: Sequence[Report]) -> str:
    """``{"valid", "files": [{"file", "valid", "findings", "notChecked"}]}``."""
    files = [
        {
            "file": report.name,
            "valid": report.result.is_valid,
            "findings": [_finding(finding) for finding in report.result.findings],
            "notChecked": [_unchecked(name) for name in report.result.not_checked],
        }
        for report in reports
    ]
    return _dumped({"valid": all(report.result.is_valid for report in reports), "files": files})


def _dumped(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)


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


def outcome(reports: Sequence[Report]) -> str:
    """An OperationOutcome for one file, or a collection Bundle of OperationOutcomes for several."""
    outcomes = [_outcome(report) for report in reports]
    if len(outcomes) == 1:
        return _dumped(outcomes[0])
    entries = [
        {"fullUrl": f"urn:uuid:{uuid5(NAMESPACE_URL, report.name)}", "resource": resource}
        for report, resource in zip(reports, outcomes, strict=True)
    ]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "collection"}
    return _dumped({**bundle, **({"entry": entries} if entries else {})})


def _outcome(report: Report) -> dict[str, Any]:
    findings = [*([VALID.at()] if report.result.is_valid else []), *report.result.findings]
    findings += [NOT_CHECKED.at(nb=name.nb, en=name.en) for name in report.result.not_checked]
    resource = outcome_of(findings)
    return {
        "resourceType": resource["resourceType"],
        "extension": [{"url": FILE, "valueString": report.name}],
        "issue": resource["issue"],
    }


def junit(reports: Sequence[Report]) -> str:
    """One test suite with one test for each file; an invalid file is a failed test."""
    failed = sum(not report.result.is_valid for report in reports)
    cases = "".join(_junit_case(report) for report in reports)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuite name="{_TOOL}" tests="{len(reports)}" failures="{failed}" errors="0">\n'
        f"{cases}</testsuite>"
    )


def _junit_case(report: Report) -> str:
    findings = report.result.findings
    told = escape("\n".join(finding.as_line(report.name) for finding in findings))
    unchecked = escape("\n".join(_unchecked_lines(report.result.not_checked)))
    opening = f'  <testcase classname="{_TOOL}" name="{escape(report.name)}">'
    if report.result.is_valid:
        return f"{opening}<system-out>{told}\n{unchecked}</system-out></testcase>\n"
    failure = f'<failure message="{len(findings)} findings">{told}</failure>'
    return f"{opening}{failure}<system-out>{unchecked}</system-out></testcase>\n"


def sarif(reports: Sequence[Report]) -> str:
    """One run: each code is a rule with its source, each finding a result with its place."""
    found = [(report.name, finding) for report in reports for finding in report.result.findings]
    rules = {finding.code: _sarif_rule(finding) for _, finding in found}
    notes = [{"level": "note", "message": {"text": line}} for line in _unchecked_lines(_not_checked(reports))]
    run = {
        "tool": {"driver": {"name": _TOOL, "rules": list(rules.values())}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "results": [_sarif_result(name, finding) for name, finding in found],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return _dumped({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _sarif_rule(finding: Finding) -> dict[str, Any]:
    return {"id": finding.code, **({"helpUri": finding.source} if finding.source else {})}


def _sarif_result(name: str, finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(name, safe="/:")}}
    if finding.line is not None:
        place["region"] = {"startLine": finding.line, "startColumn": finding.column or 1}
    location: dict[str, Any] = {"physicalLocation": place}
    if finding.expression:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.expression}]
    return {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.en},
        "locations": [location],
    }


def github(reports: Sequence[Report]) -> str:
    """One workflow command for each finding, and a notice for each name that was not checked."""
    commands = [_command(report.name, finding) for report in reports for finding in report.result.findings]
    notices = [
        f"::notice title=not-checked::{_data(line)}" for line in _unchecked_lines(_not_checked(reports))
    ]
    return "\n".join([*commands, *notices])


def _command(name: str, finding: Finding) -> str:
    level = _LEVELS[finding.severity].replace("note", "notice")
    place = f",line={finding.line},col={finding.column or 1}" if finding.line is not None else ""
    title = f",title={_property(finding.code)}"
    return f"::{level} file={_property(name)}{place}{title}::{_data(finding.text)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


FORMS: dict[str, Callable[[Sequence[Report]], str]] = {
    "text": text,
    "json": as_json,
    "outcome": outcome,
    "junit": junit,
    "sarif": sarif,
    "github": github,
}
"""The report formats by their name in the command."""

"""Reports of validation in the forms people and CI systems read.

``text``: a line a finding, as compilers write them. ``json``: a line a file. ``junit``: XML a build server
shows as tests. ``sarif``: SARIF 2.1.0, for code scanning. ``github``: workflow commands, which GitHub shows
in the change itself. Texts are English; ``json`` has both languages. Nothing in them quotes what was judged.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from adapter.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from adapter.errors import Finding
    from adapter.fhir.validation import Result


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one file, told by its name."""

    name: str
    result: Result


_TOOL = "ip-adapter validate"
_LEVELS = {
    Severity.FATAL: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
}


def text(reports: Sequence[Report]) -> str:
    """``file:line:column: severity: text [code] at expression``, and a line for each valid file."""
    return "\n".join(line for report in reports for line in _text_lines(report))


def _text_lines(report: Report) -> Iterable[str]:
    if report.result.is_valid:
        yield f"{report.name}: valid"
    for finding in report.result.findings:
        yield finding.as_line(report.name)


def as_json(reports: Sequence[Report]) -> str:
    """One JSON object a line, one line a file."""
    return "\n".join(
        json.dumps(
            {
                "file": report.name,
                "valid": report.result.is_valid,
                "findings": [_finding(finding) for finding in report.result.findings],
            },
            ensure_ascii=False,
        )
        for report in reports
    )


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


def junit(reports: Sequence[Report]) -> str:
    """One test suite, one test a file; each error is a failure, the rest is in its output."""
    failed = sum(not report.result.is_valid for report in reports)
    cases = "".join(_junit_case(report) for report in reports)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuite name="{_TOOL}" tests="{len(reports)}" failures="{failed}" errors="0">\n'
        f"{cases}</testsuite>"
    )


def _junit_case(report: Report) -> str:
    lines = "\n".join(_text_lines(report))
    opening = f'  <testcase classname="{_TOOL}" name={quoteattr(report.name)}>'
    if report.result.is_valid:
        return f"{opening}<system-out>{escape(lines)}</system-out></testcase>\n"
    count = len(report.result.findings)
    return f'{opening}<failure message="{count} findings">{escape(lines)}</failure></testcase>\n'


def sarif(reports: Sequence[Report]) -> str:
    """One run; each code a rule with its source, each finding a result with its place."""
    found = [(report.name, finding) for report in reports for finding in report.result.findings]
    rules = {finding.code: _sarif_rule(finding) for _, finding in found}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": _TOOL, "rules": list(rules.values())}},
                "results": [_sarif_result(name, finding) for name, finding in found],
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def _sarif_rule(finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": finding.code}
    if finding.source:
        rule["helpUri"] = finding.source
    return rule


def _sarif_result(name: str, finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": name}}
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
    """One workflow command a finding."""
    return "\n".join(
        _command(report.name, finding) for report in reports for finding in report.result.findings
    )


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
    "junit": junit,
    "sarif": sarif,
    "github": github,
}
"""The forms by the name the command has for them."""

"""Report format of JUnit: XML that build servers show as tests."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from adapter.fhir.validation.reports.lines import unchecked_lines
from adapter.fhir.validation.reports.run import TOOL

if TYPE_CHECKING:
    from adapter.fhir.validation.reports.run import Report, Run


def junit(run: Run) -> str:
    """One test suite with one test for each file; a file that is not passed is a failed test."""
    cases = "".join(_case(run, report) for report in run.reports)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuite name="{TOOL}" tests="{len(run.reports)}" failures="{run.failed}" errors="0">\n'
        f'  <properties><property name="versions" value="{escape(run.versions)}"/></properties>\n'
        f"{cases}</testsuite>"
    )


def _case(run: Run, report: Report) -> str:
    """The test of one file; known findings and names not checked are its output."""
    told = [finding.as_line(report.name) for finding in report.findings]
    known = [f"known: {finding.as_line(report.name)} ({why})" for finding, why in report.suppressed]
    output = [*known, *unchecked_lines(report.result.not_checked)]
    opening = f'  <testcase classname="{TOOL}" name="{escape(report.name)}">'
    if run.passed(report):
        return f"{opening}{_output([*told, *output])}</testcase>\n"
    failure = f'<failure message="{len(told)} findings">{escape(chr(10).join(told))}</failure>'
    return f"{opening}{failure}{_output(output)}</testcase>\n"


def _output(lines: list[str]) -> str:
    return f"<system-out>{escape(chr(10).join(lines))}</system-out>"

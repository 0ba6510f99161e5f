"""Report formats of lines: for people and editors, and the workflow commands of GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.fhir.validation.reports.run import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adapter.errors import Finding
    from adapter.fhir.validation.reports.run import Run
    from adapter.fhir.validation.unchecked import NotChecked


def text(run: Run) -> str:
    """``file:line:column: severity: text [code] at expression``; then names not checked, and the count."""
    lines = [finding.as_line(report.name) for report in run.reports for finding in report.findings]
    return "\n".join([*lines, *unchecked_lines(run.not_checked), f"{_counted(run)} ({run.versions})"])


def unchecked_lines(names: Iterable[NotChecked]) -> Iterator[str]:
    """``not checked: profile http://...``, a line for each name."""
    return (f"not checked: {name.en}" for name in names)


def _counted(run: Run) -> str:
    """``5 files valid, 2 files not valid``, and what known findings or ``--fail-on`` change."""
    valid = sum(report.result.is_valid for report in run.reports)
    invalid = len(run.reports) - valid
    counts = [_number(valid, "file", " valid")] if valid or not invalid else []
    counts += [_number(invalid, "file", " not valid")] if invalid else []
    more = [_number(run.suppressed, "known finding", " suppressed")] if run.suppressed else []
    more += [_number(run.failed, "file", " failed")] if run.failed != invalid else []
    return "; ".join([", ".join(counts), *more])


def _number(count: int, noun: str, rest: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}{rest}"


def github(run: Run) -> str:
    """One workflow command for each finding, and a notice for each name that was not checked.

    The count and the versions are a line of the log without a command, as GitHub shows few annotations.
    """
    commands = [_command(report.name, finding) for report in run.reports for finding in report.findings]
    notices = [f"::notice title=not-checked::{_data(line)}" for line in unchecked_lines(run.not_checked)]
    return "\n".join([*commands, *notices, f"{_counted(run)} ({run.versions})"])


def _command(name: str, finding: Finding) -> str:
    level = LEVELS[finding.severity].replace("note", "notice")
    place = f",line={finding.line},col={finding.column or 1}" if finding.line is not None else ""
    title = f",title={_property(finding.code)}"
    return f"::{level} file={_property(name)}{place}{title}::{_data(finding.text)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")

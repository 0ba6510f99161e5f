"""``ip-adapter validate``: FHIR files judged as the server would judge them, for people and for CI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adapter.fhir.reports import Report
from adapter.fhir.validation import validate

if TYPE_CHECKING:
    from adapter.errors import Finding

LARGEST_FILE = 64 * 1024 * 1024


@click.command("validate")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def command(ctx: click.Context, files: tuple[Path, ...], form: str) -> None:
    """Validate FHIR R4 resources, JSON or XML: 0 all valid, 1 some are not, 2 could not run."""
    reports = [_report(path) for path in files]
    click.echo(_as_json(reports) if form == "json" else "\n".join(map(_as_text, reports)))
    ctx.exit(0 if all(report.result.is_valid for report in reports) else 1)


def _report(path: Path) -> Report:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise click.ClickException(f"{path}: larger than {LARGEST_FILE // 2**20} MB")
        data = path.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    return Report(str(path), validate(data))


def _as_text(report: Report) -> str:
    """One line a finding, as compilers write them; editors and CI find the place."""
    lines = [f"{report.name}: valid"] if report.result.is_valid else []
    lines += [finding.as_line(report.name) for finding in report.result.findings]
    return "\n".join(lines)


def _as_json(reports: list[Report]) -> str:
    files = [
        {
            "file": report.name,
            "valid": report.result.is_valid,
            "findings": [_finding(finding) for finding in report.result.findings],
        }
        for report in reports
    ]
    document = {"valid": all(report.result.is_valid for report in reports), "files": files}
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

"""``ip-adapter validate``: validation of FHIR files by the rules of the server, for people and for CI."""

from __future__ import annotations

import click

from adapter.cli.fhir_files import FhirFile, FileSearch
from adapter.fhir.validation.reports import FORMS, Report
from adapter.fhir.validation.verdict import validate, validate_lines


@click.command("validate")
@click.argument("files", nargs=-1, required=True, metavar="FILES|DIRS|GLOBS...")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    default="text",
    show_default=True,
    help="Form of the report.",
)
@click.pass_context
def command(ctx: click.Context, files: tuple[str, ...], form: str) -> None:
    """Validate FHIR R4 resources in files.

    The files are JSON, XML or NDJSON (one resource on each line). In a folder and its subfolders, every
    *.json, *.xml and *.ndjson file that is FHIR is validated. Exit codes: 0 all valid, 1 some not valid, 2
    could not run (a file cannot be read, or no file is FHIR).
    """
    search = FileSearch()
    reports = [_report(file) for file in search.files(files)]
    if reports and (told := FORMS[form](reports)):
        click.echo(told)
    for line in _told_of(search, any_found=bool(reports)):
        click.echo(line, err=True)
    if search.failures or not reports:
        ctx.exit(2)
    ctx.exit(0 if all(report.result.is_valid for report in reports) else 1)


def _report(file: FhirFile) -> Report:
    is_lines = file.path.suffix.lower() == ".ndjson"
    return Report(file.path.as_posix(), (validate_lines if is_lines else validate)(file.data))


def _told_of(search: FileSearch, *, any_found: bool) -> list[str]:
    """The lines about files that were skipped, missing or unreadable."""
    lines = list(search.failures)
    if search.passed_over:
        lines.append(f"{search.passed_over} files skipped: not FHIR")
    if not any_found and not search.failures:
        lines.append("no FHIR files found")
    return [f"ip-adapter: {line}" for line in lines]

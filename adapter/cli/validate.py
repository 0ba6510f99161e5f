"""``ip-adapter validate``: FHIR files judged as the server would judge them, for people and for CI."""

from __future__ import annotations

import click

from adapter.cli.fhir_files import FhirFile, FileSearch
from adapter.fhir.validation.reports import FORMS, Report
from adapter.fhir.validation.verdict import validate, validate_lines


@click.command("validate")
@click.argument("files", nargs=-1, required=True, metavar="FILES|DIRS|GLOBS...")
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="text", show_default=True)
@click.pass_context
def command(ctx: click.Context, files: tuple[str, ...], form: str) -> None:
    """Validate FHIR R4 resources in JSON, XML or NDJSON (a resource a line).

    Of a folder, all *.json, *.xml and *.ndjson below it that are FHIR. 0 all valid, 1 some are not, 2 could
    not run: a file cannot be read, or there is none.
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
    """What is said of the search itself."""
    lines = list(search.failures)
    if search.passed_over:
        lines.append(f"{search.passed_over} files passed over: not FHIR")
    if not any_found and not search.failures:
        lines.append("nothing to validate: no FHIR was found")
    return [f"ip-adapter: {line}" for line in lines]

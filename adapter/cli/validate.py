"""``ip-adapter validate``: validation of FHIR files by the rules of the server, for people and for CI."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapter.cli.fhir_files import FhirFile, FileSearch
from adapter.cli.validation_rules import with_rules
from adapter.fhir.definitions.packages import PackageError
from adapter.fhir.validation.explanations import UnknownCode, explained
from adapter.fhir.validation.known import KnownFindings, KnownFindingsError, read_known
from adapter.fhir.validation.reports import FORMS
from adapter.fhir.validation.reports.run import FAIL_ON, Report, Run
from adapter.fhir.validation.verdict import validate, validate_lines

if TYPE_CHECKING:
    from adapter.fhir.validation.beyond_base import Rules


def _explain(ctx: click.Context, _: click.Parameter, code: str | None) -> None:
    """Print what a code means, or on standard error that no finding has the code, and exit."""
    if code is None or ctx.resilient_parsing:
        return
    try:
        click.echo(explained(code))
    except UnknownCode as error:
        nearest = f"; nearest: {', '.join(error.nearest)}" if error.nearest else ""
        click.echo(f"ip-adapter: unknown code {code}{nearest}", err=True)
        ctx.exit(2)
    ctx.exit(0)


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
@click.option(
    "--fail-on",
    type=click.Choice(list(FAIL_ON)),
    default="error",
    show_default=True,
    help="Least grave severity that gives exit code 1.",
)
@click.option(
    "--known",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="YAML list of known findings, which do not count.",
)
@click.option(
    "--explain",
    metavar="CODE",
    is_eager=True,
    expose_value=False,
    callback=_explain,
    help="Print what the code of a finding means, and exit.",
)
@with_rules
@click.pass_context
def command(
    ctx: click.Context, files: tuple[str, ...], form: str, fail_on: str, known: Path | None, rules: Rules
) -> None:
    """Validate FHIR R4 resources in files.

    A resource is judged by R4, by the profiles given here, and by the profiles in its meta.profile. R4's own
    profiles and extensions and HL7 Norge's no-basis are built in; other profiles are in packages.

    The files are JSON, XML or NDJSON (one resource on each line). In a folder and its subfolders, every
    *.json, *.xml and *.ndjson file that is FHIR is validated. Exit codes: 0 all valid, 1 some not valid (see
    --fail-on and --known), 2 could not run (a file cannot be read, or no file is FHIR).
    """
    known_findings = _read_known(ctx, known)
    search = FileSearch()
    try:
        reports = [_report(file, rules, known_findings) for file in search.files(files)]
    except PackageError as error:
        click.echo(f"ip-adapter: {error}", err=True)
        ctx.exit(2)
    run = Run(reports, rules.definitions.names, FAIL_ON[fail_on])
    if reports:
        click.echo(FORMS[form](run))
    for line in [*_told_of(search, any_found=bool(reports)), *known_findings.stale()]:
        click.echo(f"ip-adapter: {line}", err=True)
    if search.failures or not reports:
        ctx.exit(2)
    ctx.exit(1 if run.failed else 0)


def _read_known(ctx: click.Context, path: Path | None) -> KnownFindings:
    try:
        return read_known(path) if path else KnownFindings()
    except KnownFindingsError as error:
        click.echo(f"ip-adapter: {error}", err=True)
        ctx.exit(2)


def _report(file: FhirFile, rules: Rules, known: KnownFindings) -> Report:
    is_lines = file.path.suffix.lower() == ".ndjson"
    name, result = file.path.as_posix(), (validate_lines if is_lines else validate)(file.data, rules)
    return Report(name, result, known.reasons(name, result.findings))


def _told_of(search: FileSearch, *, any_found: bool) -> list[str]:
    """The lines about files that were skipped, missing or unreadable."""
    lines = list(search.failures)
    if search.passed_over:
        lines.append(f"{search.passed_over} files skipped: not FHIR")
    if not any_found and not search.failures:
        lines.append("no FHIR files found")
    return lines

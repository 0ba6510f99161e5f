"""``ip-adapter validate``: validation of FHIR files by the rules of the server, for people and for CI."""

from __future__ import annotations

from pathlib import Path

import click

from adapter.cli.fhir_files import FhirFile, FileSearch
from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.definitions.packages import PackageError, package
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.extensions import UnknownExtensions
from adapter.fhir.validation.reports import FORMS, Report
from adapter.fhir.validation.verdict import validate, validate_lines

MOST_TOLD = 10
"""Definitions that differ between two packages, told one by one."""


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
    "--package",
    "packages",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR|TGZ",
    help="FHIR package with profiles, extensions and value sets; may be repeated.",
)
@click.option(
    "--profile", "profiles", multiple=True, metavar="URL", help="Profile for every resource; may be repeated."
)
@click.option(
    "--unknown-extensions",
    type=click.Choice(list(UnknownExtensions)),
    default=UnknownExtensions.WARN,
    show_default=True,
    help="Report on an extension whose definition is in no package.",
)
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    form: str,
    packages: tuple[Path, ...],
    profiles: tuple[str, ...],
    unknown_extensions: UnknownExtensions,
) -> None:
    """Validate FHIR R4 resources in files.

    A resource is judged by R4, by the profiles given here, and by the profiles in its meta.profile. R4's own
    profiles and extensions and HL7 Norge's no-basis are built in; other profiles are in packages.

    The files are JSON, XML or NDJSON (one resource on each line). In a folder and its subfolders, every
    *.json, *.xml and *.ndjson file that is FHIR is validated. Exit codes: 0 all valid, 1 some not valid, 2
    could not run (a file cannot be read, or no file is FHIR).
    """
    search = FileSearch()
    try:
        rules = Rules(_definitions(packages), profiles, unknown_extensions)
        reports = [_report(file, rules) for file in search.files(files)]
    except PackageError as error:
        click.echo(f"ip-adapter: {error}", err=True)
        ctx.exit(2)
    if reports and (told := FORMS[form](reports)):
        click.echo(told)
    for line in _told_of(search, any_found=bool(reports)):
        click.echo(line, err=True)
    if search.failures or not reports:
        ctx.exit(2)
    ctx.exit(0 if all(report.result.is_valid for report in reports) else 1)


def _definitions(packages: tuple[Path, ...]) -> Definitions:
    """The installed definitions with the packages; a canonical that two of them define is told."""
    definitions = Definitions.built_in()
    for path in packages:
        definitions = definitions.with_package(package(path))
    conflicts = list(definitions.conflicts()) if packages else []
    for url, first, second in conflicts[:MOST_TOLD]:
        click.echo(f"ip-adapter: {url} differs in {first} and {second}; that of {second} counts", err=True)
    if len(conflicts) > MOST_TOLD:
        click.echo(f"ip-adapter: {len(conflicts) - MOST_TOLD} more definitions differ", err=True)
    return definitions


def _report(file: FhirFile, rules: Rules) -> Report:
    is_lines = file.path.suffix.lower() == ".ndjson"
    return Report(file.path.as_posix(), (validate_lines if is_lines else validate)(file.data, rules))


def _told_of(search: FileSearch, *, any_found: bool) -> list[str]:
    """The lines about files that were skipped, missing or unreadable."""
    lines = list(search.failures)
    if search.passed_over:
        lines.append(f"{search.passed_over} files skipped: not FHIR")
    if not any_found and not search.failures:
        lines.append("no FHIR files found")
    return [f"ip-adapter: {line}" for line in lines]

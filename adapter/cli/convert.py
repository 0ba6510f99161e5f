"""``ip-adapter convert``: conversion of a record to FHIR and back, without a server or a database."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adapter import mapping
from adapter.cli import record_files
from adapter.cli.record_conversion import to_bundle, to_records
from adapter.errors import AdapterError
from adapter.fhir.codec import xml
from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.sniffing import sniff
from adapter.fhir.codec.stored import render
from adapter.fhir.validation.verdict import judge, result
from adapter.record import schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapter.errors import Finding


@click.command("convert")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--to",
    "target",
    type=click.Choice(["fhir", "plan"]),
    required=True,
    help="Target: fhir, or plan (records).",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "xml"]),
    default="json",
    show_default=True,
    help="Format of the Bundle.",
)
@click.pass_context
def command(ctx: click.Context, file: Path, target: str, form: str) -> None:
    """Convert FILE between records and FHIR.

    A record becomes a collection Bundle; a Bundle (JSON or XML) becomes records. Findings go to standard
    error. Exit codes: 0 converted, 1 rejected or not valid, 2 could not run.
    """
    if target == "plan" and form == "xml":
        raise click.UsageError("--format xml works only with --to fhir; records are JSON")
    try:
        found = _to_fhir(file, form) if target == "fhir" else _to_plan(file)
    except AdapterError as refusal:
        found = list(refusal.findings)
    for finding in found:
        click.echo(finding.as_line(str(file)), err=True)
    ctx.exit(0 if result(found).is_valid else 1)


def _to_fhir(file: Path, form: str) -> list[Finding]:
    records = record_files.read(file)
    if len(records) != 1:
        raise click.ClickException(f"{file}: {len(records)} records; convert takes a file with one record")
    record = records[0]
    invalid = schema.validate(record.kind, record.body)
    if not invalid:
        bundle = to_bundle(record, mapping.installed())
        click.echo(xml.render(bundle) if form == "xml" else render(bundle))
    return invalid


def _to_plan(file: Path) -> list[Finding]:
    format_, text, _ = sniff(file.read_bytes())
    bundle = read_received(text, format_)
    judged = judge(bundle)
    if not judged.is_valid:
        return list(judged.findings)
    found = to_records(bundle, mapping.installed(), lambda: str(uuid.uuid4()))
    records = list(found.values())
    click.echo(render(records[0] if len(records) == 1 else {record_files.MANY: records}))
    return _missing(found)


def _missing(records: Mapping[tuple[str, str], dict[str, Any]]) -> list[Finding]:
    """Findings for required fields that the records lack because the file lacks the resources."""
    return [
        finding
        for (kind, _), record in records.items()
        for finding in schema.validate(kind, {k: v for k, v in record.items() if k != record_files.REST})
    ]

"""``ip-adapter check``: the mapping files judged against R4 and the record's schema, and counted."""

from __future__ import annotations

from pathlib import Path

import click

from adapter.mapping.check import check
from adapter.mapping.codes import CodesError
from adapter.mapping.loading import MappingError
from adapter.settings import mappings_folder

CLASSES = ("mapped", "supplied", "residue", "refused", "opaque", "later", "field", "record")


@click.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_context
def command(ctx: click.Context, folder: Path | None) -> None:
    """Check the mapping files: 0 everything is accounted for, 1 something is not, 2 could not run."""
    try:
        report = check(folder or mappings_folder())
    except (MappingError, CodesError) as error:
        click.echo(f"ip-adapter: {error}", err=True)
        ctx.exit(1)
    click.echo(f"{'':18}" + "".join(f"{name:>10}" for name in CLASSES))
    for file, counts in report.counts.items():
        click.echo(f"{file:18}" + "".join(f"{counts[name]:>10}" for name in CLASSES))
    for finding in report.findings:
        click.echo(f"{finding.en} [{finding.code}]")
    click.echo(f"{len(report.findings)} unaccounted or wrong")
    ctx.exit(1 if report.findings else 0)

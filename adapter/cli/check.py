"""``ip-adapter check``: the ledger, in which every element of both models has exactly one class.

The command also compares the profiles with the mapping files, and prints the valid R4 that the service
rejects.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapter.fhir.definitions.installed import profiles_folder
from adapter.mapping.codes import CodesError
from adapter.mapping.document import document
from adapter.mapping.ledger import check
from adapter.mapping.profile_ledger import compare
from adapter.mapping.sources import MappingError
from adapter.repository.refusal_list import listed, section
from adapter.settings import mappings_folder

if TYPE_CHECKING:
    from adapter.mapping.ledger import LedgerReport


@click.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--profiles",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Package of profiles to compare with; the adapter's own without it.",
)
@click.option("--document", "as_document", is_flag=True, help="Print the text of docs/mapping.md instead.")
@click.pass_context
def command(ctx: click.Context, folder: Path | None, profiles: Path | None, *, as_document: bool) -> None:
    """Check that the mapping files are complete, and that the profiles agree with them.

    The files are those in FOLDER, or the adapter's own. Every element must be mapped or listed, and every
    row, code, fixed value and required field must be in the profile of its file.
    Exit codes: 0 OK, 1 faults found, 2 could not run.
    """
    try:
        if as_document:
            click.echo(document(folder or mappings_folder(), section()), nl=False)
            return
        report = check(folder or mappings_folder())
        report.findings += compare(folder or mappings_folder(), profiles or profiles_folder())
    except (MappingError, CodesError) as error:
        click.echo(f"error: {error}", err=True)
        ctx.exit(1)
    _told(ctx, report)


def _told(ctx: click.Context, report: LedgerReport) -> None:
    for line in _table(report):
        click.echo(line)
    for line in ("", "Valid R4 that the service rejects", *listed()):
        click.echo(line)
    for finding in report.findings:
        click.echo(finding.as_line(), err=True)
    faults = len(report.findings)
    click.echo(f"Faults found: {faults}" if faults else "OK: every element is mapped or listed", err=True)
    ctx.exit(1 if report.findings else 0)


def _table(report: LedgerReport) -> list[str]:
    """The table of counts: one row for each file, one column for each class, and a row of totals."""
    classes = sorted({name for counts in report.counts.values() for name in counts})
    rows = {**report.counts, "all": sum(report.counts.values(), start=Counter[str]())}
    width = max(map(len, rows))
    head = " " * width + "".join(f"{name:>10}" for name in classes)
    cells = {name: "".join(f"{counts[one]:>10}" for one in classes) for name, counts in rows.items()}
    return [head, *(f"{name:<{width}}{line}" for name, line in cells.items())]

"""``ip-adapter check``: the mapping files against both models, every element in exactly one class.

And the list of what is refused: what is in no class is not lost, and what is refused is no surprise.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapter.mapping.codes import CodesError
from adapter.mapping.document import document
from adapter.mapping.ledger import check
from adapter.mapping.sources import MappingError
from adapter.repository.refusal_list import listed, section
from adapter.settings import mappings_folder

if TYPE_CHECKING:
    from adapter.mapping.ledger import LedgerReport


@click.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--document", "as_document", is_flag=True, help="Print docs/mapping.md instead.")
@click.pass_context
def command(ctx: click.Context, folder: Path | None, *, as_document: bool) -> None:
    """Check the mapping files (of FOLDER, or the adapter's own): 0 all accounted for, 1 not."""
    try:
        if as_document:
            click.echo(document(folder or mappings_folder(), section()), nl=False)
            return
        report = check(folder or mappings_folder())
    except (MappingError, CodesError) as error:
        click.echo(f"error: {error}", err=True)
        ctx.exit(1)
    _told(ctx, report)


def _told(ctx: click.Context, report: LedgerReport) -> None:
    for line in _table(report):
        click.echo(line)
    for line in ("", "What is refused of valid R4", *listed()):
        click.echo(line)
    for finding in report.findings:
        click.echo(finding.as_line(), err=True)
    click.echo("nothing unaccounted" if not report.findings else f"{len(report.findings)} faults", err=True)
    ctx.exit(1 if report.findings else 0)


def _table(report: LedgerReport) -> list[str]:
    """One line a file, one column a class, and what there is in all."""
    classes = sorted({name for counts in report.counts.values() for name in counts})
    rows = {**report.counts, "all": sum(report.counts.values(), start=Counter[str]())}
    width = max(map(len, rows))
    head = " " * width + "".join(f"{name:>10}" for name in classes)
    cells = {name: "".join(f"{counts[one]:>10}" for one in classes) for name, counts in rows.items()}
    return [head, *(f"{name:<{width}}{line}" for name, line in cells.items())]

"""``ip-adapter explain``: the parts of a sak that a recipient sees now, each with its rule and samtykke."""

from __future__ import annotations

import os

import click

from adapter.app import open_repository
from adapter.settings import Settings


@click.command("explain")
@click.argument("sak")
@click.option(
    "--to", "recipient", metavar="KIND/ID", required=True, help="Recipient: ansatt/ID, organisasjon/ID, ..."
)
@click.option("--purpose", metavar="CODE", default="TREAT", show_default=True, help="Formål, v3-ActReason.")
def command(sak: str, recipient: str, purpose: str) -> None:
    """Show what a recipient sees of the sak with id SAK now, and why.

    Each part is one line: type and id, how much is shown, the rule, and the samtykke behind the rule.
    Exit codes: 0 explained, 2 could not run (also if the sak is unknown).
    """
    repository = open_repository(Settings.from_environment(os.environ))
    try:
        repository.store.check()
        decisions = repository.explain(sak, recipient, purpose)
    finally:
        repository.store.close()
    for part, decision in decisions:
        by = f", samtykke {decision.samtykke}" if decision.samtykke else ""
        click.echo(f"{part.type}/{part.id}: {decision.extent} ({decision.rule}{by})")

"""``ip-adapter explain``: what a recipient sees of a sak now, part by part, and which samtykke says so."""

from __future__ import annotations

import os

import click

from adapter.app import open_repository
from adapter.settings import Settings


@click.command("explain")
@click.argument("sak")
@click.option("--to", "recipient", metavar="KIND/ID", required=True, help="ansatt/x, organisasjon/x, ...")
@click.option("--purpose", metavar="CODE", default="TREAT", show_default=True, help="v3-ActReason.")
def command(sak: str, recipient: str, purpose: str) -> None:
    """Explain consent for the SAK of this id: 0 explained, 2 could not run (as where there is no such sak).

    A line for each part: its type and id, how much of it is shown, the rule, and the samtykke behind it.
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

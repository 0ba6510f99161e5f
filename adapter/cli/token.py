"""``ip-adapter token``: a bearer token of the development issuer, to try the adapter as somebody."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click

from adapter.security.development import ROLES, Wish, mint
from adapter.settings import Settings


@click.command("token")
@click.option("--as", "role", type=click.Choice(list(ROLES)), required=True, help="Who calls.")
@click.option("--org", metavar="ORGNR", help="The unit that calls.")
@click.option("--parent", metavar="ORGNR", help="The legal entity the unit belongs to.")
@click.option("--person", metavar="ID", help="The person: an id, or a reference as RelatedPerson/ID.")
@click.option("--purpose", metavar="CODE", help="Purpose of use, v3-ActReason; TREAT where none is said.")
@click.option("--scope", metavar="SCOPES", help="SMART scopes, in place of the role's own.")
def command(role: str, **said: str | None) -> None:
    """Print a token, good for an hour, that this clone accepts outside production."""
    settings = Settings.from_environment(os.environ)
    if settings.production:
        raise click.UsageError("ADAPTER_PRODUCTION=1 refuses the development issuer")
    client_id = min(settings.municipality_clients) if role == "system" else f"utvikling-{role}"
    wish = Wish(role, client_id, said["org"], said["parent"], said["person"], said["purpose"], said["scope"])
    if wish.faults():
        raise click.UsageError("; ".join(wish.faults()))
    click.echo(mint(settings.var, wish, datetime.now(UTC)))

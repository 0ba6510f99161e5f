"""``ip-adapter token``: a bearer token of the development issuer, for trying the adapter in a given role."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click

from adapter.security.development import ROLES, Wish, mint
from adapter.settings import Settings


@click.command("token")
@click.option("--as", "role", type=click.Choice(list(ROLES)), required=True, help="Role of the caller.")
@click.option("--org", metavar="ORGNR", help="Unit of the caller.")
@click.option("--parent", metavar="ORGNR", help="Legal entity of the unit.")
@click.option("--person", metavar="ID", help="Person: an id, or a reference as RelatedPerson/ID.")
@click.option("--purpose", metavar="CODE", help="Formål, v3-ActReason; TREAT by default.")
@click.option("--scope", metavar="SCOPES", help="SMART scopes; those of the role by default.")
def command(role: str, **said: str | None) -> None:
    """Print a bearer token for development.

    This checkout accepts the token for an hour, outside production.
    """
    settings = Settings.from_environment(os.environ)
    if settings.production:
        raise click.UsageError("the development issuer is not trusted with ADAPTER_PRODUCTION=1")
    client_id = min(settings.municipality_clients) if role == "system" else f"utvikling-{role}"
    wish = Wish(role, client_id, said["org"], said["parent"], said["person"], said["purpose"], said["scope"])
    if wish.faults():
        raise click.UsageError("; ".join(wish.faults()))
    click.echo(mint(settings.var, wish, datetime.now(UTC)))

"""``ip-adapter db``: the database brought to this version, and publications made anew from the records."""

from __future__ import annotations

import os
import uuid

import click

from adapter.settings import Settings


@click.group("db")
def command() -> None:
    """Look after the database that ADAPTER_DATABASE_URL names."""


@command.command("upgrade")
def upgrade() -> None:
    """Bring the database to the schema of this version; nothing happens when it is there."""
    from adapter.storage.migrations import upgrade as bring_up  # noqa: PLC0415 - needed by nobody else

    settings = Settings.from_environment(os.environ)
    if settings.database_url.startswith("sqlite"):
        settings.var.mkdir(parents=True, exist_ok=True)
    bring_up(settings.database_url)


@command.command("reproject")
def reproject() -> None:
    """Publish and index every record anew, after a new version or a change of the mapping files.

    Versions move where bytes do.
    """
    from adapter.app import open_repository  # noqa: PLC0415 - `upgrade` needs none of it
    from adapter.storage import ChangeNote  # noqa: PLC0415

    repository = open_repository(Settings.from_environment(os.environ))
    note = ChangeNote("ip-adapter", None, None, None, str(uuid.uuid4()), "db reproject")
    try:
        made = repository.reproject(note)
    finally:
        repository.store.close()
    click.echo(f"{made.records} records published anew, {made.changes} publications changed")

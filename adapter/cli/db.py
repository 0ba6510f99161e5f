"""``ip-adapter db``: the database brought to this version, published anew, and judged as it stands."""

from __future__ import annotations

import os
import uuid
from itertools import groupby
from typing import TYPE_CHECKING

import click

from adapter.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adapter.storage import Published


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


@command.command("check")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Judge every resource that is given out: 0 all are valid R4, 1 some are not, 2 could not run.

    Each that is not valid is told by type, id and kind of recipient, with its first error.
    """
    from adapter.storage import Store  # noqa: PLC0415 - `upgrade` needs none of it

    store = Store(Settings.from_environment(os.environ).database_url)
    try:
        store.check()
        with store.read() as reader:
            lines = list(dict.fromkeys(_invalid(reader.standing())))
    finally:
        store.close()
    for line in lines:
        click.echo(line)
    click.echo(
        f"{len(lines)} resources are not valid R4" if lines else "All resources are valid R4", err=True
    )
    ctx.exit(1 if lines else 0)


def _invalid(standing: Iterable[Published]) -> Iterator[str]:
    """A line for each resource that is not valid; equal contents, which stand together, are judged once."""
    from adapter.fhir.validation.verdict import validate  # noqa: PLC0415 - `upgrade` needs none of it
    from adapter.repository.publishing.projection import DENIED  # noqa: PLC0415

    resources = (one for one in standing if one.type != DENIED)
    for body, given in groupby(resources, lambda one: one.body):
        errors = validate(body).errors
        for one in given if errors else ():
            yield f"{one.type}/{one.id} ({one.recipient.partition('/')[0]}): {errors[0].text}"

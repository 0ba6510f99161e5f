"""``ip-adapter db``: migration, new projection, validation of every publication, backup and restore."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapter.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from adapter.storage import Published


_DUE = "The stored publications are of an earlier version of the mappings. Run ip-adapter db reproject."


@click.group("db")
def command() -> None:
    """Upgrade, reproject, check, back up or restore the database.

    ADAPTER_DATABASE_URL names the database.
    """


@command.command("upgrade")
def upgrade() -> None:
    """Migrate the database to the schema of this version. A migrated database is left as it is.

    If the stored publications were made by the mappings of another version, a line on standard error says
    that `db reproject` is due.
    """
    from adapter.storage.migrations import upgrade as bring_up  # noqa: PLC0415 - no other command needs it

    settings = Settings.from_environment(os.environ)
    if settings.database_url.startswith("sqlite"):
        settings.var.mkdir(parents=True, exist_ok=True)
    if bring_up(settings.database_url):
        click.echo(_DUE, err=True)


@command.command("reproject")
@click.option("--names", is_flag=True, help="Tell every text anew, with the names that apply now.")
def reproject(*, names: bool) -> None:
    """Publish and index every record again.

    Run it after an upgrade or a change of the mapping files. A publication gets a new version only if its
    bytes change. The names of professionals and organisations stand as they were when the text was last told;
    with --names they become those of now.
    """
    from adapter.app import open_repository  # noqa: PLC0415 - `upgrade` needs none of it
    from adapter.storage import ChangeNote  # noqa: PLC0415

    repository = open_repository(Settings.from_environment(os.environ))
    note = ChangeNote("ip-adapter", None, None, None, str(uuid.uuid4()), "db reproject")
    try:
        made = repository.reproject(note, names=names)
    finally:
        repository.store.close()
    click.echo(f"{made.records} records published again, {made.changes} publications changed")


@command.command("check")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Validate every current publication as FHIR R4.

    Each invalid resource is one line on standard output: type, id, kind of recipient and first error.
    Exit codes: 0 all are valid, 1 some are not, 2 could not run.
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


@command.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to FILE, which must not exist.

    The service may run meanwhile. PostgreSQL needs the program pg_dump, and its copy has the custom format.
    """
    from adapter.storage.backup import backup as copy  # noqa: PLC0415 - no other command needs it

    with _refused_plainly():
        copy(Settings.from_environment(os.environ).database_url, file)
    click.echo(f"The database is copied to {file}", err=True)


@command.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the backup FILE in the place of the database.

    Nothing may use the database. The restored database has a new epoke. The earlier SQLite file is kept
    beside it; PostgreSQL needs the programs pg_restore and psql.
    """
    from adapter.storage.restore import restore as put_back  # noqa: PLC0415 - no other command needs it

    with _refused_plainly():
        done = put_back(Settings.from_environment(os.environ).database_url, file)
    click.echo("The database is restored", err=True)
    if done.kept is not None:
        click.echo(f"The earlier database is {done.kept}", err=True)
    if done.log is not None:
        click.echo(f"The last changes of a file that was moved away are in {done.log}", err=True)
    if done.is_older:
        click.echo("The backup has an earlier schema. Run ip-adapter db upgrade.", err=True)


@contextmanager
def _refused_plainly() -> Iterator[None]:
    """Print why a backup or a restore is not done, and exit with 2."""
    from adapter.storage.postgresql_programs import CannotRun  # noqa: PLC0415 - as above

    try:
        yield
    except CannotRun as reason:
        raise click.ClickException(str(reason)) from reason


def _invalid(standing: Iterable[Published]) -> Iterator[str]:
    """A line for each invalid resource; adjacent publications with equal bytes are validated once."""
    from adapter.fhir.validation.verdict import validate  # noqa: PLC0415 - `upgrade` needs none of it
    from adapter.repository.publishing.projection import DENIED  # noqa: PLC0415

    resources = (one for one in standing if one.type != DENIED)
    for body, given in groupby(resources, lambda one: one.body):
        errors = validate(body).errors
        for one in given if errors else ():
            yield f"{one.type}/{one.id} ({one.recipient.partition('/')[0]}): {errors[0].text}"

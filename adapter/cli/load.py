"""``ip-adapter load``: writes of record files to the database, by the same rules as any other write."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adapter.app import open_repository
from adapter.cli import record_files
from adapter.errors import AdapterError, NotFound
from adapter.settings import Settings
from adapter.storage import ChangeNote

if TYPE_CHECKING:
    from adapter.cli.record_files import RecordFile
    from adapter.repository import Repository


@click.command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.pass_context
def command(ctx: click.Context, files: tuple[Path, ...]) -> None:
    """Load records from FILES or folders.

    An existing record gets a new version if it has changed. Each record is written by itself, and findings go
    to standard error.
    Exit codes: 0 all loaded, 1 some rejected, 2 could not run.
    """
    records = record_files.read_all(files)
    repository = open_repository(Settings.from_environment(os.environ))
    note = ChangeNote("ip-adapter", None, None, None, str(uuid.uuid4()), "load")
    try:
        repository.store.check()
        refused = [record for record in records if not _loaded(repository, record, note)]
    finally:
        repository.store.close()
    click.echo(f"{len(records) - len(refused)} records loaded", err=True)
    ctx.exit(1 if refused else 0)


def _loaded(repository: Repository, record: RecordFile, note: ChangeNote) -> bool:
    id_ = record.body["id"]
    try:
        if_match = f'W/"{repository.record(record.kind, id_).version}"'
    except NotFound:
        if_match = None
    try:
        repository.put_record(
            record.kind, id_, record.body, if_match=if_match, note=note, rest=record.residues()
        )
    except AdapterError as refusal:
        for finding in refusal.findings:
            click.echo(finding.as_line(str(record.path)), err=True)
        return False
    return True

"""Benchmark of writes of records, each a durable transaction with its projections and index.

``python -m bench.loading 10000`` writes that many saker, each the stroke patient's story of a synthetic
person, and prints the rate as it goes.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.app import open_repository
from adapter.cli import record_files
from adapter.record.identifiers import is_birth_number
from adapter.settings import Settings
from adapter.storage import ChangeNote
from adapter.storage.migrations import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.repository import Repository

EXAMPLES = Path("tests/examples")
STORY = EXAMPLES / "slagpasient" / "saker" / "sak-slagpasient.json"
NOTE = ChangeNote("bench", None, None, None, "bench", "load")
STEP = 100


def main(wanted: int = 200) -> None:
    """Write the given number of records, and print the rate."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_environment({"ADAPTER_VAR": folder})
        upgrade(settings.database_url)
        repository = open_repository(settings)
        try:
            _directory(repository)
            _saker(repository, wanted)
        finally:
            repository.store.close()


def _directory(repository: Repository) -> None:
    for record in record_files.read_all([EXAMPLES]):
        if record.kind != "sak":
            repository.put_record(record.kind, record.body["id"], record.body, if_match=None, note=NOTE)


def _saker(repository: Repository, wanted: int) -> None:
    story = STORY.read_text(encoding="utf-8")
    began = time.perf_counter()
    for done, number in enumerate(islice(_numbers(), wanted), start=1):
        sak = _sak(story, done, number)
        repository.put_record("sak", sak["id"], sak, if_match=None, note=NOTE)
        if done % STEP == 0 or done == wanted:
            spent = time.perf_counter() - began
            sys.stdout.write(f"{done:7} of {wanted} records, {done / spent:6.1f} a second\n")
            sys.stdout.flush()


def _sak(story: str, serial: int, number: str) -> dict[str, Any]:
    """The sak of the story, with new ids and another synthetic birth number."""
    sak: dict[str, Any] = json.loads(
        story.replace('"slagpasient', f'"p{serial}').replace('"sak-slagpasient', f'"sak-p{serial}')
    )
    sak["innbygger"]["identer"] = [{"id": "fnr", "type": "fnr", "verdi": number}]
    for parorende in sak.get("parorende", ()):
        parorende.pop("identer", None)
    return sak


def _numbers() -> Iterator[str]:
    """Synthetic birth numbers: month + 80, with valid control digits."""
    for year, month, individual in product(range(100), range(81, 93), range(500)):
        start = f"15{month:02}{year:02}{individual:03}"
        yield from (
            f"{start}{control:02}" for control in range(100) if is_birth_number(f"{start}{control:02}")
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))

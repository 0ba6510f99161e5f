"""Loading of records, each a durable transaction with its projections and index."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from adapter.app import open_repository
from adapter.settings import Settings
from adapter.storage.migrations import upgrade
from bench import municipality
from bench.municipality import SETTINGS
from bench.rows import PERMITTED, special_saker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from adapter.repository import Repository

_STEP = 20
"""Saker that are written to one database before it is the other's turn."""


def first(urls: Mapping[str, str], var: Path, count: int) -> dict[str, float]:
    """Make the databases, write the directory and ``count`` ordinary saker to each in turns.

    Returns:
        The saker written a second, by database.
    """
    for url in urls.values():
        upgrade(url)
    repositories = {name: _opened(url, var) for name, url in urls.items()}
    spent = dict.fromkeys(urls, 0.0)
    try:
        for repository in repositories.values():
            municipality.directory(repository)
            municipality.units(repository, PERMITTED)
            for sak in special_saker():
                municipality.put_sak(repository, sak)
        for begin in range(0, count, _STEP):
            for name, repository in repositories.items():
                began = time.perf_counter()
                municipality.saker(repository, range(begin, min(begin + _STEP, count)))
                spent[name] += time.perf_counter() - began
    finally:
        for repository in repositories.values():
            repository.store.close()
    return {name: count / seconds for name, seconds in spent.items()}


def further(urls: Sequence[str], var: Path, begin: int, end: int) -> None:
    """Write further ordinary saker, to several databases at once."""
    with ProcessPoolExecutor(len(urls), get_context("spawn")) as pool:
        for job in [pool.submit(_write, url, var, begin, end) for url in urls]:
            job.result()


def _write(url: str, var: Path, begin: int, end: int) -> None:
    repository = _opened(url, var)
    try:
        municipality.saker(repository, range(begin, end))
    finally:
        repository.store.close()


def _opened(url: str, var: Path) -> Repository:
    settings = Settings.from_environment({**SETTINGS, "ADAPTER_VAR": str(var), "ADAPTER_DATABASE_URL": url})
    return open_repository(settings)

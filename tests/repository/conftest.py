"""Fixtures: a repository on an empty database, with a clock the test moves."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from adapter.app import open_repository
from adapter.settings import Settings
from tests.rest.conftest import START, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapter.repository import Repository


@pytest.fixture
def clock() -> Clock:
    """The clock of the repository."""
    return Clock(START)


@pytest.fixture
def repository(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Repository]:
    """A repository on an empty database, SQLite and PostgreSQL in turn."""
    settings = Settings.from_environment(
        {
            "ADAPTER_DATABASE_URL": database_url,
            "ADAPTER_VAR": str(tmp_path / "var"),
            "ADAPTER_BASE_URL": "https://adapter.example",
            "ADAPTER_IF_MATCH": "optional",
        }
    )
    serial = count(1)
    opened = open_repository(settings, now=clock, new_id=lambda: f"ny-{next(serial)}")
    yield opened
    opened.store.close()

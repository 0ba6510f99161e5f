"""Fixtures of the edits: the adapter with every story, a new copy for each edit."""

from __future__ import annotations

import shutil
from itertools import count
from typing import TYPE_CHECKING

import pytest

from adapter.app import create_app
from adapter.settings import Settings
from tests.rest.conftest import Clock, House
from tests.stories.told import BASE, MOMENT, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def stories(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every story in it, to copy."""
    folder = tmp_path_factory.mktemp("edits")
    path = shutil.copyfile(migrated_sqlite, folder / "stories.db")
    told(f"sqlite:///{path}", folder).store.close()
    return path


@pytest.fixture
def house(stories: Path, tmp_path: Path) -> Iterator[House]:
    """The adapter over a copy of the stories; ids it makes are ``ny-1``, ``ny-2`` and on."""
    path = shutil.copyfile(stories, tmp_path / "stories.db")
    settings = Settings.from_environment(
        {
            "ADAPTER_DATABASE_URL": f"sqlite:///{path}",
            "ADAPTER_VAR": str(tmp_path / "var"),
            "ADAPTER_BASE_URL": BASE,
        }
    )
    serial = count(1)
    clock = Clock(MOMENT)
    app = create_app(settings, now=clock, new_id=lambda: f"ny-{next(serial)}")
    yield House(app.test_client(), settings.var, clock)
    app.extensions["repository"].store.close()

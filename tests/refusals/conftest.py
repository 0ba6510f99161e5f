"""One shared database for all refusals, since no refusal changes it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from adapter.app import create_app
from adapter.settings import Settings
from adapter.storage.migrations import upgrade
from tests.refusals.world import ALL
from tests.rest.conftest import Clock, House

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def built(folder: Path) -> Iterator[House]:
    """The adapter on SQLite with two people in it."""
    url = f"sqlite:///{folder / 'adapter.db'}"
    upgrade(url)
    settings = Settings.from_environment(
        {
            "ADAPTER_DATABASE_URL": url,
            "ADAPTER_VAR": str(folder / "var"),
            "ADAPTER_BASE_URL": "https://adapter.example",
        }
    )
    clock = Clock()
    app = create_app(settings, now=clock)
    house = House(app.test_client(), settings.var, clock)
    for plural, record in ALL:
        answer = house.municipality("PUT", f"/kommune/v1/{plural}/{record['id']}", json=record)
        assert answer.status_code == 201, answer.json
    yield house
    app.extensions["repository"].store.close()


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The shared database that no refusal may change."""
    with built(tmp_path_factory.mktemp("standing")) as house:
        yield house


@pytest.fixture(scope="session")
def another(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A database of its own, for input that may turn out to be valid."""
    with built(tmp_path_factory.mktemp("another")) as house:
        yield house

"""The fixtures of the sender tests: the adapter with a small municipality, a copy for each test."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from adapter.app import create_app
from adapter.settings import Settings
from tests.rest.conftest import Clock, House
from tests.rest.world import RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def municipality(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the municipality in it, to copy."""
    folder = tmp_path_factory.mktemp("senders")
    path: Path = shutil.copyfile(migrated_sqlite, folder / "municipality.db")
    house = _house(path, folder)
    for plural, record in RECORDS:
        answer = house.municipality("PUT", f"/kommune/v1/{plural}/{record['id']}", json=record)
        assert answer.status_code == 201, answer.json
    _close(house)
    return path


@pytest.fixture
def house(municipality: Path, tmp_path: Path) -> Iterator[House]:
    """The adapter over a copy of the municipality."""
    house = _house(shutil.copyfile(municipality, tmp_path / "municipality.db"), tmp_path)
    yield house
    _close(house)


def _house(path: Path, folder: Path) -> House:
    settings = Settings.from_environment(
        {
            "ADAPTER_DATABASE_URL": f"sqlite:///{path}",
            "ADAPTER_VAR": str(folder / "var"),
            "ADAPTER_BASE_URL": "https://adapter.example",
        }
    )
    clock = Clock()
    return House(create_app(settings, now=clock).test_client(), settings.var, clock)


def _close(house: House) -> None:
    house.client.application.extensions["repository"].store.close()

"""The adapter with the small municipality in it, for what other systems send."""

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


@pytest.fixture(scope="module")
def house(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One adapter for all that is sent: each resource has an id of its own."""
    folder = tmp_path_factory.mktemp("senders")
    path = shutil.copyfile(migrated_sqlite, folder / "municipality.db")
    settings = Settings.from_environment(
        {
            "ADAPTER_DATABASE_URL": f"sqlite:///{path}",
            "ADAPTER_VAR": str(folder / "var"),
            "ADAPTER_BASE_URL": "https://adapter.example",
        }
    )
    clock = Clock()
    app = create_app(settings, now=clock)
    house = House(app.test_client(), settings.var, clock)
    for plural, record in RECORDS:
        answer = house.municipality("PUT", f"/kommune/v1/{plural}/{record['id']}", json=record)
        assert answer.status_code == 201, answer.json
    yield house
    app.extensions["repository"].store.close()

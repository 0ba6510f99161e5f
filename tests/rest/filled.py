"""Databases with the small municipality in them, filled once a session and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.rest.conftest import fill

if TYPE_CHECKING:
    from tests.databases import PostgreSQL


@pytest.fixture(scope="session")
def filled_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the small municipality in it, to copy."""
    folder = tmp_path_factory.mktemp("filled")
    path = Path(shutil.copyfile(migrated_sqlite, folder / "filled.db"))
    fill(f"sqlite:///{path}", folder)
    return path


@pytest.fixture(scope="session")
def filled_postgresql(postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a PostgreSQL database with the small municipality in it, to copy."""
    fill(postgresql.create("filled", "template"), tmp_path_factory.mktemp("filled"))
    return "filled"

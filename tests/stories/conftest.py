"""Fixtures of the stories: one database with every example, and the option that rewrites the pinned files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.stories.told import told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapter.repository import Repository


def pytest_addoption(parser: pytest.Parser) -> None:
    """``pytest tests/stories --accept`` rewrites the pinned files with the present answers."""
    parser.addoption("--accept", action="store_true", default=False, help="rewrite the pinned *.fhir.json")


@pytest.fixture(scope="session")
def accept(pytestconfig: pytest.Config) -> bool:
    """Tests whether to rewrite the pinned files; false without the option."""
    return bool(pytestconfig.getoption("accept", default=False))


@pytest.fixture(scope="session")
def repository(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """Every story in one database, which the tests only read."""
    folder = tmp_path_factory.mktemp("stories")
    path = shutil.copyfile(migrated_sqlite, folder / "stories.db")
    opened = told(f"sqlite:///{path}", folder)
    yield opened
    opened.store.close()

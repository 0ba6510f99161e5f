"""The stories in a database, told once; and how a changed answer is accepted."""

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
    """``pytest tests/stories --accept`` writes what is given now as what shall be given."""
    parser.addoption("--accept", action="store_true", default=False, help="rewrite the pinned *.fhir.json")


@pytest.fixture(scope="session")
def accept(pytestconfig: pytest.Config) -> bool:
    """Whether to rewrite what is pinned; never unless it is said."""
    return bool(pytestconfig.getoption("accept", default=False))


@pytest.fixture(scope="session")
def repository(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """Every story in one database of its own; tests only read it."""
    folder = tmp_path_factory.mktemp("stories")
    path = shutil.copyfile(migrated_sqlite, folder / "stories.db")
    opened = told(f"sqlite:///{path}", folder)
    yield opened
    opened.store.close()

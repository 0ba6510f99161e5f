"""The fixture of the mapping tests: a copy of the mapping files, to plant faults in."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from adapter.settings import mappings_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the mapping files, to plant faults in."""
    return shutil.copytree(mappings_folder(), tmp_path / "mappings")

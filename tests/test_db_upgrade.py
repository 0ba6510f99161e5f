"""`ip-adapter db upgrade` migrates a database, and says when `db reproject` is due."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from tests.test_cli import _at_home, run

if TYPE_CHECKING:
    import pytest

__all__ = ["_at_home"]

FIRST_SCHEMA = Path(__file__).parent / "storage" / "of_0001" / "sqlite.sql.gz"
UNIT = Path(__file__).parent / "examples" / "felles" / "organisasjoner" / "fjordvik-kommune.json"


def test_upgrade_tells_that_reproject_is_due_until_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line is on standard error after each upgrade, with exit code 0, until `db reproject` has run."""
    with sqlite3.connect(tmp_path / "first.db") as connection:
        connection.executescript(gzip.decompress(FIRST_SCHEMA.read_bytes()).decode())
    monkeypatch.setenv("ADAPTER_DATABASE_URL", f"sqlite:///{tmp_path}/first.db")
    for _ in range(2):
        assert run("db", "upgrade") == 0
        assert "Run ip-adapter db reproject" in capsys.readouterr().err
    assert run("db", "reproject") == 0
    capsys.readouterr()
    assert run("db", "upgrade") == 0
    assert capsys.readouterr().err == ""


def test_upgrade_is_silent_for_a_new_database(capsys: pytest.CaptureFixture[str]) -> None:
    """A database made by this version needs no `db reproject`, with records in it or without."""
    assert run("db", "upgrade") == 0
    assert run("load", UNIT) == 0
    capsys.readouterr()
    assert run("db", "upgrade") == 0
    assert capsys.readouterr().err == ""

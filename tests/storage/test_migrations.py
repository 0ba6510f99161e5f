"""Migrations: they make the tables this program reads, whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from adapter.storage import Store, migrations
from adapter.storage.engine import make_engine
from adapter.storage.migrations import upgrade
from adapter.storage.tables import SCHEMA, metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.databases import PostgreSQL


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    yield server.create("empty")
    server.drop("empty")


def seen(url: str, look: Callable[[Any], Any]) -> Any:
    """The result of a look at a database."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return look(connection)
    finally:
        engine.dispose()


def test_the_migrations_make_the_declared_tables(database_url: str) -> None:
    """No table, column or index is missing, left over or different; an index can be of one dialect alone."""

    def differences(connection: Any) -> list[Any]:
        def is_here(item: Any, _name: object, kind: str, reflected: bool, _other: object) -> bool:
            if kind != "index" or reflected or item._ddl_if is None:
                return True
            return bool(item._ddl_if.dialect == connection.dialect.name)

        options = {"compare_type": True, "include_object": is_here}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    assert seen(database_url, differences) == []


def test_schema_names_the_newest_migration() -> None:
    """``SCHEMA`` repeats the newest migration's id, so that serving needs no Alembic; the two are equal."""
    folder = str(migrations.__path__[0])
    assert ScriptDirectory(folder).get_current_head() == SCHEMA


def test_upgrading_again_changes_nothing(empty_url: str) -> None:
    """A second upgrade keeps the secret and the clock of the first."""
    upgrade(empty_url)
    store = Store(empty_url)
    with store.read() as reader:
        before = reader.seq_and_secret("pages")
    upgrade(empty_url)
    with store.read() as reader:
        assert (reader.seq_and_secret("pages"), reader.seq()) == (before, 0)
    store.check()
    store.close()


def test_a_failed_upgrade_leaves_no_table(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted upgrade leaves no table behind, and the next one begins anew."""

    def fail(_count: int) -> bytes:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr("os.urandom", fail)
        with pytest.raises(OSError):  # noqa: PT011 - it has no text
            upgrade(empty_url)
    assert seen(empty_url, lambda connection: inspect(connection).get_table_names()) == []
    upgrade(empty_url)


def test_two_upgrades_at_once_take_turns(empty_url: str) -> None:
    """Two processes that upgrade together both end with a migrated database."""
    code = "import sys; from adapter.storage.migrations import upgrade; upgrade(sys.argv[1])"
    runs = [subprocess.Popen([sys.executable, "-c", code, empty_url]) for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    store = Store(empty_url)
    store.check()
    store.close()


def test_serving_needs_no_alembic() -> None:
    """The store is opened without Alembic being imported: it costs time and memory."""
    code = "import sys, adapter.storage, adapter.storage.migrations; print('alembic' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"

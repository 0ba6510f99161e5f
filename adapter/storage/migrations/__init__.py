"""Upgrades a database to the schema of this program, one migration after the other.

Alembic is imported only when an upgrade runs, because serving does not need it.
"""

from __future__ import annotations

from pathlib import Path

from adapter.storage.engine import make_engine, writing

_LOCK = 4_812_001
"""The number of PostgreSQL's advisory lock; any number will do if every upgrade uses the same."""


def upgrade(url: str) -> None:
    """Upgrade the database at a SQLAlchemy URL to the newest schema; does nothing if it is there already.

    The upgrade is one transaction: interrupted, it changes nothing. Two upgrades at once take turns.
    """
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    engine = make_engine(url, create=True)
    try:
        with writing(engine).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()

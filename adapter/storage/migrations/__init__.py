"""Bring a database to the schema of this program, one revision after the other.

Alembic is imported when asked to work, not before: serving needs none of it.
"""

from __future__ import annotations

from pathlib import Path

from adapter.storage.engine import make_engine, writing

_LOCK = 4_812_001
"""Any number, as long as every upgrade asks PostgreSQL for the same one."""


def upgrade(url: str) -> None:
    """Bring the database at a SQLAlchemy URL to the newest schema; does nothing when it is there.

    All in one transaction: an upgrade that is cut off has not happened. Two at once take turns.
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

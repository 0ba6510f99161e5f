"""Upgrades a database to the schema of this program, one migration after the other.

Alembic is imported only when an upgrade runs, because serving does not need it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from adapter.storage import changes
from adapter.storage.database_file import watched
from adapter.storage.engine import make_engine, writing
from adapter.storage.tables import PROJECTION, clock, publication

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LOCK = 4_812_001
"""The number of PostgreSQL's advisory lock; any number will do if every upgrade uses the same."""


_PATIENCE_SECONDS = 120
"""The seconds that an upgrade waits for another one, or for the writes of a service that still runs."""


def upgrade(url: str) -> bool:
    """Upgrade the database at a SQLAlchemy URL to the newest schema; does nothing if it is there already.

    Returns whether ``db reproject`` is due, because the stored publications are of another projection.

    The upgrade is one transaction: interrupted, it changes nothing. Two upgrades at once take turns.
    """
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    engine = make_engine(url, create=True, patience=_PATIENCE_SECONDS)
    file = watched(engine)
    try:
        with writing(engine).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return _is_due(connection)
    finally:
        engine.dispose()
        file.release()


def _is_due(connection: Connection) -> bool:
    """Tests whether publications are of another projection; without any, the projection is this program's."""
    if connection.execute(select(publication.c.id).limit(1)).first() is None:
        changes.put_projection(connection, PROJECTION)
    made_by: int = connection.execute(select(clock.c.projection)).scalar_one()
    return made_by != PROJECTION

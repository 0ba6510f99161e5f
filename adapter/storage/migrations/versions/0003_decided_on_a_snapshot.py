"""Writes are decided on a snapshot: the last change of each record and text, and the epoke."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Note the change a record was last touched by, and the change whose names a publication has."""
    op.add_column("record", sa.Column("touched", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("UPDATE record SET touched = (SELECT seq FROM clock)")
    op.add_column("publication", sa.Column("told_seq", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("""
        UPDATE publication SET told_seq = (
            SELECT min(first.from_seq) FROM publication first
            WHERE first.recipient = publication.recipient AND first.purpose = publication.purpose
            AND first.type = publication.type AND first.resource_id = publication.resource_id
            AND first.version = publication.version
        )
    """)
    op.add_column("clock", sa.Column("epoke", _TEXT, nullable=False, server_default=""))
    named = sa.text("UPDATE clock SET epoke = :epoke").bindparams(epoke=str(uuid.uuid4()))
    op.execute(named)

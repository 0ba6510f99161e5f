"""The register answers from open search keys; the projection has a number; indexes for generic plans."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_FOREVER = 2**62
_KEPT = 65 * 60 * 1_000_000
"""An hour and five minutes: page links given before the upgrade go on by keys superseded no longer ago."""


def upgrade() -> None:
    """Keep the keys of open publications, and of those that page links may still ask for."""
    op.add_column("clock", sa.Column("projection", sa.Integer, nullable=False, server_default="0"))
    op.create_index("change_at", "change", ["at", "seq"])
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("publication_resource", "publication")
        op.create_index("publication_given", "publication", ["type", "resource_id", "recipient", "to_seq"])
    op.create_index("publication_recipient", "publication", ["recipient", "type", "to_seq"])
    op.execute("CREATE TABLE publication_key_0001 AS SELECT * FROM publication_key")
    op.drop_table("publication_key")
    _make_register()
    _fill_register()
    op.drop_table("publication_key_0001")


def _make_register() -> None:
    op.create_table(
        "publication_key",
        sa.Column("publication", sa.BigInteger, sa.ForeignKey("publication.id"), nullable=False),
        *(
            sa.Column(name, _TEXT, nullable=False)
            for name in ("recipient", "type", "param", "system", "value")
        ),
        sa.Column("to_seq", sa.BigInteger, nullable=False),
        sa.Column("superseded_in", _TEXT),
        sa.PrimaryKeyConstraint("recipient", "type", "param", "value", "system", "publication", "to_seq"),
    )
    op.create_index("publication_key_publication", "publication_key", ["publication"])
    superseded = sa.text("superseded_in IS NOT NULL")
    op.create_index(
        "publication_key_superseded",
        "publication_key",
        ["superseded_in", "to_seq"],
        sqlite_where=superseded,
        postgresql_where=superseded,
    )


def _fill_register() -> None:
    filling = sa.text("""
        INSERT INTO publication_key
            (publication, recipient, type, param, system, value, to_seq, superseded_in)
        SELECT k.publication, k.recipient, k.type, k.param, k.system, k.value, p.to_seq,
            CASE WHEN p.to_seq < :forever THEN p.kind || '/' || p.record_id END
        FROM publication_key_0001 k
        JOIN publication p ON p.id = k.publication
        LEFT JOIN change c ON c.seq = p.to_seq
        WHERE p.closed_seq IS NULL AND (p.to_seq = :forever OR c.at > :reachable)
    """)
    last = op.get_bind().execute(sa.text("SELECT at FROM clock")).scalar_one()
    reachable = max(time.time_ns() // 1000, last) - _KEPT
    bound = filling.bindparams(
        sa.bindparam("forever", _FOREVER, sa.BigInteger),
        sa.bindparam("reachable", reachable, sa.BigInteger),
    )
    op.execute(bound)

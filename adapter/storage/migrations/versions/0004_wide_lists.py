"""Lists are walked in the order of their pages; names are keys in each recipient's register."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_FOREVER = 2**62
_KEPT = 65 * 60 * 1_000_000
"""An hour and five minutes: the time that superseded publications keep their keys for page links."""

_LONGEST_NAME = 125
_COVERED = (
    "deleted", "purpose", "from_seq", "valid_from", "valid_to", "closed_seq", "kind", "record_id", "blob",
)  # fmt: skip


def upgrade() -> None:
    """Index what pages are ordered by, and take the names of publications into the register."""
    op.drop_index("publication_recipient", "publication")
    led = ["recipient", "type", "to_seq"]
    op.create_index("publication_by_id", "publication", [*led, "resource_id", *_COVERED])
    op.create_index("publication_by_updated", "publication", [*led, "updated", "resource_id"])
    op.drop_index("publication_key_publication", "publication_key")
    op.create_index("publication_key_publication", "publication_key", ["publication", "param", "value"])
    _fill_names()


def _fill_names() -> None:
    """The keys that a write makes; two long names of a publication can have one key."""
    filling = sa.text("""
        INSERT INTO publication_key
            (publication, recipient, type, param, system, value, to_seq, superseded_in)
        SELECT DISTINCT p.id, p.recipient, p.type, i.param, '', substr(i.value, 1, :longest), p.to_seq,
            CASE WHEN p.to_seq < :forever THEN p.kind || '/' || p.record_id END
        FROM publication p
        JOIN search_index i ON i.blob = p.blob AND i.param = 'name' AND i.kind = 'string'
        LEFT JOIN change c ON c.seq = p.to_seq
        WHERE p.type IN ('Organization', 'Patient', 'Practitioner')
            AND p.closed_seq IS NULL AND (p.to_seq = :forever OR c.at > :reachable)
    """)
    last = op.get_bind().execute(sa.text("SELECT at FROM clock")).scalar_one()
    reachable = max(time.time_ns() // 1000, last) - _KEPT
    bound = filling.bindparams(
        sa.bindparam("forever", _FOREVER, sa.BigInteger),
        sa.bindparam("reachable", reachable, sa.BigInteger),
        sa.bindparam("longest", _LONGEST_NAME, sa.Integer),
    )
    op.execute(bound)

"""The first schema: clock and changes, records, and what has been published of them to whom."""

from __future__ import annotations

import os

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables, start the clock, and draw the secret page tokens are sealed with."""
    _changes()
    _records()
    _publications()
    op.execute("INSERT INTO clock (one, seq, at) VALUES (1, 0, 0)")
    secret = sa.table("secret", sa.column("name", sa.Text), sa.column("value", sa.LargeBinary))
    op.execute(secret.insert().values(name="pages", value=os.urandom(32)))


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _row_id() -> sa.Column[int]:
    return sa.Column("id", _ROW_ID, primary_key=True)


def _changes() -> None:
    op.create_table(
        "clock",
        sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
        _number("seq"),
        _number("at"),
    )
    op.create_table(
        "secret",
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "change",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        _number("at"),
        _text("caller"),
        _text("person", nullable=True),
        _text("organisation", nullable=True),
        _text("purpose", nullable=True),
        _text("request_id"),
        _text("interaction"),
    )


def _records() -> None:
    op.create_table(
        "record",
        _text("kind"),
        _text("id"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    op.create_table(
        "record_version",
        _text("kind"),
        _text("id"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seq", sa.BigInteger, sa.ForeignKey("change.seq"), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "version"),
    )
    op.create_index("record_version_seq", "record_version", ["seq"])
    op.create_table(
        "record_key",
        _text("kind"),
        _text("system"),
        _text("value"),
        _text("id"),
        sa.PrimaryKeyConstraint("kind", "system", "value"),
    )
    op.create_index("record_key_id", "record_key", ["kind", "id"])
    op.create_table(
        "residue",
        _text("kind"),
        _text("record_id"),
        _text("type"),
        _text("part_id"),
        _text("writer"),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id", "type", "part_id"),
    )
    op.create_table(
        "permit",
        _row_id(),
        _text("record_id"),
        _text("recipient"),
        _text("purpose"),
        _text("del"),
        _text("emne"),
        sa.Column("deny", sa.Boolean, nullable=False),
        _text("samtykke"),
        _text("regel"),
        _number("valid_from"),
        _number("valid_to"),
    )
    op.create_index("permit_record", "permit", ["record_id"])
    op.create_index("permit_recipient", "permit", ["recipient"])


def _publications() -> None:
    op.create_table(
        "blob",
        _row_id(),
        sa.Column("hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "search_index",
        _row_id(),
        sa.Column("blob", sa.BigInteger, sa.ForeignKey("blob.id"), nullable=False),
        _text("param"),
        _text("kind"),
        _text("system"),
        _text("value"),
        _number("low", nullable=True),
        _number("high", nullable=True),
    )
    op.create_index("search_index_blob", "search_index", ["blob", "param"])
    op.create_table(
        "holder",
        _text("type"),
        _text("id"),
        _text("kind"),
        _text("record_id"),
        sa.PrimaryKeyConstraint("type", "id"),
    )
    op.create_table(
        "publication",
        _row_id(),
        _text("recipient"),
        _text("purpose"),
        _text("type"),
        _text("resource_id"),
        sa.Column("version", sa.Integer, nullable=False),
        _number("updated"),
        sa.Column("blob", sa.BigInteger, sa.ForeignKey("blob.id")),
        sa.Column("deleted", sa.Boolean, nullable=False),
        _text("kind"),
        _text("record_id"),
        _text("permit", nullable=True),
        _number("from_seq"),
        _number("to_seq"),
        _number("valid_from"),
        _number("valid_to"),
        _number("closed_seq", nullable=True),
        _text("reason", nullable=True),
    )
    op.create_index("publication_resource", "publication", ["recipient", "type", "resource_id", "to_seq"])
    op.create_index("publication_record", "publication", ["kind", "record_id", "recipient", "to_seq"])
    op.create_table(
        "publication_key",
        sa.Column("publication", sa.BigInteger, sa.ForeignKey("publication.id"), nullable=False),
        _text("recipient"),
        _text("type"),
        _text("param"),
        _text("system"),
        _text("value"),
        sa.PrimaryKeyConstraint("recipient", "type", "param", "value", "system", "publication"),
    )
    op.create_index("publication_key_publication", "publication_key", ["publication"])

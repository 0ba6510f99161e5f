"""The tables as SQLAlchemy Core declares them; the migrations make them, and a test compares the two.

Instants are whole microseconds (``instants``). ``to_seq`` and ``valid_to`` hold FOREVER while open, so that
"holds now" is a plain comparison in both databases. Bodies are bytes, never the database's own JSON type,
which would reorder keys and rewrite numbers.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

SCHEMA = "0004"
"""The migration that this code reads and writes; ``Store.check`` refuses a database at any other."""

PROJECTION = 1
"""The number of the projection: raised by one when records give other publications or index rows.

A database keeps the number its publications were made by; where the two differ, ``db reproject`` is due.
"""

metadata = MetaData()
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")  # text sorts by code point everywhere
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows itself in INTEGER keys only

clock = Table(
    "clock",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("projection", Integer, nullable=False, server_default="0"),
    Column("epoke", _TEXT, nullable=False, server_default=""),
)

secret = Table(
    "secret",
    metadata,
    Column("name", _TEXT, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

change = Table(
    "change",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("caller", _TEXT, nullable=False),
    Column("person", _TEXT),
    Column("organisation", _TEXT),
    Column("purpose", _TEXT),
    Column("request_id", _TEXT, nullable=False),
    Column("interaction", _TEXT, nullable=False),
    Index("change_at", "at", "seq"),
)

record = Table(
    "record",
    metadata,
    Column("kind", _TEXT, nullable=False),
    Column("id", _TEXT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("touched", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("kind", "id"),
)

record_version = Table(
    "record_version",
    metadata,
    Column("kind", _TEXT, nullable=False),
    Column("id", _TEXT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("seq", BigInteger, ForeignKey("change.seq"), nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("kind", "id", "version"),
    Index("record_version_seq", "seq"),
)

record_key = Table(
    "record_key",
    metadata,
    Column("kind", _TEXT, nullable=False),
    Column("system", _TEXT, nullable=False),
    Column("value", _TEXT, nullable=False),
    Column("id", _TEXT, nullable=False),
    PrimaryKeyConstraint("kind", "system", "value"),
    Index("record_key_id", "kind", "id"),
)

residue = Table(
    "residue",
    metadata,
    Column("kind", _TEXT, nullable=False),
    Column("record_id", _TEXT, nullable=False),
    Column("type", _TEXT, nullable=False),
    Column("part_id", _TEXT, nullable=False),
    Column("writer", _TEXT, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("kind", "record_id", "type", "part_id"),
)

permit = Table(
    "permit",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("record_id", _TEXT, nullable=False),
    Column("recipient", _TEXT, nullable=False),
    Column("purpose", _TEXT, nullable=False),
    Column("del", _TEXT, key="del_", nullable=False),
    Column("emne", _TEXT, nullable=False),
    Column("deny", Boolean, nullable=False),
    Column("samtykke", _TEXT, nullable=False),
    Column("regel", _TEXT, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_to", BigInteger, nullable=False),
    Index("permit_record", "record_id"),
    Index("permit_recipient", "recipient"),
)

blob = Table(
    "blob",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("bytes", LargeBinary, nullable=False),
)

search_index = Table(
    "search_index",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("blob", BigInteger, ForeignKey("blob.id"), nullable=False),
    Column("param", _TEXT, nullable=False),
    Column("kind", _TEXT, nullable=False),
    Column("system", _TEXT, nullable=False),
    Column("value", _TEXT, nullable=False),
    Column("low", BigInteger),
    Column("high", BigInteger),
    Index("search_index_blob", "blob", "param"),
)

holder = Table(
    "holder",
    metadata,
    Column("type", _TEXT, nullable=False),
    Column("id", _TEXT, nullable=False),
    Column("kind", _TEXT, nullable=False),
    Column("record_id", _TEXT, nullable=False),
    PrimaryKeyConstraint("type", "id"),
)

_TESTED = (
    "deleted",
    "purpose",
    "from_seq",
    "valid_from",
    "valid_to",
    "closed_seq",
    "kind",
    "record_id",
    "blob",
)

publication = Table(
    "publication",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("recipient", _TEXT, nullable=False),
    Column("purpose", _TEXT, nullable=False),
    Column("type", _TEXT, nullable=False),
    Column("resource_id", _TEXT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("blob", BigInteger, ForeignKey("blob.id")),
    Column("deleted", Boolean, nullable=False),
    Column("kind", _TEXT, nullable=False),
    Column("record_id", _TEXT, nullable=False),
    Column("permit", _TEXT),
    Column("from_seq", BigInteger, nullable=False),
    Column("told_seq", BigInteger, nullable=False, server_default="0"),
    Column("to_seq", BigInteger, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_to", BigInteger, nullable=False),
    Column("closed_seq", BigInteger),
    Column("reason", _TEXT),
    # PostgreSQL takes an index led by the recipient by its first columns only. SQLite asks one led by the
    # resource for one recipient after the other, and stops early if nobody has the resource, which tells.
    Index("publication_resource", "recipient", "type", "resource_id", "to_seq").ddl_if(dialect="sqlite"),
    Index("publication_given", "type", "resource_id", "recipient", "to_seq").ddl_if(dialect="postgresql"),
    # Lists are walked in the order of their pages; an index that holds what is tested counts a whole list.
    Index("publication_by_id", "recipient", "type", "to_seq", "resource_id", *_TESTED),
    Index("publication_by_updated", "recipient", "type", "to_seq", "updated", "resource_id"),
    Index("publication_record", "kind", "record_id", "recipient", "to_seq"),
)

publication_key = Table(
    "publication_key",
    metadata,
    Column("publication", BigInteger, ForeignKey("publication.id"), nullable=False),
    Column("recipient", _TEXT, nullable=False),
    Column("type", _TEXT, nullable=False),
    Column("param", _TEXT, nullable=False),
    Column("system", _TEXT, nullable=False),
    Column("value", _TEXT, nullable=False),
    Column("to_seq", BigInteger, nullable=False),
    Column("superseded_in", _TEXT),
    # ``to_seq`` comes last: beside the value it would make SQLite seek a range, whose number of steps depends
    # on whether any key follows. Here both databases pass over superseded keys within the index.
    PrimaryKeyConstraint("recipient", "type", "param", "value", "system", "publication", "to_seq"),
    Index("publication_key_publication", "publication", "param", "value"),
    Index(
        "publication_key_superseded",
        "superseded_in",
        "to_seq",
        sqlite_where=text("superseded_in IS NOT NULL"),
        postgresql_where=text("superseded_in IS NOT NULL"),
    ),
)

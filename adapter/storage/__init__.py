"""Storage: every SQL statement of the adapter, in SQLAlchemy Core, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from adapter.storage.reader import Reader
from adapter.storage.recipient_reader import RecipientReader
from adapter.storage.search_keys import PAGES_LIVE
from adapter.storage.store import Store
from adapter.storage.values import (
    Change,
    ChangeNote,
    Desired,
    Matches,
    PermitRow,
    Position,
    PublicationChange,
    Published,
    RecordVersion,
    Residue,
    Touched,
)
from adapter.storage.writer import Writer

__all__ = [
    "PAGES_LIVE",
    "Change",
    "ChangeNote",
    "Desired",
    "Matches",
    "PermitRow",
    "Position",
    "PublicationChange",
    "Published",
    "Reader",
    "RecipientReader",
    "RecordVersion",
    "Residue",
    "Store",
    "Touched",
    "Writer",
]

"""Storage: every SQL statement of the adapter, in SQLAlchemy Core, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from adapter.storage.publication_plan import Key, OpenRow
from adapter.storage.reader import Reader
from adapter.storage.recipient_reader import RecipientReader
from adapter.storage.record_plan import Plan, PublicationsPlan, RecordPlan, plan_publications
from adapter.storage.search_keys import PAGES_LIVE
from adapter.storage.store import Store
from adapter.storage.values import (
    Change,
    ChangeNote,
    Content,
    Desired,
    Head,
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
    "Content",
    "Desired",
    "Head",
    "Key",
    "Matches",
    "OpenRow",
    "PermitRow",
    "Plan",
    "Position",
    "PublicationChange",
    "PublicationsPlan",
    "Published",
    "Reader",
    "RecipientReader",
    "RecordPlan",
    "RecordVersion",
    "Residue",
    "Store",
    "Touched",
    "Writer",
    "plan_publications",
]

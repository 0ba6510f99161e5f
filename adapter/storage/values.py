"""The values that go into the store and come out of it, frozen and independent of the database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from adapter.fhir.codec.stored import read_stored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from adapter.fhir.search.index import IndexRow
    from adapter.record.windows import Window


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """The caller, purpose and interaction of a change; never a birth number."""

    caller: str
    person: str | None
    organisation: str | None
    purpose: str | None
    request_id: str
    interaction: str


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """One version of one record; ``seq`` and ``at`` are the change that made it."""

    kind: str
    id: str
    version: int
    seq: int
    at: datetime
    note: ChangeNote
    body: dict[str, Any]


@dataclass(frozen=True)
class Head:
    """The newest version of a record: its number, and the changes that stored it and last touched it.

    A record is touched by a change of its body, residue, permits or publications.
    """

    version: int
    seq: int
    touched: int
    data: bytes

    @cached_property
    def body(self) -> dict[str, Any]:
        """The record, read when it is first asked for."""
        found: dict[str, Any] = read_stored(self.data)
        return found


class Touched(NamedTuple):
    """A record version a change made."""

    kind: str
    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Change:
    """One committed change; ``records`` is empty when only residue or publications changed."""

    seq: int
    at: datetime
    note: ChangeNote
    records: tuple[Touched, ...]


@dataclass(frozen=True, slots=True)
class Residue:
    """The residue of a part: FHIR content without a field in the record, with the recipient that wrote it."""

    writer: str
    body: dict[str, Any]


class PermitLike(Protocol):
    """A permit as it is flattened from a samtykke; ``PermitRow`` is one."""

    @property
    def recipient(self) -> str:
        """The recipient."""

    @property
    def purpose(self) -> str:
        """The formål; empty for every formål."""

    @property
    def del_(self) -> str:
        """The kind of part."""

    @property
    def emne(self) -> str:
        """The emne; empty for parts without an emne."""

    @property
    def deny(self) -> bool:
        """Is the row a deny?"""

    @property
    def samtykke(self) -> str:
        """The id of the samtykke the row comes from."""

    @property
    def regel(self) -> str:
        """The regel of the samtykke."""

    @property
    def window(self) -> Window:
        """The window in which the row holds."""


@dataclass(frozen=True, slots=True)
class PermitRow:
    """A row of a flattened samtykke: a permit (or a ``deny``) of one del and emne to a recipient."""

    recipient: str
    purpose: str
    del_: str
    emne: str
    deny: bool
    samtykke: str
    regel: str
    window: Window


@dataclass(frozen=True, slots=True)
class Content:
    """A resource as it is stored: the hash of its bytes, the bytes and its index rows.

    The bytes have no ``meta.versionId`` and ``meta.lastUpdated``, because those differ between recipients.
    ``body`` is None for a content that is stored already; the store then has its index rows too.
    """

    hash: bytes
    body: bytes | None = None
    index: Sequence[IndexRow] = ()

    @classmethod
    def of(cls, body: bytes, index: Sequence[IndexRow]) -> Content:
        """The content of new bytes."""
        return cls(hashlib.sha256(body).digest(), body, index)


@dataclass(frozen=True, slots=True)
class Desired:
    """A publication a recipient should have, from ``valid_from`` until ``valid_to`` (None: open)."""

    recipient: str
    purpose: str
    type: str
    id: str
    content: Content
    permit: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A version of a resource as published to one recipient; ``body`` is empty when ``deleted``."""

    recipient: str
    purpose: str
    type: str
    id: str
    version: int
    last_updated: datetime
    body: bytes
    deleted: bool
    kind: str
    record_id: str
    permit: str | None
    seq: int


Position = tuple[int, str]
"""The position where a page ended: lastUpdated in microseconds, and id; a page token holds it."""


class Matches(NamedTuple):
    """One page of a search, the total if asked for, and the position of the next page (None on the last)."""

    found: list[Published]
    total: int | None
    after: Position | None


Action = Literal["published", "deleted", "closed", "ended", "limited"]


class PublicationChange(NamedTuple):
    """A change to the publications of one resource to one recipient.

    ``version`` is the newest version published, 0 if there is none now. The action ``closed`` ends all access
    to the history, ``ended`` removes rows that had expired or had not begun, and ``limited`` gives the
    history an end.
    """

    recipient: str
    purpose: str
    type: str
    id: str
    version: int
    action: Action

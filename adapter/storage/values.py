"""What goes into the store and comes out of it: frozen values, no database in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from adapter.fhir.search.index import IndexRow
    from adapter.record.windows import Window


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """Who changes something, for what, by which interaction; never a birth number."""

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
    """What ``writer`` (a recipient) said about a part that the record has no field for."""

    writer: str
    body: dict[str, Any]


class PermitLike(Protocol):
    """A permit as it is flattened from a samtykke; ``PermitRow`` is one."""

    @property
    def recipient(self) -> str:
        """Whom it is for."""

    @property
    def purpose(self) -> str:
        """The formål; empty: whatever it is."""

    @property
    def del_(self) -> str:
        """The kind of part."""

    @property
    def emne(self) -> str:
        """The topic; empty: parts without one."""

    @property
    def deny(self) -> bool:
        """Does it close, not open?"""

    @property
    def samtykke(self) -> str:
        """Where it comes from."""

    @property
    def regel(self) -> str:
        """Which regel of the samtykke."""

    @property
    def window(self) -> Window:
        """When it holds."""


@dataclass(frozen=True, slots=True)
class PermitRow:
    """One row of a flattened samtykke: may (``deny``: may not) see ``del_`` and ``emne`` in ``window``."""

    recipient: str
    purpose: str
    del_: str
    emne: str
    deny: bool
    samtykke: str
    regel: str
    window: Window


@dataclass(frozen=True, slots=True)
class Desired:
    """A resource a recipient should have, from ``valid_from`` until ``valid_to`` (None: open).

    ``body`` carries no ``meta.versionId`` and ``meta.lastUpdated``; those are this recipient's own.
    """

    recipient: str
    purpose: str
    type: str
    id: str
    body: bytes
    index: Sequence[IndexRow]
    permit: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A version of a resource as one recipient was given it; ``body`` is empty when ``deleted``."""

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
"""Where a page ended: what it was sorted by and the id; goes into a page token as it is."""


class Matches(NamedTuple):
    """One page of a search, how many match in all, and where to go on (None: that was all)."""

    found: list[Published]
    total: int
    after: Position | None


Action = Literal["published", "deleted", "closed", "ended", "limited"]


class PublicationChange(NamedTuple):
    """What a write did to one recipient's resource; ``version`` is the newest given, 0 if it has none now.

    ``closed`` took its history away, ``ended`` leaves nothing shown now and nothing to tell (it had expired
    or had not begun), ``limited`` gave its history an end.
    """

    recipient: str
    purpose: str
    type: str
    id: str
    version: int
    action: Action

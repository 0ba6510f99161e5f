"""The reader of one caller: reads the publications to its recipients in one snapshot, and nothing else.

No look-up takes the id of a record or a key of the whole register, so neither an answer nor the time it takes
reveals what is hidden from the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.storage import given
from adapter.storage.instants import to_micros
from adapter.storage.search import search
from adapter.storage.visibility import CURRENT, Viewer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from adapter.fhir.search.query import SearchQuery
    from adapter.storage.values import Matches, Position, Published


class RecipientReader:
    """One snapshot, limited to the publications to one caller.

    Args:
        connection: the connection of the snapshot.
        recipients: the recipients the caller acts as, the most specific first.
        purpose: the caller's formål.
        now: the instant at which publications must hold.
    """

    def __init__(
        self, connection: Connection, recipients: Sequence[str], purpose: str, now: datetime
    ) -> None:
        self._connection = connection
        self._recipients = tuple(recipients)
        self._purpose = purpose
        self._now = to_micros(now)

    def published(self, type_: str, id_: str) -> Published | None:
        """The publication of a resource to the caller now, or its tombstone; None if there is neither."""
        return given.current(self._connection, self._view(), type_, id_)

    def published_version(self, type_: str, id_: str, version: int) -> Published | None:
        """One version that was published to the caller and is not closed or expired."""
        return given.version(self._connection, self._view(), type_, id_, version)

    def published_history(self, type_: str, id_: str) -> list[Published]:
        """Every version that was published to the caller and is not closed or expired, the newest first."""
        return given.history(self._connection, self._view(), type_, id_)

    def published_many(self, keys: Iterable[tuple[str, str]], as_of: int = CURRENT) -> list[Published]:
        """The publications to the caller of the resources (type, id), in the order of ``keys``."""
        found = given.many(self._connection, self._view(as_of), keys)
        return [one for one in found.values() if not one.deleted]

    def published_or_deleted(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Published]:
        """The publications to the caller of the resources (type, id) now, or their tombstones."""
        return given.many(self._connection, self._view(), keys)

    def search(
        self, query: SearchQuery, *, count: int, as_of: int = CURRENT, after: Position | None = None
    ) -> Matches:
        """One page of matches among the publications to the caller, with the total and the next position.

        ``as_of`` is the ``seq`` of the first page, on every page: writes between pages neither repeat nor
        drop a match. A publication closed or expired since the first page is missing from later pages.
        """
        return search(self._connection, self._view(as_of), query, count, after)

    def _view(self, as_of: int = CURRENT) -> Viewer:
        return Viewer(self._recipients, self._purpose, self._now, as_of)

"""Everything one caller can be told of one snapshot: what was published to its recipients, and nothing else.

No look-up here takes the id of a record or a key of the whole register: neither the answer nor the time it
takes can tell what is hidden from the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.storage import changes, given
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
    """One snapshot as one caller may know it.

    Args:
        connection: of the snapshot.
        recipients: the caller's, the most specific first.
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

    def seq(self) -> int:
        """The number of the last change; as-of reads with it see what is seen now."""
        return changes.now(self._connection)

    def published(self, type_: str, id_: str) -> Published | None:
        """What the caller is given of a resource now; its tombstone (``deleted``) too."""
        return given.current(self._connection, self._view(), type_, id_)

    def published_version(self, type_: str, id_: str, version: int) -> Published | None:
        """One version the caller was given and may still see."""
        return given.version(self._connection, self._view(), type_, id_, version)

    def published_history(self, type_: str, id_: str) -> list[Published]:
        """Every version the caller was given and may still see, the newest first."""
        return given.history(self._connection, self._view(), type_, id_)

    def published_many(self, keys: Iterable[tuple[str, str]], as_of: int = CURRENT) -> list[Published]:
        """Those of the resources (type, id) the caller is given, in the order asked for."""
        return given.many(self._connection, self._view(as_of), keys)

    def search(
        self, query: SearchQuery, *, count: int, as_of: int = CURRENT, after: Position | None = None
    ) -> Matches:
        """One page of what matches among what the caller is given: found, total, and where to go on.

        ``as_of`` is the ``seq`` of the first page, on every page: what is written meanwhile neither comes
        twice nor is missed. What has been closed or has expired since is gone from later pages too.
        """
        return search(self._connection, self._view(as_of), query, count, after)

    def _view(self, as_of: int = CURRENT) -> Viewer:
        return Viewer(self._recipients, self._purpose, self._now, as_of)

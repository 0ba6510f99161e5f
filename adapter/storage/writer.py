"""The writer of one change: every write to the store; its reads stay true until commit."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from adapter.storage import blobs, changes, permit_rows, publications, records
from adapter.storage.instants import from_micros
from adapter.storage.reader import Reader
from adapter.storage.tables import PROJECTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from adapter.storage.publications import Tick
    from adapter.storage.values import ChangeNote, Desired, PermitLike, PublicationChange


class Writer(Reader):
    """One change; it holds the clock. ``seq`` and ``at`` are the number and instant of the change."""

    def __init__(self, connection: Connection, note: ChangeNote, tick: Tick) -> None:
        super().__init__(connection)
        self._note = note
        self._tick = tick
        self.has_written = False

    @property
    def at(self) -> datetime:
        """The instant of this change, never before that of the change before it."""
        return from_micros(self._tick.at)

    def seq(self) -> int:
        """The number of this change."""
        return self._tick.seq

    def put_record(self, kind: str, id_: str, version: int, body: Mapping[str, Any]) -> None:
        """Store ``body`` as the next version of a record; ValueError if ``version`` is not the next."""
        self._writes()
        row = {"kind": kind, "id": id_, "version": version, "seq": self._tick.seq}
        records.put(self._connection, row, body)

    def put_keys(self, kind: str, id_: str, keys: Iterable[tuple[str, str]]) -> None:
        """Replace the keys (system, value) of a record; Conflict if another record has one of them."""
        if records.put_keys(self._connection, kind, id_, keys):
            self._writes()

    def put_residue(
        self, kind: str, record_id: str, type_: str, part_id: str, writer: str, body: Mapping[str, Any] | None
    ) -> None:
        """Replace the residue of a part, written by recipient ``writer``; None deletes it."""
        key = {"kind": kind, "record_id": record_id, "type": type_, "part_id": part_id}
        if records.put_residue(self._connection, key, writer, body):
            self._writes()

    def put_permits(self, record_id: str, rows: Iterable[PermitLike]) -> None:
        """Replace the permits of a sak."""
        if permit_rows.put(self._connection, record_id, rows):
            self._writes()

    def reconcile(
        self,
        kind: str,
        record_id: str,
        desired: Iterable[Desired],
        narrowed: Mapping[str, str],
        until: Mapping[str, datetime] = MappingProxyType({}),
    ) -> list[PublicationChange]:
        """Change the publications of a record to ``desired``; ``narrowed`` recipients lose its history.

        Args:
            kind: kind of the record.
            record_id: id of the record.
            desired: all publications from now on; those of one resource have windows that do not overlap.
            narrowed: recipients that see less than before, with the reason.
            until: recipients that will see less without a write, with the instant: their history of the
                record ends then, whatever is written later.

        Returns:
            The changes by recipient and resource; empty if no publication changed.

        Raises:
            Conflict: a resource with the same type and id belongs to another record.
        """
        made = publications.reconcile(
            self._connection, (kind, record_id), desired, narrowed, until, self._tick
        )
        if made:
            self._writes()
        return made

    def reindex(self) -> int:
        """Rebuild the search index and the register of search keys; returns the number of stored contents.

        An index is rebuilt after search parameters have been added, which stored contents have no rows for.
        """
        self._writes()
        return blobs.reindex(self._connection, self._tick.at)

    def put_projection(self) -> None:
        """Note that the stored publications are made by the mappings of this version of the program."""
        self._writes()
        changes.put_projection(self._connection, PROJECTION)

    def _writes(self) -> None:
        """Store the change note, before the first write."""
        if not self.has_written:
            changes.put(self._connection, self._tick.seq, self._tick.at, self._note)
            self.has_written = True

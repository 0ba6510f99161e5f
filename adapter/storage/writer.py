"""Everything that can be written in one change; a writer reads too, and what it reads stays so."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from adapter.storage import blobs, changes, permit_rows, publications, records
from adapter.storage.instants import from_micros
from adapter.storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from adapter.storage.publications import Tick
    from adapter.storage.values import ChangeNote, Desired, PermitLike, PublicationChange


class Writer(Reader):
    """One change in the making. ``seq`` and ``at`` are its number and instant; the clock is held."""

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
        """Make ``body`` the next version of a record; ValueError if ``version`` is not the next."""
        self._writes()
        row = {"kind": kind, "id": id_, "version": version, "seq": self._tick.seq}
        records.put(self._connection, row, body)

    def put_keys(self, kind: str, id_: str, keys: Iterable[tuple[str, str]]) -> None:
        """Let a record have these keys (system, value) alone; Conflict if another has one of them."""
        if records.put_keys(self._connection, kind, id_, keys):
            self._writes()

    def put_residue(
        self, kind: str, record_id: str, type_: str, part_id: str, writer: str, body: Mapping[str, Any] | None
    ) -> None:
        """Let a part have this residue, written by recipient ``writer``; None: have none."""
        key = {"kind": kind, "record_id": record_id, "type": type_, "part_id": part_id}
        if records.put_residue(self._connection, key, writer, body):
            self._writes()

    def put_permits(self, record_id: str, rows: Iterable[PermitLike]) -> None:
        """Let a sak have these permits alone."""
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
        """Let the recipients have exactly ``desired`` of a record; those ``narrowed`` lose its history.

        Args:
            kind: kind of the record.
            record_id: id of the record.
            desired: everything that is to be available from now on, several stretches of time for one
                resource if their windows do not overlap.
            narrowed: recipients that see less than before, and why.
            until: recipients that come to see less by time alone, and when: what they were given before then
                is history to them no longer than that, whatever is written later.

        Returns:
            What changed, nothing for what stayed as it was.

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
        """Make what search looks at anew from the stored resources; gives how many contents there are.

        Needed once after search parameters have been added: what was stored before does not answer to them.
        """
        self._writes()
        return blobs.reindex(self._connection)

    def _writes(self) -> None:
        """Say, with the first thing written, who writes."""
        if not self.has_written:
            changes.put(self._connection, self._tick.seq, self._tick.at, self._note)
            self.has_written = True

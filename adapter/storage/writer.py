"""The writer of one change: every write to the store; its reads stay true until commit."""

from __future__ import annotations

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
    from adapter.storage.record_plan import Plan, PublicationsPlan, RecordPlan
    from adapter.storage.values import ChangeNote, PermitLike, PublicationChange, Residue


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

    def put_residues(self, kind: str, id_: str, changed: Mapping[tuple[str, str], Residue | None]) -> None:
        """Replace the residue of parts (type, id) of a record; None deletes it."""
        self._writes()
        records.put_residues(self._connection, kind, id_, changed)

    def put_permits(self, record_id: str, rows: Iterable[PermitLike]) -> None:
        """Replace the permits of a sak."""
        self._writes()
        permit_rows.put(self._connection, record_id, rows)

    def publish(self, kind: str, id_: str, made: PublicationsPlan) -> list[PublicationChange]:
        """Change the publications of a record as planned.

        Returns:
            The changes by recipient and resource; empty if no publication changed.

        Raises:
            Conflict: a resource with the same type and id belongs to another record.
        """
        if not made.is_empty:
            self._writes()
        changed = publications.carry_out(self._connection, (kind, id_), made, self._tick)
        if changed:
            self._writes()
        return changed

    def store(self, plan: Plan) -> list[PublicationChange]:
        """Store a plan, record after record; returns the changed publications.

        Raises:
            Conflict: an identifier or a resource belongs to another record.
        """
        changed: list[PublicationChange] = []
        for made in plan.records:
            if not made.is_empty:
                changed += self._store(made)
        return changed

    def _store(self, made: RecordPlan) -> list[PublicationChange]:
        if made.version is not None:
            self.put_record(made.kind, made.id, made.version, made.after)
        else:
            self._writes()
            records.touch(self._connection, made.kind, made.id, self._tick.seq)
        if made.keys is not None:
            self.put_keys(made.kind, made.id, made.keys)
        if made.residue:
            self.put_residues(made.kind, made.id, made.residue)
        if made.permits is not None:
            self.put_permits(made.id, made.permits)
        return self.publish(made.kind, made.id, made.publications)

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

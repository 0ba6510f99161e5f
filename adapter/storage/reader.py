"""The reader of one snapshot of the store: every look-up of records, keys, residue and permits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.storage import changes, given, permit_rows, publications, records
from adapter.storage.instants import from_micros
from adapter.storage.recipient_reader import RecipientReader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from adapter.storage.publication_plan import Key, OpenRow
    from adapter.storage.values import Change, Head, PermitRow, Published, RecordVersion, Residue


class Reader:
    """One whole snapshot, without regard to consent; a caller's reads go by :meth:`for_recipients`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seq(self) -> int:
        """The number of the last change; a later read ``as_of`` this number sees the present state."""
        return changes.now(self._connection)

    def seq_and_secret(self, name: str) -> tuple[int, bytes]:
        """The number of the last change, and 32 random bytes made with the database.

        Raises:
            KeyError: there is no secret of that name.
        """
        return changes.with_secret(self._connection, name)

    def last_change(self) -> tuple[int, datetime]:
        """Number and instant of the last change."""
        seq, at = changes.last(self._connection)
        return seq, from_micros(at)

    def heads(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Head]:
        """The newest versions of the records (kind, id) that exist."""
        return records.heads(self._connection, keys)

    def touched(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """The change that last touched each of the records (kind, id) that exist."""
        return records.touched(self._connection, keys)

    def body_as_of(self, kind: str, id_: str, seq: int) -> dict[str, Any] | None:
        """The body a record had after a change, None if there was none."""
        return records.body_as_of(self._connection, kind, id_, seq)

    def record(self, kind: str, id_: str) -> RecordVersion | None:
        """The newest version of a record."""
        return records.current(self._connection, kind, id_)

    def record_version(self, kind: str, id_: str, version: int) -> RecordVersion | None:
        """One version of a record."""
        return records.version(self._connection, kind, id_, version)

    def record_versions(self, kind: str, id_: str) -> list[RecordVersion]:
        """Every version of a record, the newest first."""
        return records.versions(self._connection, kind, id_)

    def records(self, kind: str, after: str | None, count: int) -> list[RecordVersion]:
        """Up to ``count`` records in the order of their ids, from the first id beyond ``after``."""
        return records.page(self._connection, kind, after, count)

    def record_by_key(self, kind: str, system: str, value: str) -> str | None:
        """The id of the record that has a key."""
        return records.holder_of_key(self._connection, kind, system, value)

    def records_by_two_keys(
        self, kind: str, system: str, one: str, other: str
    ) -> tuple[str | None, str | None]:
        """The ids of the records that have two keys of one system."""
        return records.holders_of_two_keys(self._connection, kind, system, one, other)

    def changes(self, after_seq: int, count: int) -> list[Change]:
        """Up to ``count`` changes after a number, the oldest first."""
        return changes.since(self._connection, after_seq, count)

    def residues(self, kind: str, id_: str) -> dict[tuple[str, str], Residue]:
        """The residue of a record's parts, by resource type and part id."""
        return records.residues(self._connection, kind, id_)

    def permits(self, record_id: str) -> list[PermitRow]:
        """The permits of a sak as of its last write."""
        return permit_rows.of_record(self._connection, record_id)

    def saker_naming(self, recipient: str) -> list[str]:
        """The saker with a permit or a deny of a recipient."""
        return permit_rows.records_naming(self._connection, recipient)

    def holders(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
        """Kind and id of the record that each resource (type, id) belongs to, or belonged to before."""
        return publications.holders(self._connection, keys)

    def open_publications(self, kind: str, id_: str) -> dict[Key, list[OpenRow]]:
        """The open publications of a record, to every recipient."""
        return publications.open_rows(self._connection, kind, id_)

    def newest_versions(self, keys: Collection[Key]) -> dict[Key, int]:
        """The highest version of each key among its publications that are no longer open."""
        return publications.newest_versions(self._connection, keys)

    def standing(self) -> Iterator[Published]:
        """Every open publication to every recipient, equal contents one after the other."""
        return given.standing(self._connection)

    def for_recipients(self, recipients: Sequence[str], purpose: str, now: datetime) -> RecipientReader:
        """The same snapshot, limited to the publications to ``recipients``, the most specific first."""
        return RecipientReader(self._connection, recipients, purpose, now)

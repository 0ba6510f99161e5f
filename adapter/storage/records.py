"""Records, their versions, their identifiers (keys), and the residue of their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from adapter.errors import Conflict, IssueType, Message
from adapter.fhir.codec.stored import read_stored, render
from adapter.storage.compiled import Prepared
from adapter.storage.index_keys import indexed
from adapter.storage.instants import from_micros
from adapter.storage.tables import change, record, record_key, record_version, residue
from adapter.storage.values import ChangeNote, RecordVersion, Residue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Select

KEY_TAKEN = Message(
    "record-key-taken",
    IssueType.DUPLICATE,
    nb="En annen post av samme slag har allerede denne identifikatoren. "
    "Oppdater den posten, eller rett identifikatoren.",
    en="Another record of this kind already has this identifier. "
    "Update that record, or correct the identifier.",
)

_VERSIONS = select(record_version, change).join(change, change.c.seq == record_version.c.seq)
_CURRENT = _VERSIONS.join(
    record,
    (record.c.kind == record_version.c.kind)
    & (record.c.id == record_version.c.id)
    & (record.c.version == record_version.c.version),
)

_NEWEST = _CURRENT.where(record.c.kind == bindparam("kind"), record.c.id == bindparam("id"))
_NUMBERED = _VERSIONS.where(
    record_version.c.kind == bindparam("kind"),
    record_version.c.id == bindparam("id"),
    record_version.c.version == bindparam("version"),
)
_BY_KEY = Prepared(
    select(record_key.c.id).where(
        record_key.c.kind == bindparam("kind"),
        record_key.c.system == bindparam("system"),
        record_key.c.value == bindparam("value"),
    )
)


def _version(row: Sequence[Any]) -> RecordVersion:
    # Both tables have a seq, the same one: positions 3 and 5 of the row.
    kind, id_, version, seq, body, _, at, *note = row
    return RecordVersion(kind, id_, version, seq, from_micros(at), ChangeNote(*note), read_stored(body))


def current(connection: Connection, kind: str, id_: str) -> RecordVersion | None:
    """The newest version of a record, None if there is no such record."""
    return _one(connection, _NEWEST, {"kind": kind, "id": id_})


def version(connection: Connection, kind: str, id_: str, number: int) -> RecordVersion | None:
    """One version of a record, None if there is none."""
    return _one(connection, _NUMBERED, {"kind": kind, "id": id_, "version": number})


def _one(connection: Connection, query: Select[Any], parameters: dict[str, Any]) -> RecordVersion | None:
    row = connection.execute(query, parameters).one_or_none()
    return None if row is None else _version(row)


def versions(connection: Connection, kind: str, id_: str) -> list[RecordVersion]:
    """Every version of a record, the newest first; empty if there is no such record."""
    columns = record_version.c
    query = _VERSIONS.where(columns.kind == kind, columns.id == id_).order_by(columns.version.desc())
    return [_version(row) for row in connection.execute(query)]


def page(connection: Connection, kind: str, after: str | None, count: int) -> list[RecordVersion]:
    """Up to ``count`` records of a kind in the order of their ids, beyond the id ``after``."""
    query = _CURRENT.where(record.c.kind == kind).order_by(record.c.id).limit(count)
    if after is not None:
        query = query.where(record.c.id > after)
    return [_version(row) for row in connection.execute(query)]


def put(connection: Connection, row: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """Store a version (``kind, id, version, seq``), which must follow the newest.

    Raises:
        ValueError: the version does not follow the newest, which the writer must read in this transaction.
    """
    head = {"kind": row["kind"], "id": row["id"], "version": row["version"]}
    if row["version"] == 1:
        connection.execute(insert(record), head)
    else:
        follows = update(record).where(
            record.c.kind == row["kind"], record.c.id == row["id"], record.c.version == row["version"] - 1
        )
        if connection.execute(follows.values(version=row["version"])).rowcount != 1:
            raise ValueError("a record's versions follow each other without a gap")
    connection.execute(insert(record_version), {**row, "body": render(body)})


def holder_of_key(connection: Connection, kind: str, system: str, value: str) -> str | None:
    """The id of the record of this kind that has the key, None if no record has it."""
    parameters = {"kind": kind, "system": indexed(system), "value": indexed(value)}
    row = _BY_KEY.first(connection, parameters)
    return row[0] if row else None


def put_keys(connection: Connection, kind: str, id_: str, keys: Iterable[tuple[str, str]]) -> bool:
    """Replace the keys of a record; returns whether they changed.

    Raises:
        Conflict: another record of this kind has one of them.
    """
    here = (record_key.c.kind == kind, record_key.c.id == id_)
    query = select(record_key.c.system, record_key.c.value).where(*here)
    wanted = {(indexed(system), indexed(value)) for system, value in keys}
    had = {(row.system, row.value) for row in connection.execute(query)}
    if wanted == had:
        return False
    for system, value in wanted - had:
        if holder_of_key(connection, kind, system, value) is not None:
            raise Conflict(KEY_TAKEN.at(kind))
    connection.execute(delete(record_key).where(*here))
    if wanted:
        rows = [
            {"kind": kind, "id": id_, "system": system, "value": value} for system, value in sorted(wanted)
        ]
        connection.execute(insert(record_key), rows)
    return True


def residues(connection: Connection, kind: str, id_: str) -> dict[tuple[str, str], Residue]:
    """The residue of a record's parts, by resource type and part id."""
    query = select(residue).where(residue.c.kind == kind, residue.c.record_id == id_)
    return {
        (row.type, row.part_id): Residue(row.writer, read_stored(row.body))
        for row in connection.execute(query.order_by(residue.c.type, residue.c.part_id))
    }


def put_residue(
    connection: Connection, key: Mapping[str, str], writer: str, body: Mapping[str, Any] | None
) -> bool:
    """Replace the residue of a part (``kind, record_id, type, part_id``); None deletes it.

    Returns whether it changed.
    """
    here = [residue.c[name] == value for name, value in key.items()]
    had = connection.execute(select(residue.c.writer, residue.c.body).where(*here)).one_or_none()
    wanted = None if body is None else (writer, render(body))
    if (tuple(had) if had else None) == wanted:
        return False
    connection.execute(delete(residue).where(*here))
    if wanted is not None:
        connection.execute(insert(residue), {**key, "writer": wanted[0], "body": wanted[1]})
    return True

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
from adapter.storage.values import ChangeNote, Head, RecordVersion, Residue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

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


_LISTED = record.c.kind.in_(bindparam("kinds", expanding=True)) & record.c.id.in_(
    bindparam("ids", expanding=True)
)
"""The condition of records with one of the kinds and one of the ids: few rows beyond those meant."""

_HEADS = (
    select(
        record.c.kind,
        record.c.id,
        record.c.version,
        record_version.c.seq,
        record.c.touched,
        record_version.c.body,
    )
    .join(
        record_version,
        (record.c.kind == record_version.c.kind)
        & (record.c.id == record_version.c.id)
        & (record.c.version == record_version.c.version),
    )
    .where(_LISTED)
)
_TOUCHED = select(record.c.kind, record.c.id, record.c.touched).where(_LISTED)


def heads(connection: Connection, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Head]:
    """The newest versions of the records (kind, id) that exist."""
    return {
        (kind, id_): Head(version, seq, touched, body)
        for kind, id_, version, seq, touched, body in connection.execute(_HEADS, _among(keys))
        if (kind, id_) in keys
    }


def touched(connection: Connection, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The change that last touched each of the records (kind, id) that exist."""
    rows = connection.execute(_TOUCHED, _among(keys))
    return {(kind, id_): seq for kind, id_, seq in rows if (kind, id_) in keys}


def _among(keys: Collection[tuple[str, str]]) -> dict[str, list[str]]:
    """The parameters of ``_LISTED``."""
    return {"kinds": sorted({kind for kind, _ in keys}), "ids": sorted({id_ for _, id_ in keys})}


def body_as_of(connection: Connection, kind: str, id_: str, seq: int) -> dict[str, Any] | None:
    """The body a record had after change ``seq``, None if there was none."""
    columns = record_version.c
    query = select(columns.body).where(columns.kind == kind, columns.id == id_, columns.seq <= seq)
    body = connection.execute(query.order_by(columns.version.desc()).limit(1)).scalar_one_or_none()
    return None if body is None else read_stored(body)


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


_OF = (record.c.kind == bindparam("of_kind")) & (record.c.id == bindparam("of_id"))
_STEP = (
    update(record)
    .where(_OF, record.c.version == bindparam("was"))
    .values(version=bindparam("version"), touched=bindparam("touched"))
)
_TOUCH = update(record).where(_OF).values(touched=bindparam("touched"))
_ADD, _ADD_VERSION = insert(record), insert(record_version)


def put(connection: Connection, row: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """Store a version (``kind, id, version, seq``), which must follow the newest, and touch the record.

    Raises:
        ValueError: the version does not follow the newest, which the writer must read in this transaction.
    """
    head = {"kind": row["kind"], "id": row["id"], "version": row["version"], "touched": row["seq"]}
    if row["version"] == 1:
        connection.execute(_ADD, head)
    else:
        step = {"of_kind": head["kind"], "of_id": head["id"], "was": head["version"] - 1}
        step |= {"version": head["version"], "touched": head["touched"]}
        if connection.execute(_STEP, step).rowcount != 1:
            raise ValueError("a record's versions follow each other without a gap")
    connection.execute(_ADD_VERSION, {**row, "body": render(body)})


def touch(connection: Connection, kind: str, id_: str, seq: int) -> None:
    """Note that change ``seq`` touched a record."""
    connection.execute(_TOUCH, {"of_kind": kind, "of_id": id_, "touched": seq})


def holder_of_key(connection: Connection, kind: str, system: str, value: str) -> str | None:
    """The id of the record of this kind that has the key, None if no record has it."""
    parameters = {"kind": kind, "system": indexed(system), "value": indexed(value)}
    row = _BY_KEY.first(connection, parameters)
    return row[0] if row else None


_BY_KEYS = Prepared(
    select(record_key.c.value, record_key.c.id).where(
        record_key.c.kind == bindparam("kind"),
        record_key.c.system == bindparam("system"),
        record_key.c.value.in_([bindparam("one"), bindparam("other")]),
    )
)


def holders_of_two_keys(
    connection: Connection, kind: str, system: str, one: str, other: str
) -> tuple[str | None, str | None]:
    """The ids of the records of this kind that have two keys of one system, None for a key that none has."""
    values = indexed(one), indexed(other)
    parameters = {"kind": kind, "system": indexed(system), "one": values[0], "other": values[1]}
    found = dict(_BY_KEYS.all(connection, parameters))
    return found.get(values[0]), found.get(values[1])


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


_RESIDUES = (
    select(residue.c.type, residue.c.part_id, residue.c.writer, residue.c.body)
    .where(residue.c.kind == bindparam("kind"), residue.c.record_id == bindparam("record_id"))
    .order_by(residue.c.type, residue.c.part_id)
)


def residues(connection: Connection, kind: str, id_: str) -> dict[tuple[str, str], Residue]:
    """The residue of a record's parts, by resource type and part id."""
    rows = connection.execute(_RESIDUES, {"kind": kind, "record_id": id_})
    return {(type_, part): Residue(writer, read_stored(body)) for type_, part, writer, body in rows}


def put_residues(
    connection: Connection, kind: str, record_id: str, changed: Mapping[tuple[str, str], Residue | None]
) -> None:
    """Replace the residue of parts (type, id) of a record; None deletes it."""
    rows = [
        {"kind": kind, "record_id": record_id, "type": type_, "part_id": part_id}
        for type_, part_id in changed
    ]
    here = [residue.c[name] == bindparam(f"of_{name}") for name in ("kind", "record_id", "type", "part_id")]
    connection.execute(
        delete(residue).where(*here), [{f"of_{name}": value for name, value in row.items()} for row in rows]
    )
    kept = [
        {**row, "writer": one.writer, "body": render(one.body)}
        for row, one in zip(rows, changed.values(), strict=True)
        if one is not None
    ]
    if kept:
        connection.execute(insert(residue), kept)

"""Blobs: contents shared by hash, so that bytes published to many recipients are stored and indexed once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select

from adapter.fhir.codec.stored import read_stored
from adapter.fhir.search.index import index_rows
from adapter.storage import search_keys
from adapter.storage.instants import window_end, window_start
from adapter.storage.search_keys import Keyed
from adapter.storage.tables import blob, publication, publication_key, search_index

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection, Select

    from adapter.fhir.search.index import IndexRow
    from adapter.storage.values import Content


_ADD, _ADD_INDEX = insert(blob), insert(search_index)
_BY_HASH = select(blob.c.hash, blob.c.id).where(blob.c.hash.in_(bindparam("hashes", expanding=True)))


def put_blobs(connection: Connection, contents: Collection[Content]) -> dict[bytes, int]:
    """Store the new contents with their index rows; returns the blob id of each hash."""
    hashes = {"hashes": [content.hash for content in contents]}
    known = {bytes(hash_): id_ for hash_, id_ in connection.execute(_BY_HASH, hashes)}
    missing = [content for content in contents if content.hash not in known]
    if missing:
        first = next_id(connection, HIGHEST_BLOB)
        rows = [
            {"id": first + index, "hash": content.hash, "bytes": content.body}
            for index, content in enumerate(missing)
        ]
        connection.execute(_ADD, rows)
        new = {content.hash: first + index for index, content in enumerate(missing)}
        known |= new
        index = [_index_row(new[content.hash], row) for content in missing for row in content.index]
        if index:
            connection.execute(_ADD_INDEX, index)
    return known


HIGHEST_BLOB, HIGHEST_PUBLICATION = select(func.max(blob.c.id)), select(func.max(publication.c.id))


def next_id(connection: Connection, highest: Select[Any]) -> int:
    """The id after the highest of a table. The one writer counts ids on, so that it knows them beforehand."""
    found: int | None = connection.execute(highest).scalar_one()
    return (found or 0) + 1


def stored_index(connection: Connection, blobs: Mapping[bytes, int]) -> dict[bytes, list[IndexRow]]:
    """The index rows of stored contents, by the hash of each blob id."""
    if not blobs:
        return {}
    query = select(blob.c.hash, blob.c.bytes).where(blob.c.id.in_(list(blobs.values())))
    return {bytes(hash_): index_rows(read_stored(body)) for hash_, body in connection.execute(query)}


def _index_row(blob_id: int, row: IndexRow) -> dict[str, Any]:
    dated = row.kind == "date"
    return {
        "blob": blob_id,
        "param": row.param,
        "kind": row.kind,
        "system": row.system or "",
        "value": row.value or "",
        "low": window_start(row.low) if dated else None,
        "high": window_end(row.high) if dated else None,
    }


def reindex(connection: Connection, at: int) -> int:
    """Rebuild all index rows, and the keys in use at ``at``; returns the number of contents.

    Index rows are made when a content is stored, so contents lack rows for search parameters added later.
    """
    connection.execute(delete(search_index))
    connection.execute(delete(publication_key))
    done, last = 0, 0
    while True:
        query = select(blob.c.id, blob.c.bytes).where(blob.c.id > last).order_by(blob.c.id).limit(_AT_ONCE)
        contents = {id_: index_rows(read_stored(body)) for id_, body in connection.execute(query)}
        if not contents:
            return done
        rows = [_index_row(id_, row) for id_, index in contents.items() for row in index]
        if rows:
            connection.execute(_ADD_INDEX, rows)
        keyed = select(publication).where(publication.c.blob.in_(list(contents)), search_keys.reachable(at))
        search_keys.put(
            connection,
            [
                Keyed(
                    row.id, row.recipient, row.type, contents[row.blob], (row.kind, row.record_id), row.to_seq
                )
                for row in connection.execute(keyed)
            ],
        )
        done, last = done + len(contents), max(contents)


_AT_ONCE = 500

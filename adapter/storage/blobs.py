"""Blobs: contents shared by hash, so that bytes published to many recipients are stored and indexed once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from adapter.fhir.codec.stored import read_stored
from adapter.fhir.search.index import index_rows
from adapter.storage import search_keys
from adapter.storage.instants import window_end, window_start
from adapter.storage.search_keys import Keyed
from adapter.storage.tables import blob, publication, publication_key, search_index

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adapter.fhir.search.index import IndexRow
    from adapter.storage.values import Desired


def put_blobs(connection: Connection, contents: Mapping[bytes, Desired]) -> dict[bytes, int]:
    """Store the new bodies with their index rows; returns the blob id of each hash."""
    query = select(blob.c.hash, blob.c.id).where(blob.c.hash.in_(list(contents)))
    known = {bytes(hash_): id_ for hash_, id_ in connection.execute(query)}
    missing = [hash_ for hash_ in contents if hash_ not in known]
    if missing:
        rows = [{"hash": hash_, "bytes": contents[hash_].body} for hash_ in missing]
        adding = insert(blob).returning(blob.c.id, sort_by_parameter_order=True)
        new = dict(zip(missing, connection.execute(adding, rows).scalars(), strict=True))
        index = [_index_row(id_, row) for hash_, id_ in new.items() for row in contents[hash_].index]
        if index:
            connection.execute(insert(search_index), index)
        known |= new
    return known


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
            connection.execute(insert(search_index), rows)
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

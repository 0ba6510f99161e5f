"""Blobs: contents shared by hash, so that bytes published to many recipients are stored and indexed once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from adapter.fhir.codec.stored import read_stored
from adapter.fhir.search.index import index_rows
from adapter.fhir.search.parameters import is_key
from adapter.storage.index_keys import indexed
from adapter.storage.instants import window_end, window_start
from adapter.storage.tables import blob, publication, publication_key, search_index

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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


def put_keys(
    connection: Connection, publications: Iterable[tuple[int, str, str, Sequence[IndexRow]]]
) -> None:
    """Store the keys (identifiers, persons) of publications, given as ``id, recipient, type, index``.

    Each recipient has its own rows, so a look-up by key never touches hidden resources, and takes no longer
    if many resources are hidden.
    """
    rows = [
        {
            "publication": id_,
            "recipient": recipient,
            "type": type_,
            "param": row.param,
            "system": indexed(row.system or ""),
            "value": indexed(row.value or ""),
        }
        for id_, recipient, type_, index in publications
        for row in dict.fromkeys(index)
        if is_key(type_, row.param, row.kind)
    ]
    if rows:
        connection.execute(insert(publication_key), rows)


def reindex(connection: Connection) -> int:
    """Rebuild all index rows and keys from the stored bytes; returns the number of contents.

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
        given = select(*(publication.c[name] for name in ("id", "recipient", "type", "blob")))
        publications = connection.execute(given.where(publication.c.blob.in_(list(contents)))).all()
        put_keys(connection, [(row.id, row.recipient, row.type, contents[row.blob]) for row in publications])
        done, last = done + len(contents), max(contents)


_AT_ONCE = 500

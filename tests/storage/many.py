"""Publications by the thousand, inserted as rows: far more than writes could make within a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import insert, text

from adapter.fhir.codec.stored import render
from adapter.fhir.search.index import index_rows
from adapter.storage import search_keys
from adapter.storage.blobs import _index_row
from adapter.storage.instants import ALWAYS, FOREVER
from adapter.storage.search_keys import Keyed
from adapter.storage.tables import blob, publication, search_index
from tests.storage.given import HOSPITAL, NURSE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Engine


class Row(NamedTuple):
    """A resource of the sak with a serial number, and the recipients that are given it."""

    serial: int
    resource: dict[str, Any]
    recipients: tuple[str, ...]


def insert_all(connection: Connection, rows: Iterable[Row]) -> None:
    """Insert publications with contents, index rows and keys; each resource is updated a moment later."""
    made = list(rows)
    index = [index_rows(row.resource) for row in made]
    contents = [
        {"id": place, "hash": place.to_bytes(32), "bytes": render(row.resource)}
        for place, row in enumerate(made, 1)
    ]
    indexed = [_index_row(place, row) for place, some in enumerate(index, 1) for row in some]
    given = [
        _published(place, row, recipient) for place, row in enumerate(made, 1) for recipient in row.recipients
    ]
    connection.execute(insert(blob), contents)
    connection.execute(insert(search_index), indexed)
    connection.execute(insert(publication), [{"id": id_, **one} for id_, one in enumerate(given, 1)])
    keyed = (
        Keyed(id_, one["recipient"], one["type"], index[one["blob"] - 1], ("sak", one["record_id"]))
        for id_, one in enumerate(given, 1)
    )
    search_keys.put(connection, keyed)


def analyze(engine: Engine) -> None:
    """Count the statistics that plans are made by; on PostgreSQL also note which blocks all can see."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("ANALYZE"))
            return
        driver: Any = connection.connection.driver_connection
        driver.autocommit = True
        driver.execute("VACUUM ANALYZE")
        driver.autocommit = False


def _published(place: int, row: Row, recipient: str) -> dict[str, Any]:
    return {
        "recipient": recipient,
        "purpose": "TREAT" if recipient in {HOSPITAL, NURSE} else "",
        "type": row.resource["resourceType"],
        "resource_id": row.resource["id"],
        "version": 1,
        "updated": place,
        "blob": place,
        "deleted": False,
        "kind": "sak",
        "record_id": f"s{row.serial}",
        "from_seq": row.serial + 1,
        "to_seq": FOREVER,
        "valid_from": ALWAYS,
        "valid_to": FOREVER,
    }

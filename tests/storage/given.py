"""Test data of the storage: a clock, a note, small resources, and publications of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapter.fhir.search.index import index_rows
from adapter.storage import ChangeNote, Content, Desired, plan_publications
from adapter.storage.instants import to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.storage import PublicationChange, Published, Store, Writer

T0 = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NOTE = ChangeNote("client-1", None, "123456785", "TREAT", "request-1", "update")
HOSPITAL = "organisasjon/hospital"
WARD = "organisasjon/ward"
NURSE = "ansatt/nurse"
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"


def patient(id_: str = "p1", number: str = "12856812055", **more: Any) -> dict[str, Any]:
    """A Patient with a synthetic birth number."""
    return {"resourceType": "Patient", "id": id_, "identifier": [{"system": FNR, "value": number}], **more}


def team(id_: str = "t1", person: str = "p1", **more: Any) -> dict[str, Any]:
    """A CareTeam about a person."""
    return {
        "resourceType": "CareTeam",
        "id": id_,
        "status": "active",
        "subject": {"reference": f"Patient/{person}"},
        **more,
    }


def to(
    recipient: str,
    resource: dict[str, Any],
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    purpose: str | None = None,
    permit: str | None = None,
) -> Desired:
    """A desired publication to a recipient; organisations and professionals have the purpose TREAT."""
    if purpose is None:
        purpose = "TREAT" if recipient.startswith(("organisasjon/", "ansatt/")) else ""
    return Desired(
        recipient,
        purpose,
        resource["resourceType"],
        resource["id"],
        Content.of(json.dumps(resource).encode(), index_rows(resource)),
        permit,
        since,
        until,
    )


def publish(
    store: Store,
    *desired: Desired,
    at: datetime = T0,
    record: str = "s1",
    narrowed: dict[str, str] | None = None,
    until: dict[str, datetime] | None = None,
) -> list[PublicationChange]:
    """One write that changes the publications of a sak to ``desired``."""
    with store.write(NOTE, at) as writer:
        return change_to(writer, desired, record, narrowed, until)


def change_to(
    writer: Writer,
    desired: Iterable[Desired],
    record: str = "s1",
    narrowed: dict[str, str] | None = None,
    until: dict[str, datetime] | None = None,
) -> list[PublicationChange]:
    """Change the publications of a sak to ``desired``; a write without a difference leaves no trace."""
    rows, at = writer.open_publications("sak", record), to_micros(writer.at)
    made = plan_publications(rows, desired, writer.newest_versions, at, narrowed or {}, until or {})
    return writer.publish("sak", record, made)


def read(
    store: Store, recipient: str = HOSPITAL, type_: str = "CareTeam", id_: str = "t1", now: datetime = T0
) -> Published | None:
    """The publication of a resource to one recipient."""
    with store.read() as reader:
        return reader.for_recipients((recipient,), "TREAT", now).published(type_, id_)


def told(found: Published | None) -> object:
    """A publication in short for a table: version and content mark, a tombstone, or None."""
    if found is None:
        return None
    return (found.version, "deleted" if found.deleted else json.loads(found.body).get("name"))


def history(store: Store, recipient: str = HOSPITAL, id_: str = "t1", now: datetime = T0) -> list[object]:
    """A recipient's history of a CareTeam, the newest first, as ``told``."""
    with store.read() as reader:
        return [
            told(row)
            for row in reader.for_recipients((recipient,), "TREAT", now).published_history("CareTeam", id_)
        ]


def versions(
    store: Store, recipient: str = HOSPITAL, id_: str = "t1", now: datetime = T0, upto: int = 5
) -> list[int]:
    """The versions a recipient can read by number."""
    with store.read() as reader:
        return [
            number
            for number in range(1, upto + 1)
            if reader.for_recipients((recipient,), "TREAT", now).published_version("CareTeam", id_, number)
        ]

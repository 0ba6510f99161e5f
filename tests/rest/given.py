"""Publications for tests of Bundles and of splicing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from adapter.fhir.codec.stored import render
from adapter.storage import Published

MOMENT = datetime(2026, 3, 1, 12, 30, 15, 250000, tzinfo=UTC)


def published(
    type_: str = "CareTeam", id_: str = "t1", version: int = 1, *, deleted: bool = False, **elements: Any
) -> Published:
    """One publication of a resource with these elements."""
    body = b"" if deleted else render({"resourceType": type_, "id": id_, **elements})
    return Published(
        recipient="kommune",
        purpose="",
        type=type_,
        id=id_,
        version=version,
        last_updated=MOMENT,
        body=body,
        deleted=deleted,
        kind="sak",
        record_id="s1",
        permit=None,
        seq=1,
    )

"""Splicing of ``meta.versionId`` and ``meta.lastUpdated`` into the stored bytes of a publication.

Recipients with the same content share stored bytes, so the bytes hold no version and no time; both are
inserted without decoding the bytes. https://hl7.org/fhir/R4/resource.html#Meta
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.search.subset import WHOLE, Subset, part_of

if TYPE_CHECKING:
    from datetime import datetime

    from adapter.storage import Published

_META = b',"meta":{'


def resource_bytes(published: Published, wanted: Subset = WHOLE) -> bytes:
    """The resource in JSON, with the version and time of the publication; only a subset is decoded.

    Raises:
        ValueError: the stored bytes do not begin with the type and id of the publication.
    """
    whole = _spliced(published)
    return whole if wanted.is_whole else render(part_of(read_stored(whole), wanted))


def _spliced(published: Published) -> bytes:
    body = published.body
    head = f'{{"resourceType":"{published.type}","id":"{published.id}"'.encode()
    if not body.startswith(head):
        raise ValueError("stored bytes must begin with resourceType and id")
    said = f'"versionId":"{published.version}","lastUpdated":"{instant(published.last_updated)}"'.encode()
    end = len(head)
    if not body.startswith(_META, end):
        return b"".join((head, _META, said, b"}", body[end:]))
    start = end + len(_META)
    separator = b"" if body.startswith(b"}", start) else b","
    return b"".join((body[:start], said, separator, body[start:]))


def instant(moment: datetime) -> str:
    """The moment as a FHIR ``instant`` in UTC. https://hl7.org/fhir/R4/datatypes.html#instant."""
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def reference(published: Published) -> str:
    """The reference of the publication: ``Type/id``."""
    return f"{published.type}/{published.id}"


def address(published: Published) -> str:
    """The address of this version: ``Type/id/_history/version``."""
    return f"{published.type}/{published.id}/_history/{published.version}"

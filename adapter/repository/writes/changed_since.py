"""Lists the parts of a record that changed after a version, each with the version and client."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message, Severity
from adapter.fhir.etags import read_tags
from adapter.record.parts import BY_NAME, parts, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.storage import RecordVersion

CHANGED_SINCE = Message(
    "changed-since",
    IssueType.CONFLICT,
    nb="Posten ble endret her i versjon {version} av {caller}.",
    en="The record was changed here in version {version} by {caller}.",
    severity=Severity.INFORMATION,
)


def changed_since(if_match: str, versions: list[RecordVersion]) -> tuple[Finding, ...]:
    """One finding for each part that changed after the version in If-Match, with version and client.

    Args:
        if_match: the header as sent; if it names no version of this record, there are no findings.
        versions: every version of the record, the newest first.
    """
    tags = read_tags(if_match)
    seen = {record.version for record in versions if tags and str(record.version) in tags.named}
    later = [record for record in reversed(versions) if seen and record.version >= max(seen)]
    found = (
        CHANGED_SINCE.at(place, version=new.version, caller=new.note.caller)
        for old, new in pairwise(later)
        for place in _places(new.kind, old.body, new.body, versions[0].body)
    )
    return tuple(dict.fromkeys(found))


def _places(kind: str, old: dict[str, Any], new: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """The places of the parts that differ, as in the record ``now``, then those of the record's own fields.

    A part that is deleted has no place; the place is then the list it was in.
    """
    before, after, standing = (
        {(part.kind, part.id): part for part in parts(kind, body)} for body in (old, new, now)
    )
    for key in before | after:
        was, became = before.get(key), after.get(key)
        if was is None or became is None or was.body != became.body:
            yield path_of(kind, now, standing[key]) if key in standing else _list_of(kind, key[0])
    for field in old | new:
        if not isinstance(new.get(field, old.get(field)), list | dict) and old.get(field) != new.get(field):
            yield f"{kind}.{field}"


def _list_of(kind: str, part: str) -> str:
    return f"{kind}.{BY_NAME[part].field}"

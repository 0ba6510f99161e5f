"""What has changed between two versions of a record, part by part, and who changed it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message, Severity
from adapter.record.parts import parts
from adapter.repository.preconditions import seen_versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.storage import RecordVersion

CHANGED_SINCE = Message(
    "changed-since",
    IssueType.CONFLICT,
    "Endret i versjon {version} av {caller}",
    "Changed in version {version} by {caller}",
    severity=Severity.INFORMATION,
)


def changed_since(if_match: str, versions: list[RecordVersion]) -> tuple[Finding, ...]:
    """One finding for each part changed after the version the writer built on, naming version and client.

    Args:
        if_match: the header as sent; where it names no version of this record there is nothing to compare.
        versions: every version of the record, the newest first.
    """
    seen = {record.version for record in versions if str(record.version) in seen_versions(if_match)}
    later = [record for record in reversed(versions) if seen and record.version >= max(seen)]
    return tuple(
        CHANGED_SINCE.at(place, version=new.version, caller=new.note.caller)
        for old, new in pairwise(later)
        for place in _places(new.kind, old.body, new.body)
    )


def _places(kind: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """The parts that differ, as ``sak.team(<id>)``; then the record's own fields."""
    before = {(part.kind, part.id): part for part in parts(kind, old)}
    after = {(part.kind, part.id): part for part in parts(kind, new)}
    for key in before | after:
        part = after.get(key) or before[key]
        if (key in before) != (key in after) or before[key].body != after[key].body:
            yield f"{kind}.{part.kind}({part.id})"
    for field in old | new:
        if not isinstance(new.get(field, old.get(field)), list | dict) and old.get(field) != new.get(field):
            yield f"{kind}.{field}"

"""The session of a write: transaction, instant, cached look-ups, and the records the write is to change.

Every step of a write works with the same session, so a record is read once, and each step sees the changes
of the steps before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.fhir.dates import OSLO
from adapter.record.identifiers import keys
from adapter.record.parts import parts
from adapter.repository.directory import Directory
from adapter.repository.revision import Revision

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from adapter.mapping import Mappings
    from adapter.repository.deployment import Deployment
    from adapter.repository.revision import Sent
    from adapter.storage import Residue, Writer

Key = tuple[str, str]
"""Kind and id of a record, or type and id of a resource."""


class Head(NamedTuple):
    """The newest version of a record: its number and its body."""

    version: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Session:
    """The state of one write, from its first look-up to its last row.

    Args:
        deployment: the municipality's set-up.
        writer: the transaction; it reads every record, so code that answers a recipient must not use it.
        now: the instant of the write, aware.
        revisions: the records the write changes, by kind and id.
    """

    deployment: Deployment
    writer: Writer
    now: datetime
    revisions: dict[Key, Revision] = field(default_factory=dict)
    _heads: dict[Key, Head | None] = field(default_factory=dict)
    _holders: dict[Key, Key | None] = field(default_factory=dict)
    _residues: dict[Key, dict[Key, Residue]] = field(default_factory=dict)

    @property
    def mappings(self) -> Mappings:
        """The mapping files, compiled."""
        return self.deployment.mappings

    @property
    def today(self) -> date:
        """The date of the write on the Norwegian clock."""
        return self.now.astimezone(OSLO).date()

    @property
    def directory(self) -> Directory:
        """Names and roller of ansatte and organisasjoner, including the changes of this write."""
        return Directory(self.body, self.holder)

    def head(self, kind: str, id_: str) -> Head | None:
        """The newest stored version of a record, None if there is none."""
        if (kind, id_) not in self._heads:
            found = self.writer.record(kind, id_)
            self._heads[kind, id_] = Head(found.version, found.body) if found else None
        return self._heads[kind, id_]

    def body(self, kind: str, id_: str) -> dict[str, Any] | None:
        """The record with the changes of this write, else its newest version; None if there is no record."""
        if (kind, id_) in self.revisions:
            return self.revisions[kind, id_].after
        head = self.head(kind, id_)
        return head.body if head else None

    def holder(self, type_: str, id_: str) -> Key | None:
        """The record a resource is part of: the record it was sent into in this write, or the stored one."""
        if (type_, id_) not in self._holders:
            self._holders[type_, id_] = self.writer.holder(type_, id_)
        return self._holders[type_, id_]

    def residues(self, kind: str, id_: str) -> Mapping[Key, Residue]:
        """The residue of a record's parts with the changes of this write, by resource type and part id."""
        if (kind, id_) not in self._residues:
            self._residues[kind, id_] = self.writer.residues(kind, id_)
        return self._residues[kind, id_]

    def revise(self, kind: str, after: dict[str, Any], sent: Mapping[Key, Sent]) -> None:
        """Note ``after`` as the record's next version, from the resources ``sent`` (empty: from a record)."""
        key = (kind, after["id"])
        head = self.head(*key)
        before = self.revisions.get(key) or Revision(kind, head.body if head else None, after)
        self.revisions[key] = replace(before, after=after, sent={**before.sent, **sent})
        self._holders.update(dict.fromkeys(sent, key))

    def keep_residue(self, record: Key, part: Key, writer: str, body: Mapping[str, Any] | None) -> None:
        """Store ``body`` as the residue of a part, written by recipient ``writer``; None deletes it."""
        self.writer.put_residue(*record, *part, writer, body)
        self._residues.pop(record, None)

    def store(self, revision: Revision) -> None:
        """Store the record's next version with its keys, if it differs from the newest."""
        kind, after = revision.kind, revision.after
        if revision.before == after:
            return
        head = self.head(kind, after["id"])
        version = head.version + 1 if head else 1
        self.writer.put_record(kind, after["id"], version, after)
        self.writer.put_keys(kind, after["id"], keys(kind, after))
        self._heads[kind, after["id"]] = Head(version, after)
        self._holders.update({(part.type, part.id): (kind, after["id"]) for part in parts(kind, after)})

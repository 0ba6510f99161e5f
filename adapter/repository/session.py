"""The session of a write: one snapshot's cached answers, the instant, and the records the write is to change.

Every step of a write works with the same session, so a record is read once, and each step sees the changes
of the steps before it. The session knows all it has asked, so that the writer can compare before it stores.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.stored import same
from adapter.fhir.dates import OSLO
from adapter.record.references import mentioned
from adapter.repository.directory import Directory
from adapter.repository.revision import Revision

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, datetime

    from adapter.mapping import Mappings
    from adapter.repository.deployment import Deployment
    from adapter.repository.revision import Sent
    from adapter.storage import Head, Plan, Reader, Residue, Writer

Key = tuple[str, str]
"""Kind and id of a record, or type and id of a resource."""

_ROLLE = "PractitionerRole"


@dataclass(frozen=True, slots=True)
class Session:
    """The state of one write, from its first look-up to its plan.

    Args:
        deployment: the municipality's set-up.
        reader: the snapshot; it reads every record, so code that answers a recipient must not use it.
        seq: the number of the last change of the snapshot.
        now: the instant of the write, aware, never before that of the last change.
        revisions: the records the write changes, by kind and id.
    """

    deployment: Deployment
    reader: Reader
    seq: int
    now: datetime
    revisions: dict[Key, Revision] = field(default_factory=dict)
    _heads: dict[Key, Head | None] = field(default_factory=dict)
    _holders: dict[Key, Key | None] = field(default_factory=dict)
    _sent: dict[Key, Key] = field(default_factory=dict)
    _identified: dict[tuple[str, str, str], str | None] = field(default_factory=dict)
    _naming: dict[str, list[str]] = field(default_factory=dict)
    _residues: dict[Key, dict[Key, Residue]] = field(default_factory=dict)
    _kept: dict[Key, dict[Key, Residue | None]] = field(default_factory=dict)

    @classmethod
    def begin(cls, deployment: Deployment, reader: Reader, now: datetime) -> Session:
        """A session on the snapshot of ``reader``; a clock that was set back does not turn time back."""
        seq, at = reader.last_change()
        return cls(deployment, reader, seq, max(now, at))

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

    def directory_as_of(self, seq: int) -> Directory:
        """Names and roller as they were after a change."""
        return Directory(lambda kind, id_: self._body_as_of(kind, id_, seq), self.holder)

    def head(self, kind: str, id_: str) -> Head | None:
        """The newest stored version of a record, None if there is none."""
        self.meet({(kind, id_)})
        return self._heads[kind, id_]

    def body(self, kind: str, id_: str) -> dict[str, Any] | None:
        """The record with the changes of this write, else its newest version; None if there is no record."""
        if (kind, id_) in self.revisions:
            return self.revisions[kind, id_].after
        head = self.head(kind, id_)
        return head.body if head else None

    def is_told_since(self, kind: str, id_: str, seq: int) -> bool:
        """Has an ansatt, rolle or organisasjon got another version after change ``seq``, or in this write?"""
        record = self.holder(_ROLLE, id_) if kind == "rolle" else (kind, id_)
        if record is None or record in self.revisions:
            return record is not None
        head = self.head(*record)
        return head is not None and head.seq > seq

    def meet(self, records: Collection[Key]) -> None:
        """Read several records at once, before each is asked for."""
        unknown = {key for key in records if key not in self._heads}
        if unknown:
            found = self.reader.heads(unknown)
            self._heads.update({key: found.get(key) for key in unknown})

    def meet_all_named_in(self, body: dict[str, Any]) -> None:
        """Read the ansatte, roller and organisasjoner that a record refers to, in two statements."""
        named = mentioned(body)
        roller = [(_ROLLE, id_) for kind, id_ in named if kind == "rolle"]
        held = self.stored_holders(roller)
        others = {key for key in named if key[0] in {"ansatt", "organisasjon"}}
        self.meet({*others, *(record for rolle in roller if (record := held[rolle]))})

    def holder(self, type_: str, id_: str) -> Key | None:
        """The record a resource is part of: the record it was sent into in this write, or the stored one."""
        if (type_, id_) in self._sent:
            return self._sent[type_, id_]
        return self.stored_holders([(type_, id_)])[type_, id_]

    def stored_holders(self, resources: Iterable[Key]) -> Mapping[Key, Key | None]:
        """The stored record of each of several resources, looked up at once; None for a new resource."""
        unknown = {key for key in resources if key not in self._holders}
        if unknown:
            found = self.reader.holders(unknown)
            self._holders.update({key: found.get(key) for key in unknown})
        return self._holders

    def identified(self, kind: str, system: str, value: str) -> str | None:
        """The id of the stored record of a kind that has an identifier; None if none has."""
        key = (kind, system, value)
        if key not in self._identified:
            self._identified[key] = self.reader.record_by_key(*key)
        return self._identified[key]

    def saker_naming(self, recipient: str) -> list[str]:
        """The saker with a stored permit or deny of a recipient."""
        if recipient not in self._naming:
            self._naming[recipient] = self.reader.saker_naming(recipient)
        return self._naming[recipient]

    def stored_residues(self, kind: str, id_: str) -> Mapping[Key, Residue]:
        """The stored residue of a record's parts, by resource type and part id."""
        if (kind, id_) not in self._residues:
            self._residues[kind, id_] = self.reader.residues(kind, id_)
        return self._residues[kind, id_]

    def residues(self, kind: str, id_: str) -> Mapping[Key, Residue]:
        """The residue of a record's parts with the changes of this write, by resource type and part id."""
        stored, kept = self.stored_residues(kind, id_), self._kept.get((kind, id_), {})
        merged = {**stored, **kept}
        return {key: residue for key, residue in merged.items() if residue is not None}

    def changed_residues(self, kind: str, id_: str) -> dict[Key, Residue | None]:
        """The residue this write changes, by resource type and part id; None deletes it."""
        stored = self.stored_residues(kind, id_)
        kept = self._kept.get((kind, id_), {})
        return {key: residue for key, residue in kept.items() if not _alike(residue, stored.get(key))}

    def revise(self, kind: str, after: dict[str, Any], sent: Mapping[Key, Sent]) -> None:
        """Note ``after`` as the record's next version, from the resources ``sent`` (empty: from a record)."""
        key = (kind, after["id"])
        head = self.head(*key)
        before = self.revisions.get(key) or Revision(kind, head.body if head else None, after)
        self.revisions[key] = replace(before, after=after, sent={**before.sent, **sent})
        self._sent.update(dict.fromkeys(sent, key))

    def hold_parts(self, revision: Revision) -> None:
        """Note that the parts of a revised record are its resources."""
        parts = revision.difference.after.values()
        self._sent.update({(part.type, part.id): revision.key for part in parts})

    def keep_residue(self, record: Key, part: Key, residue: Residue | None) -> None:
        """Note the residue of a part, with its writer; None deletes it."""
        self._kept.setdefault(record, {})[part] = residue

    def still_holds(self, writer: Writer, plan: Plan) -> bool:
        """Would the same plan be made now? Compared are the answers of the snapshot that others can change.

        Args:
            writer: the writer that is to store the plan; it holds the clock.
            plan: the plan of this session.
        """
        if plan.until is not None and writer.at >= plan.until:
            return False
        if writer.seq() == self.seq + 1:
            return True
        touched = {key: head.touched for key, head in self._heads.items() if head}
        held = {key: record for key, record in self._holders.items() if record}
        return (
            writer.touched(self._heads.keys()) == touched
            and writer.holders(self._holders.keys()) == held
            and all(writer.record_by_key(*key) == found for key, found in self._identified.items())
            and all(writer.saker_naming(who) == found for who, found in self._naming.items())
        )

    def _body_as_of(self, kind: str, id_: str, seq: int) -> dict[str, Any] | None:
        head = self.head(kind, id_)
        if head is None or head.seq <= seq:
            return head.body if head else None
        return self.reader.body_as_of(kind, id_, seq)


def _alike(one: Residue | None, other: Residue | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.writer == other.writer and same(one.body, other.body)

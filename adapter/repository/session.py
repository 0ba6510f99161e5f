"""The session of a write: its draft over one snapshot of the database, and the instant.

Every step of a write works with the same session, so a record is read once, and each step sees the changes
of the steps before it. The session knows all it has asked, so that the writer can compare before it stores.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.stored import same
from adapter.fhir.dates import OSLO
from adapter.record.references import mentioned
from adapter.repository.directory import Directory
from adapter.repository.draft import Draft

if TYPE_CHECKING:
    from datetime import date, datetime

    from adapter.repository.deployment import Deployment
    from adapter.repository.draft import Key
    from adapter.repository.revision import Revision
    from adapter.storage import Plan, Reader, Residue, Writer

_ROLLE = "PractitionerRole"


@dataclass(frozen=True, slots=True)
class Session(Draft):
    """The state of one write, from its first look-up to its plan.

    Args:
        reader: the snapshot of the database.
        seq: the number of the last change of the snapshot.
        now: the instant of the write, aware, never before that of the last change.
    """

    reader: Reader
    seq: int
    now: datetime
    _naming: dict[str, list[str]] = field(default_factory=dict, init=False)

    @classmethod
    def begin(cls, deployment: Deployment, reader: Reader, now: datetime) -> Session:
        """A session on the snapshot of ``reader``; a clock that was set back does not turn time back."""
        seq, at = reader.last_change()
        return cls(deployment, reader, seq, max(now, at))

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

    def is_told_since(self, kind: str, id_: str, seq: int) -> bool:
        """Has an ansatt, rolle or organisasjon got another version after change ``seq``, or in this write?"""
        record = self.holder(_ROLLE, id_) if kind == "rolle" else (kind, id_)
        if record is None or record in self.revisions:
            return record is not None
        head = self.head(*record)
        return head is not None and head.seq > seq

    def meet_all_named_in(self, body: dict[str, Any]) -> None:
        """Read the ansatte, roller and organisasjoner that a record refers to, in two statements."""
        named = mentioned(body)
        roller = [(_ROLLE, id_) for kind, id_ in named if kind == "rolle"]
        held = self.stored_holders(roller)
        others = {key for key in named if key[0] in {"ansatt", "organisasjon"}}
        self.meet({*others, *(record for rolle in roller if (record := held[rolle]))})

    def saker_naming(self, recipient: str) -> list[str]:
        """The saker with a stored permit or deny of a recipient."""
        if recipient not in self._naming:
            self._naming[recipient] = self.reader.saker_naming(recipient)
        return self._naming[recipient]

    def changed_residues(self, kind: str, id_: str) -> dict[Key, Residue | None]:
        """The residue this write changes, by resource type and part id; None deletes it."""
        stored = self.stored_residues(kind, id_)
        kept = self._kept.get((kind, id_), {})
        return {key: residue for key, residue in kept.items() if not _alike(residue, stored.get(key))}

    def hold_parts(self, revision: Revision) -> None:
        """Note that the parts of a revised record are its resources."""
        parts = revision.difference.after.values()
        self._sent.update({(part.type, part.id): revision.key for part in parts})

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

"""One write of one record or several: judged as a whole, stored as versions, published to all they concern.

Both doors end here, so a rule of law is asked once and consent is applied once, in the transaction that
stores the records. A write that changes nothing leaves nothing behind, not even a tick of the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adapter.consent.permits import permits
from adapter.fhir.dates import OSLO
from adapter.record.consequences import with_consequences
from adapter.record.identifiers import keys
from adapter.record.schema import KINDS
from adapter.repository.directory import Directory
from adapter.repository.judging import Judge
from adapter.repository.leavings import forget_stale
from adapter.repository.narrowing import bereft, narrowed, narrowing
from adapter.repository.projection import Projector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from adapter.errors import Finding
    from adapter.mapping import Mappings
    from adapter.repository.revision import Revision
    from adapter.storage import Writer


@dataclass(frozen=True, slots=True)
class Write:
    """A write transaction with what it is judged by."""

    writer: Writer
    mappings: Mappings
    now: datetime
    production: bool

    def store(self, revisions: Iterable[Revision], new_id: Callable[[], str]) -> tuple[Finding, ...]:
        """Make each ``after`` its record's next version, if no rule forbids any of them, and publish it.

        Residue is written before: what is published joins it. Whom a sak names is stored before the sak.

        Returns:
            What of the residue that stood no longer fits, as warnings; it is forgotten.

        Raises:
            Unprocessable: one is not valid, breaks a rule of law, or refers to what does not exist.
            Conflict: an identifier or id in one belongs to another record.
        """
        ordered = sorted(map(self._followed, revisions), key=lambda revision: KINDS.index(revision.kind))
        Judge(self.writer, self.mappings, self.now, self.production, ordered).judge()
        dropped: list[Finding] = []
        for revision in ordered:
            dropped += forget_stale(self.writer, self.mappings, revision, new_id)
            self._put(revision.kind, revision.before, revision.after)
        self._follow_ansatte(ordered)
        return tuple(dropped)

    def _follow_ansatte(self, written: list[Revision]) -> None:
        """Publish anew what ansatte see by a rolle, which they may hold no longer.

        Whoever begins to hold one sees by it from the next write of the sak, as by any new permit.
        """
        changed = [one for one in written if one.kind == "ansatt" and _held(one.before) != _held(one.after)]
        named = {id_ for one in changed for id_ in self.writer.saker_naming(f"ansatt/{one.after['id']}")}
        for id_ in sorted(named - {one.after["id"] for one in written if one.kind == "sak"}):
            head = self.writer.record("sak", id_)
            if head is not None:
                self.publish("sak", head.body, head.body)

    def _followed(self, revision: Revision) -> Revision:
        """The revision with what the law lets follow from it."""
        if revision.kind != "sak":
            return revision
        today = self.now.astimezone(OSLO).date()
        return replace(revision, after=with_consequences(revision.before, revision.after, today))

    def _put(self, kind: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
        if before != after:
            head = self.writer.record(kind, after["id"])
            self.writer.put_record(kind, after["id"], head.version + 1 if head else 1, after)
            self.writer.put_keys(kind, after["id"], keys(kind, after))
        self.publish(kind, before, after)

    def publish(self, kind: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
        """Give every recipient what it may have of a record, and close what it may have no longer.

        What only time will close is given until then, history too.
        """
        less: dict[str, str] = {}
        until: dict[str, datetime] = {}
        directory = Directory(self.writer)
        if kind == "sak":
            stood, stands = self.writer.permits(after["id"]), permits(after, directory.ansatt_with)
            self.writer.put_permits(after["id"], stands)
            less = bereft(stood, stands, self.now)
            less |= narrowed(before, after, directory.ansatt_with, self.now)
            until = narrowing(after, directory.ansatt_with, self.now)
        rest = self.writer.residues(kind, after["id"])
        projector = Projector(self.mappings, directory, self.now)
        self.writer.reconcile(kind, after["id"], projector.project(kind, after, rest), less, until)


def _held(ansatt: dict[str, Any] | None) -> list[Any]:
    """Which roller an ansatt holds, and when."""
    roller = (ansatt or {}).get("roller", ())
    return [
        (ansatt or {}).get("aktiv"),
        *((one["id"], one.get("aktiv"), one.get("gyldighet")) for one in roller),
    ]

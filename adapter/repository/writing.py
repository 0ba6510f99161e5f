"""One write of one record: judged as a whole, stored as a version, published to everyone it concerns.

Both doors end here, so a rule of law is asked once and consent is applied once, in the transaction that
stores the record. A write that changes nothing leaves nothing behind, not even a tick of the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.consent.permits import permits
from adapter.errors import Conflict, Finding, IssueType, Message, Severity, Unprocessable
from adapter.fhir import structure
from adapter.fhir.dates import OSLO
from adapter.record import rules, schema
from adapter.record.identifiers import keys
from adapter.record.parts import parts
from adapter.record.references import references
from adapter.repository.projection import Projector, narrowed

if TYPE_CHECKING:
    from datetime import datetime

    from adapter.mapping import Mappings
    from adapter.storage import Writer

KEY_TAKEN = Message(
    "identifier-taken",
    IssueType.DUPLICATE,
    "En annen post har denne identifikatoren; det finnes én sak per person og én post per enhet",
    "Another record has this identifier; there is one sak per person and one record per unit",
)
ID_TAKEN = Message(
    "id-taken",
    IssueType.DUPLICATE,
    "Id-en er brukt i en annen post",
    "The id is used in another record",
)
REFERENCE_BROKEN = Message(
    "reference-broken",
    IssueType.NOT_FOUND,
    "Viser til en {kind} som ikke finnes",
    "Refers to a {kind} that does not exist",
)


NOT_FHIR = Message(
    "not-valid-fhir",
    IssueType.INVALID,
    "Delen kan ikke sies i FHIR slik den står: {type} ville være ugyldig ved {place} ({cause})",
    "The part cannot be said in FHIR as it stands: {type} would be invalid at {place} ({cause})",
)


@dataclass(frozen=True, slots=True)
class Write:
    """A write transaction with what it is judged by."""

    writer: Writer
    mappings: Mappings
    now: datetime
    production: bool

    def store(self, kind: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
        """Make ``after`` the record's next version, if no rule forbids it, and publish what follows.

        Residue is written before: what is published joins it.

        Args:
            kind: sak, ansatt or organisasjon.
            before: the record as it stands, None for a new one.
            after: the record as it shall be, whole.

        Raises:
            Unprocessable: it is not valid, breaks a rule of law, or refers to what does not exist.
            Conflict: an identifier or id in it belongs to another record.
        """
        self._judge(kind, before, after)
        if before != after:
            head = self.writer.record(kind, after["id"])
            self.writer.put_record(kind, after["id"], head.version + 1 if head else 1, after)
            self.writer.put_keys(kind, after["id"], keys(kind, after))
        self.publish(kind, before, after)

    def publish(self, kind: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
        """Give every recipient what it may have of a record, and close what it may have no longer."""
        less: dict[str, str] = {}
        if kind == "sak":
            self.writer.put_permits(after["id"], permits(after, self.ansatt_with))
            less = narrowed(before, after, self.ansatt_with, self.now)
        rest = {key: residue.body for key, residue in self.writer.residues(kind, after["id"]).items()}
        projector = Projector(self.mappings, self.ansatt_with, self.now)
        self.writer.reconcile(kind, after["id"], projector.project(kind, after, rest), less)

    def ansatt_with(self, rolle: str) -> str | None:
        """The id of the ansatt who holds a rolle."""
        holder = self.writer.holder("PractitionerRole", rolle)
        return holder[1] if holder else None

    def _judge(self, kind: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
        check_schema(kind, after)
        today = self.now.astimezone(OSLO).date()
        broken = [
            *rules.check(kind, before, after, today=today, production=self.production),
            *self._broken_references(kind, after),
            *self._invalid_fhir(kind, before, after),
        ]
        if broken:
            raise Unprocessable(*broken)
        taken = [*self._taken_keys(kind, after), *self._taken_ids(kind, after)]
        if taken:
            raise Conflict(*taken)

    def _broken_references(self, kind: str, after: dict[str, Any]) -> list[Finding]:
        return [
            REFERENCE_BROKEN.at(reference.path, kind=reference.kind)
            for reference in references(kind, after)
            if not reference.local and not self._exists(reference.kind, reference.id)
        ]

    def _invalid_fhir(self, kind: str, before: dict[str, Any] | None, after: dict[str, Any]) -> list[Finding]:
        """What of the changed parts would not be valid R4: nothing invalid is ever published."""
        standing = {(part.type, part.id): part.body for part in parts(kind, before)} if before else {}
        return [
            NOT_FHIR.at(
                f"{kind}.{part.kind}({part.id})", type=part.type, place=found.expression, cause=found.code
            )
            for part in parts(kind, after)
            if standing.get((part.type, part.id)) != part.body
            for found in structure.check(self.mappings.of(part.kind).to_fhir(part.body, part.surroundings))
            if found.severity in {Severity.ERROR, Severity.FATAL}
        ]

    def _exists(self, kind: str, id_: str) -> bool:
        if kind == "rolle":
            return self.writer.holder("PractitionerRole", id_) is not None
        return self.writer.record(kind, id_) is not None

    def _taken_keys(self, kind: str, after: dict[str, Any]) -> list[Finding]:
        owners = [self.writer.record_by_key(kind, system, value) for system, value in keys(kind, after)]
        return [KEY_TAKEN.at(kind) for owner in owners if owner not in {None, after["id"]}]

    def _taken_ids(self, kind: str, after: dict[str, Any]) -> list[Finding]:
        holders = [(part, self.writer.holder(part.type, part.id)) for part in parts(kind, after)]
        return [
            ID_TAKEN.at(f"{kind}.{part.kind}({part.id})")
            for part, holder in holders
            if holder not in {None, (kind, after["id"])}
        ]


def check_schema(kind: str, body: dict[str, Any]) -> None:
    """Refuse (422) a record that is not one, naming every place."""
    invalid = schema.validate(kind, body)
    if invalid:
        raise Unprocessable(*invalid)

"""Where a resource belongs: the record it is a part of, found, changed or begun.

A Patient begins a sak, a Practitioner an ansatt, an Organization an organisasjon; the others belong to the
record of the person or professional they name. What is put is gathered, so that resources which come together
may name each other, and each record they touch is judged and stored once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from adapter.consent.labels import labelled
from adapter.consent.lens import KOMMUNE
from adapter.errors import Finding, IssueType, Message, Unprocessable
from adapter.fhir import json
from adapter.fhir.search.values import local
from adapter.mapping.rows import OTHER_SURROUNDINGS
from adapter.record.identifiers import SYSTEMS, keys
from adapter.record.parts import BY_NAME, PartKind, kind_of, part_of, put, surroundings, unlinked
from adapter.record.supply import supply
from adapter.repository.actors import with_references
from adapter.repository.revision import Revision, Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapter.repository.writing import Write

OWNER_UNKNOWN = Message(
    "owner-unknown",
    IssueType.NOT_FOUND,
    "Viser til en {type} som ikke finnes her; send den først",
    "Refers to a {type} that is not here; send that first",
    "https://hl7.org/fhir/R4/references.html",
)
LINK_UNKNOWN = Message(
    "link-unknown",
    IssueType.NOT_FOUND,
    "Viser til noe som ikke finnes i denne saken; send det først",
    "Refers to what is not in this person's record; send that first",
    "https://hl7.org/fhir/R4/references.html",
)
OWNERS = {
    "RelatedPerson": ("patient", "Patient"),
    "CareTeam": ("subject", "Patient"),
    "Consent": ("patient", "Patient"),
    "CarePlan": ("subject", "Patient"),
    "Goal": ("subject", "Patient"),
    "ServiceRequest": ("subject", "Patient"),
    "PractitionerRole": ("practitioner", "Practitioner"),
}
"""The element in which a part of somebody's record names whose it is."""
_RECORDS = {"Patient": "sak", "Practitioner": "ansatt", "Organization": "organisasjon"}
"""The record that each of those has."""
_OF_THE_DIRECTORY = {SYSTEMS["orgnr"], SYSTEMS["hpr"]}
_AROUND = {"Patient": "person", "Practitioner": "ansatt"}
"""What each is called by what stands in its record."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Puts resources and records in their place within one write; :meth:`finish` stores what came of it.

    Args:
        write: the transaction.
        new_id: makes ids.
        base_url: this service's FHIR base.
        writer: the recipient that writes, noted on the residue.
    """

    write: Write
    new_id: Callable[[], str]
    base_url: str
    writer: str
    _revisions: dict[tuple[str, str], Revision] = field(default_factory=dict)
    _holders: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def put(self, type_: str, resource: dict[str, Any], place: str = "") -> None:
        """Make the resource what its part of the record says, beginning the part or record if it is new.

        Args:
            type_: one of the types that are parts of a record.
            resource: valid R4, with its id.
            place: where it stands in what was sent, if that was more than this resource.

        Raises:
            Unprocessable: it says something that is neither mapped nor kept, or its owner is unknown.
        """
        kind = kind_of(resource)
        record = self._record_of(kind, resource)
        found = part_of(kind.record, record, type_, resource["id"])
        kind = BY_NAME[found.kind] if found else kind
        part, residue = self.read(kind, record, resource, found.body if found else None)
        self.put_part(kind, record, part, residue, Sent(place or type_, resource), self.writer)

    def read(
        self, kind: PartKind, record: dict[str, Any], resource: dict[str, Any], onto: dict[str, Any] | None
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The part of ``record`` a resource is, onto the part as the writer sees it, and its residue."""
        mapping = self.write.mappings.of(kind.name)
        around = surroundings(kind.record, record)
        own = self._owned(kind, record, _localised(resource, self.base_url))
        if kind.type == "Consent":
            own = with_references(own, partial(self._known, own))
        part, residue = mapping.to_plan(own, around, onto=onto, new_id=self.new_id)
        part = labelled(part, own) if kind.record == "sak" else part
        unknown = [mapping.place(link, part, own) for link in unlinked(kind, record, part)]
        if unknown:
            raise Unprocessable(*(LINK_UNKNOWN.at(place) for place in unknown))
        return part, residue

    def put_part(
        self,
        kind: PartKind,
        record: dict[str, Any],
        part: dict[str, Any],
        residue: dict[str, Any] | None,
        sent: Sent,
        writer: str,
    ) -> None:
        """Make ``part`` the record's, with this residue: ``writer``'s, unless it stood so already."""
        after = put(kind, record, part)
        kept = self.write.writer.residues(kind.record, after["id"]).get((kind.type, part["id"]))
        if not json.same(residue, kept.body if kept else None):
            self.write.writer.put_residue(kind.record, after["id"], kind.type, part["id"], writer, residue)
        self._holders[kind.type, part["id"]] = (kind.record, after["id"])
        self._revise(kind.record, after, {(kind.type, part["id"]): sent})

    def put_record(
        self, kind: str, body: dict[str, Any], rest: Mapping[tuple[str, str], dict[str, Any]]
    ) -> None:
        """Make ``body``, which is valid, the record, with the ids it left out, and ``rest`` its residue."""
        after = supply(kind, body, self._body(kind, body["id"]), self.new_id)
        for (type_, part_id), residue in rest.items():
            self.write.writer.put_residue(kind, after["id"], type_, part_id, self.writer, residue)
        self._revise(kind, after, {})

    def finish(self) -> tuple[Finding, ...]:
        """Store every record that was touched, once; see :meth:`Write.store` for what it gives and raises."""
        return self.write.store(self._revisions.values(), self.new_id)

    def owner(self, type_: str, resource: dict[str, Any]) -> tuple[str, str] | None:
        """Type and id of whose record a resource says it is part of; None if it says so nowhere.

        Somebody is named by reference, or by a number nobody else has: subject.identifier.
        """
        element, owner = OWNERS.get(type_, ("", ""))
        reference = resource.get(element) or {}
        if "reference" not in reference:
            return self._numbered(owner, self._number(resource, reference))
        named = local(reference["reference"], self.base_url)
        return named if named and named.type == owner else None

    def _number(self, resource: Mapping[str, Any], reference: Mapping[str, Any]) -> tuple[str, str]:
        """System and value of a reference's identifier, the system as the record has it."""
        identifier = reference.get("identifier") or {}
        system = identifier.get("system") or ""
        same = self.write.mappings.of(kind_of(resource).name).same
        return same.get(system, system), identifier.get("value") or ""

    def _known(self, resource: Mapping[str, Any], reference: Mapping[str, Any]) -> str | None:
        """The reference to the unit or professional whose number a logical reference gives."""
        number = self._number(resource, reference)
        if self.writer != KOMMUNE and number[0] not in _OF_THE_DIRECTORY:
            return None  # an employee's birth number is not for others to ask by
        found = (self._numbered(type_, number) for type_ in ("Organization", "Practitioner"))
        return next((f"{type_}/{id_}" for type_, id_ in filter(None, found)), None)

    def _numbered(self, type_: str, number: tuple[str, str]) -> tuple[str, str] | None:
        """The person, professional or unit that has a number, in this write or before it."""
        kind = _RECORDS.get(type_)
        if kind is None or not all(number):
            return None
        written = (
            id_ for (of, id_), one in self._revisions.items() if of == kind and number in keys(of, one.after)
        )
        id_ = next(written, None) or self.write.writer.record_by_key(kind, *number)
        body = self._body(kind, id_) if id_ else None
        if body is None:
            return None
        return type_, body["innbygger"]["id"] if kind == "sak" else body["id"]

    def _owned(self, kind: PartKind, record: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
        """The resource naming whose it is by reference too, where it does so by a number.

        Raises:
            Unprocessable: the number is another's than the reference's.
        """
        element, owner = OWNERS.get(kind.type, ("", ""))
        reference = own.get(element) or {}
        number = self._number(own, reference)
        known = keys(kind.record, record)
        if number not in known and number[0] in {system for system, _ in known}:
            place = f"{kind.type}.{element}.identifier"
            raise Unprocessable(OTHER_SURROUNDINGS.at(place, around=_AROUND[owner]))
        if "reference" in reference or number not in known:
            return own
        return {**own, element: {"reference": surroundings(kind.record, record)[_AROUND[owner]], **reference}}

    def _revise(self, kind: str, after: dict[str, Any], sent: dict[tuple[str, str], Sent]) -> None:
        before = self._revisions.get((kind, after["id"]))
        if before is None:
            head = self.write.writer.record(kind, after["id"])
            before = Revision(kind, head.body if head else None, after)
        revised = replace(before, after=after, sent={**before.sent, **sent})
        self._revisions[kind, after["id"]] = revised

    def _body(self, kind: str, id_: str) -> dict[str, Any] | None:
        """The record as this write has made it, else as it stands."""
        if (kind, id_) in self._revisions:
            return self._revisions[kind, id_].after
        head = self.write.writer.record(kind, id_)
        return head.body if head else None

    def _record_of(self, kind: PartKind, resource: dict[str, Any]) -> dict[str, Any]:
        """The record the resource is put into, or the beginning of a new one."""
        holder = self._holder(kind.type, resource["id"])
        if holder is None and kind.type in OWNERS:
            named = self.owner(kind.type, resource)
            holder = self._holder(*named) if named else None
            if holder is None:
                element, type_ = OWNERS[kind.type]
                raise Unprocessable(OWNER_UNKNOWN.at(f"{kind.type}.{element}", type=type_))
        body = self._body(*holder) if holder else None
        if body is not None:
            return body
        if kind.record == "sak":
            return {"id": self.new_id(), "tilstand": "aktiv"}
        return {"id": resource["id"]}

    def _holder(self, type_: str, id_: str) -> tuple[str, str] | None:
        """The record a resource is in: one of this write, or one that stands."""
        return self._holders.get((type_, id_)) or self.write.writer.holder(type_, id_)


def _localised(value: Any, base_url: str) -> Any:
    """The resource with absolute references to this service made relative, as the record knows them."""
    if isinstance(value, dict):
        return {
            key: item.removeprefix(f"{base_url}/")
            if key == "reference" and isinstance(item, str)
            else _localised(item, base_url)
            for key, item in value.items()
        }
    return [_localised(item, base_url) for item in value] if isinstance(value, list) else value

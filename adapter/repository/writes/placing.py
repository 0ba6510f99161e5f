"""Places a resource in the record it is part of: finds the record, or begins a new one, and changes the part.

A Patient begins a sak, a Practitioner an ansatt, an Organization an organisasjon; other resources belong to
the record of the person or professional they refer to. The session gathers the changed records, so that
resources of one write may refer to each other, and each record is judged and stored once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from adapter.consent.labels import labelled
from adapter.errors import IssueType, Message, Unprocessable
from adapter.fhir.codec.stored import same
from adapter.fhir.search.parameter_values import local
from adapter.mapping.rows import OTHER_SURROUNDINGS
from adapter.record.identifiers import keys
from adapter.record.parts import (
    BY_NAME,
    PartKind,
    holder_of,
    kind_of,
    part_of,
    put,
    surroundings,
    unlinked,
)
from adapter.record.supply import supply
from adapter.repository.revision import Sent
from adapter.repository.writes.actors import with_references

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapter.repository.session import Session
    from adapter.repository.writes.number_holders import Number, Numbers

OWNER_UNKNOWN = Message(
    "owner-unknown",
    IssueType.NOT_FOUND,
    nb="Referansen eller identifikatoren gjelder en ukjent {type}. Send {type}-ressursen først.",
    en="The reference or identifier names an unknown {type}. Send the {type} resource first.",
    source="https://hl7.org/fhir/R4/references.html",
)
LINK_UNKNOWN = Message(
    "link-unknown",
    IssueType.NOT_FOUND,
    nb="Referansen viser til en ressurs som ikke er i personens sak. Send den ressursen først.",
    en="The reference points to a resource that is not in the person's sak. Send that resource first.",
    source="https://hl7.org/fhir/R4/references.html",
)


@dataclass(frozen=True, slots=True)
class Placing:
    """Places resources and records within one write.

    Args:
        _session: the write; only :meth:`put` and :meth:`put_record`, the municipality's, look up sent ids.
        numbers: finds the resource that has a number, among those the sender may see.
        author: the recipient noted as writer of the residue by :meth:`put` and :meth:`put_record`.
    """

    _session: Session
    numbers: Numbers
    author: str

    def put(self, resource: dict[str, Any], place: str = "") -> None:
        """Place a resource the municipality sends: change its part, or begin the part or the record.

        Args:
            resource: valid R4 of a type that is a part of a record, with its id.
            place: the place of the resource in the Bundle; empty for a resource alone.

        Raises:
            Unprocessable: an element can be neither mapped nor kept as residue, or the owner is unknown.
        """
        kind = kind_of(resource)
        record = self._record_of(kind, resource)
        found = part_of(kind.record, record, kind.type, resource["id"])
        kind = BY_NAME[found.kind] if found else kind
        part, residue = self.read(kind, record, resource, found.body if found else None)
        self.put_part(kind, record, part, residue, Sent(place or kind.type, resource), self.author)

    def read(
        self, kind: PartKind, record: dict[str, Any], resource: dict[str, Any], onto: dict[str, Any] | None
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The part and the residue that a resource gives, mapped onto the part as the sender sees it."""
        deployment = self._session.deployment
        mapping = deployment.mappings.of(kind.name)
        around = surroundings(kind.record, record)
        own = self._owned(kind, record, _localised(resource, deployment.base_url))
        if kind.type == "Consent":
            own = with_references(own, partial(self._actor, kind))
        part, residue = mapping.to_plan(own, around, onto=onto, new_id=deployment.new_id)
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
        author: str,
    ) -> None:
        """Put ``part`` in the record, with its residue; residue that changed is noted as ``author``'s."""
        after = put(kind, record, part)
        record_key, part_key = (kind.record, after["id"]), (kind.type, part["id"])
        kept = self._session.residues(*record_key).get(part_key)
        if not same(residue, kept.body if kept else None):
            self._session.keep_residue(record_key, part_key, author, residue)
        self._session.revise(kind.record, after, {part_key: sent})

    def put_record(
        self, kind: str, body: dict[str, Any], rest: Mapping[tuple[str, str], dict[str, Any]]
    ) -> None:
        """Make a valid ``body``, with its missing ids supplied, the record, and store ``rest`` as residue."""
        before = self._session.body(kind, body["id"])
        after = supply(kind, body, before, self._session.deployment.new_id)
        for part_key, residue in rest.items():
            self._session.keep_residue((kind, after["id"]), part_key, self.author, residue)
        self._session.revise(kind, after, {})

    def owner(self, resource: dict[str, Any]) -> tuple[str, str] | None:
        """Type and id of the owner of a resource: the Patient or Practitioner it refers to; None if unknown.

        The owner is named by reference, or by a national number (subject.identifier).
        """
        kind = kind_of(resource)
        if not kind.owner:
            return None
        type_, reference = holder_of(kind.record).type, resource.get(kind.owner) or {}
        if "reference" not in reference:
            id_ = self.numbers.holder(type_, self._number(kind, reference))
            return (type_, id_) if id_ else None
        named = local(reference["reference"], self._session.deployment.base_url)
        return named if named and named.type == type_ else None

    def _number(self, kind: PartKind, reference: Mapping[str, Any]) -> Number:
        """System and value of a reference's identifier, the system as the record has it."""
        identifier = reference.get("identifier") or {}
        system = identifier.get("system") or ""
        same = self._session.mappings.of(kind.name).same
        return same.get(system, system), identifier.get("value") or ""

    def _actor(self, kind: PartKind, reference: Mapping[str, Any]) -> str | None:
        """The reference to the unit or professional whose number a logical reference gives."""
        number = self._number(kind, reference)
        found = ((type_, self.numbers.holder(type_, number)) for type_ in ("Organization", "Practitioner"))
        return next((f"{type_}/{id_}" for type_, id_ in found if id_), None)

    def _owned(self, kind: PartKind, record: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
        """The resource with a reference to its owner added, where it names the owner by number alone.

        Raises:
            Unprocessable: the number is not a number of the record's owner.
        """
        if not kind.owner:
            return own
        reference, around = own.get(kind.owner) or {}, holder_of(kind.record).around
        number, known = self._number(kind, reference), keys(kind.record, record)
        if number not in known and number[0] in {system for system, _ in known}:
            place = f"{kind.type}.{kind.owner}.identifier"
            raise Unprocessable(OTHER_SURROUNDINGS.at(place, around=around))
        if "reference" in reference or number not in known:
            return own
        return {**own, kind.owner: {"reference": surroundings(kind.record, record)[around], **reference}}

    def _record_of(self, kind: PartKind, resource: dict[str, Any]) -> dict[str, Any]:
        """The record the resource belongs to, or the beginning of a new record."""
        session = self._session
        holder = session.holder(kind.type, resource["id"])
        if holder is None and kind.owner:
            named = self.owner(resource)
            holder = session.holder(*named) if named else None
            if holder is None:
                type_ = holder_of(kind.record).type
                raise Unprocessable(OWNER_UNKNOWN.at(f"{kind.type}.{kind.owner}", type=type_))
        body = session.body(*holder) if holder else None
        if body is not None:
            return body
        if kind.record == "sak":
            return {"id": session.deployment.new_id(), "tilstand": "aktiv"}
        return {"id": resource["id"]}


def _localised(value: Any, base_url: str) -> Any:
    """The resource with absolute references to this service made relative, as the mapping expects."""
    if isinstance(value, dict):
        return {
            key: item.removeprefix(f"{base_url}/")
            if key == "reference" and isinstance(item, str)
            else _localised(item, base_url)
            for key, item in value.items()
        }
    return [_localised(item, base_url) for item in value] if isinstance(value, list) else value

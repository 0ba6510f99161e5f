"""Reads a resource as the part of a record, as far as the sender may see the record and look up numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from adapter.consent.labels import labelled
from adapter.errors import IssueType, Message, Unprocessable
from adapter.fhir.json_trees import with_texts
from adapter.fhir.search.parameter_values import local
from adapter.mapping.rows import OTHER_SURROUNDINGS, OWNER_UNKNOWN
from adapter.record.identifiers import keys
from adapter.record.parts import PartKind, holder_of, kind_of, surroundings, unlinked
from adapter.repository.writes.actors import with_references

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapter.repository.deployment import Deployment
    from adapter.repository.writes.number_holders import Number, Numbers

LINK_UNKNOWN = Message(
    "link-unknown",
    IssueType.NOT_FOUND,
    nb="Referansen viser til en ressurs som ikke er i personens sak. Send den ressursen først.",
    en="The reference points to a resource that is not in the person's sak. Send that resource first.",
    source="https://hl7.org/fhir/R4/references.html",
)


@dataclass(frozen=True, slots=True)
class PartReader:
    """Reads resources of one sender; nothing in it can look up a record.

    Args:
        deployment: the municipality's set-up.
        numbers: finds the resource that has a number, among those the sender may see.
    """

    deployment: Deployment
    numbers: Numbers

    def read(
        self, kind: PartKind, record: dict[str, Any], resource: dict[str, Any], onto: dict[str, Any] | None
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The part and the residue that a resource gives, mapped onto the part as the sender sees it."""
        mapping = self.deployment.mappings.of(kind.name)
        around = surroundings(kind.record, record)
        own = self._owned(kind, record, self._localised(resource))
        if kind.type == "Consent":
            own = with_references(own, partial(self._actor, kind))
        part, residue = mapping.to_plan(own, around, onto=onto, new_id=self.deployment.new_id)
        part = labelled(part, own) if kind.record == "sak" else part
        unknown = [mapping.place(link, part, own) for link in unlinked(kind, record, part)]
        if unknown:
            raise Unprocessable(*(LINK_UNKNOWN.at(place) for place in unknown))
        return part, residue

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
        named = local(reference["reference"], self.deployment.base_url)
        return named if named and named.type == type_ else None

    def _localised(self, resource: dict[str, Any]) -> dict[str, Any]:
        """The resource with absolute references to this service made relative, as the mapping expects."""
        here = f"{self.deployment.base_url}/"
        localised: dict[str, Any] = with_texts(resource, "reference", lambda said: said.removeprefix(here))
        return localised

    def _number(self, kind: PartKind, reference: Mapping[str, Any]) -> Number:
        """System and value of a reference's identifier, the system as the record has it."""
        identifier = reference.get("identifier") or {}
        system = identifier.get("system") or ""
        same = self.deployment.mappings.of(kind.name).same
        return same.get(system, system), identifier.get("value") or ""

    def _actor(self, kind: PartKind, reference: Mapping[str, Any]) -> str | None:
        """The reference to the unit or professional whose number a logical reference gives."""
        number = self._number(kind, reference)
        found = ((type_, self.numbers.holder(type_, number)) for type_ in ("Organization", "Practitioner"))
        return next((f"{type_}/{id_}" for type_, id_ in found if id_), None)

    def _owned(self, kind: PartKind, record: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
        """The resource with a reference to its owner added, where it names the owner by number alone.

        Raises:
            Unprocessable: the number is the number of another owner, or of none the sender may see.
        """
        if not kind.owner:
            return own
        reference, around = own.get(kind.owner) or {}, holder_of(kind.record).around
        number, known = self._number(kind, reference), keys(kind.record, record)
        if number not in known and number[0] in {system for system, _ in known}:
            place = f"{kind.type}.{kind.owner}.identifier"
            other = self.numbers.holder(holder_of(kind.record).type, number)
            raise Unprocessable((OTHER_SURROUNDINGS if other else OWNER_UNKNOWN).at(place, around=around))
        if "reference" in reference or number not in known:
            return own
        return {**own, kind.owner: {"reference": surroundings(kind.record, record)[around], **reference}}

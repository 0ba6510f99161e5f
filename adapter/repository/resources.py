"""Where a resource belongs: the record it is a part of, found, changed or begun.

A Patient begins a sak, a Practitioner an ansatt, an Organization an organisasjon; the others belong to the
record of the person or professional they name. Both doors' writes end in :class:`Write`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message, Unprocessable
from adapter.fhir.search.values import local
from adapter.record.parts import BY_TYPE, PartKind, parts, put, surroundings
from adapter.record.supply import supply
from adapter.repository.writing import check_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapter.repository.writing import Write

OWNER_UNKNOWN = Message(
    "owner-unknown",
    IssueType.NOT_FOUND,
    "Viser til en {type} som ikke finnes her; send den først",
    "Refers to a {type} that is not here; send that first",
)
_OWNERS = {
    "RelatedPerson": ("patient", "Patient"),
    "CareTeam": ("subject", "Patient"),
    "Consent": ("patient", "Patient"),
    "PractitionerRole": ("practitioner", "Practitioner"),
}


@dataclass(frozen=True, slots=True)
class Placing:
    """Puts resources and records in their place within one write.

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

    def put(self, type_: str, resource: dict[str, Any]) -> None:
        """Make the resource what its part of the record says, beginning the part or record if it is new.

        Raises:
            Unprocessable: it says something that is neither mapped nor kept, or its owner is unknown.
        """
        kind = BY_TYPE[type_]
        record, before = self._record_of(kind, resource)
        around = surroundings(kind.record, record)
        own = _localised(resource, self.base_url)
        found = next(
            (p.body for p in parts(kind.record, record) if (p.type, p.id) == (type_, own["id"])), None
        )
        mapping = self.write.mappings.of(kind.name)
        part, residue = mapping.to_plan(own, around, onto=found, new_id=self.new_id)
        after = put(kind, record, part)
        self.write.writer.put_residue(kind.record, after["id"], type_, own["id"], self.writer, residue)
        self.write.store(kind.record, before, after)

    def put_record(
        self, kind: str, body: dict[str, Any], rest: Mapping[tuple[str, str], dict[str, Any]]
    ) -> tuple[Finding, ...]:
        """Make ``body`` the record, with the ids it left out, and ``rest`` the residue of its parts.

        Returns:
            What of earlier residue no longer fits, as warnings.

        Raises:
            Unprocessable, Conflict: see :meth:`Write.store`.
        """
        check_schema(kind, body)
        head = self.write.writer.record(kind, body["id"])
        before = head.body if head else None
        after = supply(kind, body, before, self.new_id)
        for (type_, part_id), residue in rest.items():
            self.write.writer.put_residue(kind, after["id"], type_, part_id, self.writer, residue)
        dropped = self._drop_stale(kind, after)
        self.write.store(kind, before, after)
        return dropped

    def _drop_stale(self, kind: str, after: dict[str, Any]) -> tuple[Finding, ...]:
        """Forget the residue of parts that are gone; tell what of the rest no longer fits."""
        writer = self.write.writer
        standing = {(part.type, part.id): part for part in parts(kind, after)}
        dropped: list[Finding] = []
        for (type_, id_), residue in writer.residues(kind, after["id"]).items():
            part = standing.get((type_, id_))
            if part is None:
                writer.put_residue(kind, after["id"], type_, id_, residue.writer, None)
            else:
                mapping = self.write.mappings.of(part.kind)
                dropped += mapping.stale(part.body, part.surroundings, residue.body)
        return tuple(dropped)

    def _record_of(
        self, kind: PartKind, resource: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The record the resource is put into, and the same as it stands (None: it is only beginning)."""
        writer = self.write.writer
        holder = writer.holder(kind.type, resource["id"])
        if holder is None and kind.type in _OWNERS:
            holder = self._owner(kind, resource)
        if holder is not None:
            head = writer.record(*holder)
            if head is not None:
                return head.body, head.body
        if kind.record == "sak":
            return {"id": self.new_id(), "tilstand": "aktiv"}, None
        return {"id": resource["id"]}, None

    def _owner(self, kind: PartKind, resource: dict[str, Any]) -> tuple[str, str]:
        """The record of the person or professional a resource names, by reference or by identifier."""
        element, type_ = _OWNERS[kind.type]
        reference = resource.get(element) or {}
        named = local(reference.get("reference") or "", self.base_url)
        holder = self.write.writer.holder(*named) if named and named.type == type_ else None
        if holder is None:
            raise Unprocessable(OWNER_UNKNOWN.at(f"{kind.type}.{element}", type=type_))
        return holder


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

"""Places a resource in the record it is part of: finds the record, or begins a new one, and changes the part.

A Patient begins a sak, a Practitioner an ansatt, an Organization an organisasjon; other resources belong to
the record of the person or professional they refer to. The draft gathers the changed records, so that
resources of one write may refer to each other, and each record is judged and stored once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.consent.lens import KOMMUNE
from adapter.errors import Unprocessable
from adapter.fhir.codec.stored import same
from adapter.mapping.rows import OWNER_UNKNOWN
from adapter.record.parts import BY_NAME, PartKind, holder_of, kind_of, part_of, put
from adapter.record.supply import supply
from adapter.repository.revision import Sent
from adapter.storage import Residue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapter.repository.draft import Draft
    from adapter.repository.writes.part_reader import PartReader


@dataclass(frozen=True, slots=True)
class Placing:
    """Places the municipality's resources and records within one write; it looks up every record.

    Args:
        draft: the records of the write.
        reader: reads the resources.
    """

    draft: Draft
    reader: PartReader

    def put(self, resource: dict[str, Any], place: str = "") -> None:
        """Place a resource the municipality sends: change its part, or begin the part or the record.

        Args:
            resource: valid R4 of a type that is a part of a record, with its id.
            place: the place of the resource in the Bundle; empty for a resource alone.

        Raises:
            Unprocessable: an element can be neither mapped nor kept as residue, or the owner is unknown.
        """
        kind = kind_of(resource)
        record = self.record_of(kind, resource)
        found = part_of(kind.record, record, kind.type, resource["id"])
        kind = BY_NAME[found.kind] if found else kind
        part, residue = self.reader.read(kind, record, resource, found.body if found else None)
        sent = Sent(place or kind.type, resource)
        put_part(self.draft, kind, record, NewPart(part, residue, KOMMUNE), sent)

    def put_record(
        self, kind: str, body: dict[str, Any], rest: Mapping[tuple[str, str], dict[str, Any]]
    ) -> None:
        """Make a valid ``body``, with its missing ids supplied, the record, and store ``rest`` as residue."""
        before = self.draft.body(kind, body["id"])
        after = supply(kind, body, before, self.draft.deployment.new_id)
        for part_key, residue in rest.items():
            self.draft.keep_residue((kind, after["id"]), part_key, Residue(KOMMUNE, residue))
        self.draft.revise(kind, after, {})

    def record_of(self, kind: PartKind, resource: dict[str, Any]) -> dict[str, Any]:
        """The record the resource belongs to, or the beginning of a new record.

        Raises:
            Unprocessable: the owner that the resource refers to is unknown.
        """
        draft = self.draft
        holder = draft.holder(kind.type, resource["id"])
        if holder is None and kind.owner:
            named = self.reader.owner(resource)
            holder = draft.holder(*named) if named else None
            if holder is None:
                around = holder_of(kind.record).around
                raise Unprocessable(OWNER_UNKNOWN.at(f"{kind.type}.{kind.owner}", around=around))
        body = draft.body(*holder) if holder else None
        if body is not None:
            return body
        if kind.record == "sak":
            return {"id": draft.deployment.new_id(), "tilstand": "aktiv"}
        return {"id": resource["id"]}


class NewPart(NamedTuple):
    """A part as it is to stand, its residue, and the recipient noted as writer of residue that changes."""

    body: dict[str, Any]
    residue: dict[str, Any] | None
    author: str


def put_part(draft: Draft, kind: PartKind, record: dict[str, Any], new: NewPart, sent: Sent) -> None:
    """Put a part of ``kind`` in the record, with its residue; ``sent`` is the resource that says so."""
    after = put(kind, record, new.body)
    record_key, part_key = (kind.record, after["id"]), (kind.type, new.body["id"])
    kept = draft.residues(*record_key).get(part_key)
    if not same(new.residue, kept.body if kept else None):
        residue = None if new.residue is None else Residue(new.author, new.residue)
        draft.keep_residue(record_key, part_key, residue)
    draft.revise(kind.record, after, {part_key: sent})

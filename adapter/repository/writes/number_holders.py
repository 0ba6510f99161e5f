"""Finds the person, professional or unit that has a number, among the records the sender may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from adapter.fhir.search.parameter_values import Token
from adapter.fhir.search.parameters import SERVED
from adapter.fhir.search.query import Criterion, SearchQuery
from adapter.record.identifiers import keys
from adapter.record.parts import PARTS, holder_of

if TYPE_CHECKING:
    from adapter.repository.draft import Draft
    from adapter.storage import RecipientReader

Number = tuple[str, str]
"""System and value of an identifier, the system as the record has it."""


class Numbers(Protocol):
    """Finds the resource that has a number."""

    def holder(self, type_: str, number: Number) -> str | None:
        """The id of the resource of this type that has the number; None if none is found."""


@dataclass(frozen=True, slots=True)
class RegisteredNumbers:
    """Finds numbers in all records, including those of this write; only for the municipality."""

    draft: Draft

    def holder(self, type_: str, number: Number) -> str | None:
        """See :class:`Numbers`."""
        record = next((kind.record for kind in PARTS if kind.type == type_ and not kind.listed), None)
        if record is None or not all(number):
            return None
        written = (
            id_
            for (kind, id_), one in self.draft.revisions.items()
            if kind == record and number in keys(kind, one.after)
        )
        id_ = next(written, None) or self.draft.identified(record, *number)
        body = self.draft.body(record, id_) if id_ else None
        if body is None:
            return None
        field = holder_of(record).field
        found: str = (body[field] if field else body)["id"]
        return found


@dataclass(frozen=True, slots=True)
class GivenNumbers:
    """Finds numbers in the publications to the sender; a hidden number is as unknown as an unused one."""

    given: RecipientReader

    def holder(self, type_: str, number: Number) -> str | None:
        """See :class:`Numbers`."""
        parameter = SERVED.get(type_, {}).get("identifier")
        if parameter is None or not all(number):
            return None
        query = SearchQuery(type_, (Criterion(parameter, (Token(*number),)),))
        found = self.given.search(query, count=1).found
        return found[0].id if found else None

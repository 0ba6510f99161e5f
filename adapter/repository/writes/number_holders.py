"""Whom a number names: the person, professional or unit that has it, found as far as the writer may look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from adapter.fhir.search.parameter_values import Token
from adapter.fhir.search.parameters import SERVED
from adapter.fhir.search.query import Criterion, SearchQuery
from adapter.record.identifiers import keys
from adapter.record.parts import PARTS, holder_of

if TYPE_CHECKING:
    from adapter.repository.session import Session
    from adapter.storage import RecipientReader

Number = tuple[str, str]
"""System and value of an identifier, the system as the record has it."""


class Numbers(Protocol):
    """Finds who has a number."""

    def holder(self, type_: str, number: Number) -> str | None:
        """The id of the resource of this type that has the number; None if there is none to be found."""


@dataclass(frozen=True, slots=True)
class RegisteredNumbers:
    """All numbers of the municipality's records, those of this write too: for the municipality alone."""

    session: Session

    def holder(self, type_: str, number: Number) -> str | None:
        """See :class:`Numbers`."""
        record = next((kind.record for kind in PARTS if kind.type == type_ and not kind.listed), None)
        if record is None or not all(number):
            return None
        written = (
            id_
            for (kind, id_), one in self.session.revisions.items()
            if kind == record and number in keys(kind, one.after)
        )
        id_ = next(written, None) or self.session.writer.record_by_key(record, *number)
        body = self.session.body(record, id_) if id_ else None
        if body is None:
            return None
        field = holder_of(record).field
        found: str = (body[field] if field else body)["id"]
        return found


@dataclass(frozen=True, slots=True)
class GivenNumbers:
    """The numbers in what the writer was given: a number hidden from it is as unknown as one nobody has."""

    given: RecipientReader

    def holder(self, type_: str, number: Number) -> str | None:
        """See :class:`Numbers`."""
        parameter = SERVED.get(type_, {}).get("identifier")
        if parameter is None or not all(number):
            return None
        query = SearchQuery(type_, (Criterion(parameter, (Token(*number),)),))
        found = self.given.search(query, count=1).found
        return found[0].id if found else None

"""Decides a write of resources, all or none: one resource, or the entries of a Bundle.

https://hl7.org/fhir/R4/http.html#trules. All records are judged when every resource is placed. A step that
refuses entries names all of them, each at its place, and the next steps are not taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from adapter.record.parts import kind_of
from adapter.repository.reads.recipients import present
from adapter.repository.writes.deciding import WriteDecision, decide
from adapter.repository.writes.number_holders import GivenNumbers, RegisteredNumbers
from adapter.repository.writes.opened_sak import open_sak
from adapter.repository.writes.part_reader import PartReader
from adapter.repository.writes.placing import Placing, put_part
from adapter.repository.writes.preconditions import check_if_match
from adapter.repository.writes.puts_in_order import RefusedPuts, place_all
from adapter.repository.writes.recipient_writing import RecipientWriting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from adapter.repository.session import Session
    from adapter.repository.writes.puts_in_order import Put
    from adapter.security.caller import Caller
    from adapter.storage import Published, Reader, RecipientReader


@dataclass(frozen=True, slots=True)
class PutResult:
    """The result of a write through the FHIR door.

    ``published`` is None if the stored resource is not published to the caller: the caller may end its own
    participation, or label the resource with a topic it has no permit for.
    """

    published: Published | None
    created: bool

    @property
    def given(self) -> Published:
        """The publication to the caller; NotFound if there is none."""
        return present(self.published)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One caller's write of resources.

    Args:
        session: the session of the write.
        caller: the sender of the resources.
        recipients: the recipients the caller acts as, the most specific first.
        given: reads the publications to those recipients.
    """

    session: Session
    caller: Caller
    recipients: tuple[str, ...]
    given: RecipientReader

    def decision(self, puts: Sequence[Put]) -> WriteDecision[list[PutResult]]:
        """Place the resources, no two of the same type and id, and plan the write; one result for each.

        Raises:
            NotFound, Gone, Forbidden: the caller does not see the resource, or may not change it.
            PreconditionRequired, PreconditionFailed: If-Match is missing or names another version.
            Unprocessable, Conflict: see :meth:`Placing.put` and :func:`decide`.
        """
        before = self.given.published_or_deleted(put.key for put in puts)
        if self.caller.municipality:
            self.session.stored_holders(put.key for put in puts)
        reader, refused = self._reader(), RefusedPuts()
        for put in puts:
            with refused.of(put, "request.ifMatch"):
                self._check_version(put, before.get(put.key))
        refused.tell()
        place_all(puts, reader, lambda put: self._place(reader, put, before.get(put.key)))

        def results(reader: Reader, at: datetime) -> list[PutResult]:
            given = reader.for_recipients(self.recipients, self.caller.purpose, at)
            after = {(one.type, one.id): one for one in given.published_many(put.key for put in puts)}
            return [PutResult(after.get(put.key), _standing(before.get(put.key)) is None) for put in puts]

        return WriteDecision(decide(self.session).plan, results)

    def _reader(self) -> PartReader:
        if self.caller.municipality:
            return PartReader(self.session.deployment, RegisteredNumbers(self.session))
        return PartReader(self.session.deployment, GivenNumbers(self.given))

    def _check_version(self, put: Put, before: Published | None) -> None:
        if not self.caller.municipality and not put.is_new:
            present(before)
        version = before.version if before and not before.deleted else None
        check_if_match(put.if_match, version, required=self.session.deployment.if_match_required)

    def _place(self, reader: PartReader, put: Put, before: Published | None) -> None:
        if self.caller.municipality:
            Placing(self.session, reader).put(put.resource, put.element)
            return
        session = self.session
        opened = partial(open_sak, session)
        keep = partial(put_part, session)
        writing = RecipientWriting(self.given, opened, reader, keep, session.mappings, session.today)
        if put.is_new:
            writing.create(kind_of(put.resource), put.resource)
        else:
            writing.update(put.resource, present(before))


def _standing(found: Published | None) -> Published | None:
    """The publication, None for a tombstone."""
    return None if found is None or found.deleted else found

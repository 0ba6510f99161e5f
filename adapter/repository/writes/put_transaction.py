"""Decides a write of resources, all or none: one resource, or the entries of a Bundle.

https://hl7.org/fhir/R4/http.html#trules. The outcome does not depend on the order of the entries: the owner
of a record is placed before its parts, and all records are judged when every resource is placed. A step that
refuses entries names all of them, each at its place, and the next steps are not taken.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from adapter.errors import AdapterError
from adapter.record.parts import kind_of
from adapter.repository.reads.recipients import present
from adapter.repository.writes.deciding import WriteDecision, decide
from adapter.repository.writes.number_holders import GivenNumbers, RegisteredNumbers
from adapter.repository.writes.opened_sak import open_sak
from adapter.repository.writes.order import in_order
from adapter.repository.writes.part_reader import PartReader
from adapter.repository.writes.placing import Placing, put_part
from adapter.repository.writes.preconditions import check_if_match
from adapter.repository.writes.recipient_writing import RecipientWriting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from adapter.errors import Finding
    from adapter.repository.session import Session
    from adapter.security.caller import Caller
    from adapter.storage import Published, Reader, RecipientReader


@dataclass(frozen=True, slots=True)
class Put:
    """One resource to create or update.

    Args:
        type: one of the types that are parts of a record.
        resource: valid R4, with the id it is to have.
        if_match: the If-Match header as sent, None if absent.
        is_new: whether this service made the id, so that the caller creates and does not update.
        place: the place of its entry in the Bundle (``Bundle.entry[3]``); empty for a resource alone.
    """

    type: str
    resource: dict[str, Any]
    if_match: str | None = None
    is_new: bool = False
    place: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Type and id."""
        return self.type, self.resource["id"]

    @property
    def interaction(self) -> str:
        """The interaction that the caller's scope must allow."""
        return "create" if self.is_new else "update"

    @property
    def element(self) -> str:
        """The place of the resource in the Bundle; empty for a resource alone."""
        return f"{self.place}.resource" if self.place else ""


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
        reader, refused = self._reader(), _Refused()
        for put in puts:
            with refused.of(put, "request.ifMatch"):
                self._check_version(put, before.get(put.key))
        refused.tell()
        for put in in_order(puts, lambda put: put.resource, self.session.mappings):
            if refused.keys and reader.owner(put.resource) in refused.keys:
                continue  # Its owner is refused, so the resource cannot be judged.
            with refused.of(put, "resource"):
                self._place(reader, put, before.get(put.key))
        refused.tell()

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


@dataclass(slots=True)
class _Refused:
    """The refusals of one step, gathered over all resources; ``keys`` has type and id of those refused."""

    errors: list[AdapterError] = field(default_factory=list)
    keys: set[tuple[str, str]] = field(default_factory=set)

    @contextmanager
    def of(self, put: Put, element: str) -> Iterator[None]:
        """Catch and keep the refusal of one resource, each finding placed at its entry."""
        try:
            yield
        except AdapterError as error:
            self.keys.add(put.key)
            self.errors.append(type(error)(*(_placed(finding, put, element) for finding in error.findings)))

    def tell(self) -> None:
        """Raise the kept refusals as one error with every finding; the first refusal decides the status."""
        if self.errors:
            raise type(self.errors[0])(*(found for error in self.errors for found in error.findings))


def _placed(finding: Finding, put: Put, element: str) -> Finding:
    """A finding about one resource, placed at its entry; a finding without a place gets ``element``."""
    if not put.place:
        return finding
    if finding.expression is None:
        return replace(finding, expression=f"{put.place}.{element}")
    type_, dot, below = finding.expression.partition(".")
    return replace(finding, expression=f"{put.element}{dot}{below}" if type_ == put.type else put.element)


def _standing(found: Published | None) -> Published | None:
    """The publication, None for a tombstone."""
    return None if found is None or found.deleted else found

"""Resources put together, all or none: one, or the entries of a Bundle.

https://hl7.org/fhir/R4/http.html#trules. What they lead to does not depend on the order they came in: whose
record it is comes before what is in it, and every record is judged when all is in place. A step that
refuses tells of every entry it refuses, each at its place; the steps after it are not taken.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from adapter.errors import AdapterError
from adapter.record.parts import kind_of
from adapter.repository.reads.recipients import present
from adapter.repository.writes.number_holders import GivenNumbers, RegisteredNumbers
from adapter.repository.writes.opened_sak import open_sak
from adapter.repository.writes.order import in_order
from adapter.repository.writes.placing import Placing
from adapter.repository.writes.preconditions import check_if_match
from adapter.repository.writes.recipient_writing import RecipientWriting
from adapter.repository.writes.storing import store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapter.errors import Finding
    from adapter.repository.session import Session
    from adapter.security.caller import Caller
    from adapter.storage import Published, RecipientReader


@dataclass(frozen=True, slots=True)
class Put:
    """One resource to be put.

    Args:
        type: one of the types that are parts of a record.
        resource: valid R4, with the id it is to have.
        if_match: which version it builds on, as sent.
        is_new: whether the id was made for it, so that the caller creates and does not update.
        place: of its entry in what was sent (``Bundle.entry[3]``); empty for a resource alone.
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
        """What the caller's scope must allow."""
        return "create" if self.is_new else "update"

    @property
    def element(self) -> str:
        """Where in what was sent the resource stands; empty for a resource alone."""
        return f"{self.place}.resource" if self.place else ""


@dataclass(frozen=True, slots=True)
class PutResult:
    """What a write through the FHIR door led to.

    ``published`` is None where the caller is not given the resource as it is now: it may end its own
    participation, or label what it sends with a topic it is not permitted.
    """

    published: Published | None
    created: bool

    @property
    def given(self) -> Published:
        """What the caller is given now; NotFound if that is nothing."""
        return present(self.published)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One caller's resources and the one write they are put in.

    Args:
        session: the write.
        caller: who sends them.
        recipients: the caller's own, the most specific first.
        given: the snapshot as the caller may know it.
    """

    session: Session
    caller: Caller
    recipients: tuple[str, ...]
    given: RecipientReader

    def carry_out(self, puts: Sequence[Put]) -> list[PutResult]:
        """Put them all, no two of them the same, and store what comes of it; gives what each led to.

        Raises:
            NotFound, Gone, Forbidden: it is not this caller's to do.
            PreconditionRequired, PreconditionFailed: of If-Match.
            Unprocessable, Conflict: see :meth:`Placing.put` and :func:`store`.
        """
        before = {put.key: self.given.published(*put.key) for put in puts}
        placing, refused = self._placing(), _Refused()
        for put in puts:
            with refused.of(put, "request.ifMatch"):
                self._check_version(put, before[put.key])
        refused.tell()
        for put in in_order(puts, lambda put: put.resource, self.session.mappings):
            if placing.owner(put.resource) in refused.keys:
                continue  # Its owner is refused already, and nothing more can be said of it.
            with refused.of(put, "resource"):
                self._place(placing, put, before[put.key])
        refused.tell()
        store(self.session)
        after = (self.given.published(*put.key) for put in puts)
        return [
            PutResult(_standing(found), _standing(before[put.key]) is None)
            for put, found in zip(puts, after, strict=True)
        ]

    def _placing(self) -> Placing:
        if self.caller.municipality:
            return Placing(self.session, RegisteredNumbers(self.session), self.recipients[0])
        return Placing(self.session, GivenNumbers(self.given), self.recipients[0])

    def _check_version(self, put: Put, before: Published | None) -> None:
        if not self.caller.municipality and not put.is_new:
            present(before)
        version = before.version if before and not before.deleted else None
        check_if_match(put.if_match, version, required=self.session.deployment.if_match_required)

    def _place(self, placing: Placing, put: Put, before: Published | None) -> None:
        if self.caller.municipality:
            placing.put(put.resource, put.element)
            return
        session = self.session
        opened = partial(open_sak, session)
        writing = RecipientWriting(self.given, opened, placing, session.mappings, session.today)
        if put.is_new:
            writing.create(kind_of(put.resource), put.resource)
        else:
            writing.update(put.resource, present(before))


@dataclass(slots=True)
class _Refused:
    """The refusals of one step, gathered over all resources; ``keys`` are those of the resources refused."""

    errors: list[AdapterError] = field(default_factory=list)
    keys: set[tuple[str, str]] = field(default_factory=set)

    @contextmanager
    def of(self, put: Put, element: str) -> Iterator[None]:
        """Keep a refusal of one resource, each finding at its entry."""
        try:
            yield
        except AdapterError as error:
            self.keys.add(put.key)
            self.errors.append(type(error)(*(_placed(finding, put, element) for finding in error.findings)))

    def tell(self) -> None:
        """Raise what was kept, with every finding; the first refusal decides the status."""
        if self.errors:
            raise type(self.errors[0])(*(found for error in self.errors for found in error.findings))


def _placed(finding: Finding, put: Put, element: str) -> Finding:
    """A finding about one resource at its entry; what names no place is about its ``element``."""
    if not put.place:
        return finding
    if finding.expression is None:
        return replace(finding, expression=f"{put.place}.{element}")
    type_, dot, below = finding.expression.partition(".")
    return replace(finding, expression=f"{put.element}{dot}{below}" if type_ == put.type else put.element)


def _standing(found: Published | None) -> Published | None:
    return None if found is None or found.deleted else found

"""The repository: every interaction of both doors as one method, in one database transaction.

A read selects the publications to the caller's recipients that hold now, so no answer is filtered afterwards.
A write changes the record, and the transaction that stores the record also publishes the change.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adapter.consent.decision import explain
from adapter.errors import (
    BadRequest,
    Conflict,
    Finding,
    Forbidden,
    Gone,
    IssueType,
    Message,
    NotFound,
    Unprocessable,
)
from adapter.record import schema
from adapter.record.avvik import avvik
from adapter.record.parts import parts
from adapter.repository.reads.pages import Pages
from adapter.repository.reads.recipients import UNKNOWN, check_scope, present, recipients
from adapter.repository.reads.searching import Search, SearchResult
from adapter.repository.reprojection import Reprojected, reproject
from adapter.repository.session import Session
from adapter.repository.writes.changed_since import changed_since
from adapter.repository.writes.deciding import Answer, WriteDecision, decide
from adapter.repository.writes.number_holders import RegisteredNumbers
from adapter.repository.writes.part_reader import PartReader
from adapter.repository.writes.placing import Placing
from adapter.repository.writes.preconditions import check_if_match
from adapter.repository.writes.put_transaction import PutResult, Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from adapter.consent.decision import Decision
    from adapter.record.parts import Part
    from adapter.repository.deployment import Deployment
    from adapter.repository.writes.puts_in_order import Put
    from adapter.security.caller import Caller
    from adapter.storage import Change as StoredChange
    from adapter.storage import ChangeNote, Published, RecipientReader, RecordVersion, Store

DECIDED_ON_SNAPSHOTS = 2
"""The times a write is decided before the lock is taken; after that it is decided under the lock."""

RECIPIENTS_WRITE_LATER = Message(
    "recipient-writes-not-yet",
    IssueType.FORBIDDEN,
    nb="Foreløpig kan bare kommunen sende en transaksjon. Send ressursene hver for seg.",
    en="So far only the municipality may send a transaction. Send the resources one by one.",
)


@dataclass(frozen=True, slots=True)
class RecordChange:
    """The result of a write through the municipal door; ``dropped`` warns of residue that was deleted."""

    version: RecordVersion
    created: bool
    dropped: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Repository:
    """The adapter without its doors: the database ``store`` and the set-up of its municipality."""

    store: Store
    deployment: Deployment

    # The FHIR door

    def read(self, type_: str, id_: str, *, caller: Caller) -> Published:
        """https://hl7.org/fhir/R4/http.html#read; NotFound for what is not published to the caller."""
        check_scope(caller, type_, "read")
        with self._given(caller) as given:
            return present(given.published(type_, id_))

    def vread(self, type_: str, id_: str, version: int, *, caller: Caller) -> Published:
        """https://hl7.org/fhir/R4/http.html#vread of a version that was published to this caller."""
        check_scope(caller, type_, "read")
        with self._given(caller) as given:
            return present(given.published_version(type_, id_, version))

    def history(self, type_: str, id_: str, *, caller: Caller) -> list[Published]:
        """https://hl7.org/fhir/R4/http.html#history of an instance, the newest first."""
        check_scope(caller, type_, "read")
        with self._given(caller) as given:
            found = given.published_history(type_, id_)
        if not found:
            raise NotFound(UNKNOWN.at())
        return found

    def search(self, type_: str, pairs: Sequence[tuple[str, str]], *, caller: Caller) -> SearchResult:
        """https://hl7.org/fhir/R4/http.html#search of one type, by names and values as sent."""
        with self._search(type_, caller) as search:
            return search.first(type_, pairs)

    def search_page(self, type_: str, token: str, *, caller: Caller) -> SearchResult:
        """The search page that the token of a next link names."""
        with self._search(type_, caller) as search:
            return search.following(type_, token)

    @contextmanager
    def _given(self, caller: Caller) -> Iterator[RecipientReader]:
        """A snapshot of the database, limited to the publications to the caller's recipients."""
        now = self.deployment.now()
        with self.store.read() as reader:
            yield reader.for_recipients(recipients(caller, reader, now), caller.purpose, now)

    @contextmanager
    def _search(self, type_: str, caller: Caller) -> Iterator[Search]:
        check_scope(caller, type_, "search")
        now = self.deployment.now()
        with self.store.read() as reader:
            mine = recipients(caller, reader, now)
            given = reader.for_recipients(mine, caller.purpose, now)
            seq, secret = reader.seq_and_secret("pages")
            yield Search(given, caller, mine, now, seq, Pages(secret), self.deployment.base_url)

    def put(self, puts: Sequence[Put], *, caller: Caller, note: ChangeNote) -> list[PutResult]:
        """Create or update resources under their type and id, all of them or none, as one change.

        The municipality may create a resource under an id it chooses. A recipient gets 403 for an element it
        sees but may not change, and 404 for a resource that is not published to it.
        https://hl7.org/fhir/R4/http.html#update.

        Args:
            puts: the resources, no two of the same type and id.
            caller: the sender of the resources.
            note: the caller and interaction that are stored with the change.

        Returns:
            One result for each put, in the order of ``puts``.

        Raises:
            AdapterError: see :class:`Transaction`; Forbidden also where the token has no scope.
        """
        return self._write(note, lambda session: _decided(session, puts, caller))

    def refusal(self, put: Put, *, caller: Caller) -> tuple[Finding, ...]:
        """The findings that would refuse the resource now; empty if it would be stored. Nothing is stored.

        The write is decided as :meth:`put` decides it, without If-Match.
        """
        deployment = replace(self.deployment, if_match_required=False)
        with self.store.read() as reader:
            try:
                _decided(Session.begin(deployment, reader, deployment.now()), [put], caller)
            except (BadRequest, Forbidden, NotFound, Gone, Conflict, Unprocessable) as refused:
                return refused.findings
        return ()

    def transaction(self, puts: Sequence[Put], *, caller: Caller, note: ChangeNote) -> list[PutResult]:
        """:meth:`put` for the entries of a transaction; Forbidden for every caller but the municipality.

        https://hl7.org/fhir/R4/http.html#transaction.
        """
        if not caller.municipality:
            raise Forbidden(RECIPIENTS_WRITE_LATER.at())
        return self.put(puts, caller=caller, note=note)

    def _write(self, note: ChangeNote, decided: Callable[[Session], WriteDecision[Answer]]) -> Answer:
        """Decide a write on a snapshot and store it, if the same would be decided now; else decide again.

        The last time it is decided while no other can write. A write that changes nothing waits for nobody.
        """
        now = self.deployment.now()
        for _ in range(DECIDED_ON_SNAPSHOTS):
            with self.store.read() as reader:
                session = Session.begin(self.deployment, reader, now)
                plan, answer = decided(session)
                if plan.is_empty:
                    return answer(reader, session.now)
            with self.store.write(note, session.now) as writer:
                if session.still_holds(writer, plan):
                    writer.store(plan)
                    return answer(writer, writer.at)
        with self.store.write(note, now) as writer:
            plan, answer = decided(Session.begin(self.deployment, writer, writer.at))
            writer.store(plan)
            return answer(writer, writer.at)

    # The municipal door, and the commands

    def record(self, kind: str, id_: str) -> RecordVersion:
        """The newest version of a record; NotFound if there is no such record."""
        with self.store.read() as reader:
            return _known(reader.record(kind, id_))

    def record_version(self, kind: str, id_: str, version: int) -> RecordVersion:
        """One version of a record; NotFound if there is no such version."""
        with self.store.read() as reader:
            return _known(reader.record_version(kind, id_, version))

    def record_versions(self, kind: str, id_: str) -> list[RecordVersion]:
        """Every version of a record, the newest first."""
        with self.store.read() as reader:
            found = reader.record_versions(kind, id_)
        _known(found[0] if found else None)
        return found

    def records(self, kind: str, after: str | None, count: int) -> list[RecordVersion]:
        """Up to ``count`` records in the order of their ids, from the first id beyond ``after``."""
        with self.store.read() as reader:
            return reader.records(kind, after, count)

    def changes(self, after: int, count: int) -> list[StoredChange]:
        """Up to ``count`` changes after a number, the oldest first."""
        with self.store.read() as reader:
            return reader.changes(after, count)

    def rest(self, kind: str, id_: str) -> dict[str, Any]:
        """The residue of a record, with the recipient that wrote it: ``{"Type/id": {skrevetAv, rest}}``."""
        with self.store.read() as reader:
            _known(reader.record(kind, id_))
            return {
                f"{type_}/{part_id}": {"skrevetAv": residue.writer, "rest": residue.body}
                for (type_, part_id), residue in reader.residues(kind, id_).items()
            }

    def avvik(self, record: RecordVersion) -> list[Finding]:
        """The avvik of a record now: irregularities caused by time or import, which do not block a write."""
        return avvik(record.kind, record.body, self.deployment.now())

    def explain(self, id_: str, recipient: str, purpose: str) -> list[tuple[Part, Decision]]:
        """Each part of a sak with the consent decision for a recipient (``ansatt/x``) now.

        NotFound if there is no such sak.
        """
        with self.store.read() as reader:
            sak = _known(reader.record("sak", id_)).body
            session = Session.begin(self.deployment, reader, self.deployment.now())
            holders = session.directory.ansatt_with
            return [
                (part, explain(sak, part, recipient, purpose, session.now, holders))
                for part in parts("sak", sak)
            ]

    def put_record(
        self,
        kind: str,
        id_: str,
        body: dict[str, Any],
        *,
        if_match: str | None,
        note: ChangeNote,
        rest: Mapping[tuple[str, str], dict[str, Any]] | None = None,
    ) -> RecordChange:
        """Store ``body`` as the record's next version, unless it equals the newest.

        ``rest`` is residue that is sent with the record, by type and id of its part; other residue stays.

        Raises:
            Unprocessable: ``body`` breaks the record's JSON Schema; every place is named, and nothing else is
                judged.
            PreconditionRequired, PreconditionFailed: If-Match is missing or names an old version; the latter
                names each part changed since.
            Unprocessable, Conflict: see :func:`adapter.repository.writes.deciding.decide`.
        """
        invalid = schema.validate(kind, body)
        if invalid:
            raise Unprocessable(*invalid)

        def decided(session: Session) -> WriteDecision[RecordChange]:
            head = session.head(kind, id_)
            check_if_match(
                if_match,
                head.version if head else None,
                required=self.deployment.if_match_required,
                changed=lambda: changed_since(if_match or "", session.reader.record_versions(kind, id_)),
            )
            reader = PartReader(self.deployment, RegisteredNumbers(session))
            Placing(session, reader).put_record(kind, body, rest or {})
            plan, dropped = decide(session)
            return WriteDecision(
                plan,
                lambda stored, _: RecordChange(_known(stored.record(kind, id_)), head is None, dropped),
            )

        return self._write(note, decided)

    def reproject(self, note: ChangeNote, *, names: bool = False) -> Reprojected:
        """Publish and index every record anew: see :func:`adapter.repository.reprojection.reproject`."""
        return reproject(self.store, self.deployment, note, names=names)


def _decided(session: Session, puts: Sequence[Put], caller: Caller) -> WriteDecision[list[PutResult]]:
    """A caller's write of resources, decided on the snapshot of a session."""
    for put in puts:
        check_scope(caller, put.type, put.interaction)
    mine = recipients(caller, session.reader, session.now)
    given = session.reader.for_recipients(mine, caller.purpose, session.now)
    return Transaction(session, caller, mine, given).decision(puts)


def _known(found: RecordVersion | None) -> RecordVersion:
    if found is None:
        raise NotFound(UNKNOWN.at())
    return found

"""The handlers of the municipal door, without Flask: read, write, list, versions, residue and changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from adapter.errors import BadRequest, Gone, IssueType, Message, NotFound
from adapter.fhir.codec.received import read_received
from adapter.http_refusals import ID_DIFFERS
from adapter.kommune.vocabulary import Avvik, Endring, Endringer, Liste, Versjon, Versjoner
from adapter.record.schema import with_integers
from adapter.repository import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msgspec import Struct

    from adapter.errors import Finding
    from adapter.repository import Repository
    from adapter.storage import ChangeNote, RecordVersion

LARGEST_VERSION = 2**31 - 1
PAGE = 100
LONGEST_PAGE = 1000

NOT_A_NUMBER = Message(
    "not-a-number",
    IssueType.VALUE,
    nb="Parameteren «{name}» har en ugyldig verdi. Send et helt tall fra {low} til {high}.",
    en="The parameter “{name}” has an invalid value. Send a whole number from {low} to {high}.",
)
UNKNOWN_PARAMETER = Message(
    "unknown-parameter",
    IssueType.NOT_SUPPORTED,
    nb="Parameteren er ukjent. Gyldige parametre: {valid}.",
    en="The parameter is unknown. Valid parameters: {valid}.",
)
OTHER_EPOKE = Message(
    "epoke-changed",
    IssueType.EXPIRED,
    nb="Databasen er lagt tilbake fra en sikkerhetskopi, så løpenumrene fra før gjelder ikke. Les alt "
    "på nytt fra etter=0, uten epoke.",
    en="The database was restored from a backup, so the change numbers of before do not apply. Read "
    "everything again from etter=0, without epoke.",
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of the municipality's system; ``kind`` is empty if the address has no kind of record."""

    repository: Repository
    note: ChangeNote
    kind: str
    query: dict[str, str]
    if_match: str | None = None
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: an object of the vocabulary or a record, the status, and the version for the ETag.

    ``told`` are the record versions it tells of, for the log.
    """

    value: Struct | dict[str, Any]
    status: int = 200
    version: int | None = None
    told: tuple[RecordVersion, ...] = ()


def read(ask: Ask, id: str) -> Answer:  # noqa: A002 - the address says id
    """The current version of the record, with its avvik."""
    return _shown(ask, ask.repository.record(ask.kind, id))


def version(ask: Ask, id: str, versjon: int) -> Answer:  # noqa: A002 - the address says id
    """One version of the record."""
    if versjon > LARGEST_VERSION:
        raise NotFound(UNKNOWN.at())
    found = ask.repository.record_version(ask.kind, id, versjon)
    return Answer(found.body, version=found.version, told=(found,))


def put(ask: Ask, id: str) -> Answer:  # noqa: A002 - the address says id
    """Store the body as the next version of the record; 201 if it is new, the same ETag if nothing changed.

    Residue of a value that has changed is removed, and the answer reports it among the avvik.
    """
    body = with_integers(ask.kind or "", read_received(ask.body))
    body.pop("avvik", None)
    if body.get("id", id) != id:
        raise BadRequest(ID_DIFFERS.at(f"{ask.kind}.id"))
    body = {"id": id, **body}
    change = ask.repository.put_record(ask.kind, id, body, if_match=ask.if_match, note=ask.note)
    return _shown(ask, change.version, 201 if change.created else 200, change.dropped)


def listing(ask: Ask) -> Answer:
    """A page of records of one kind, sorted by id: ``?etter=<id>&antall=<n>``."""
    _only(ask, "etter", "antall")
    count = _number(ask, "antall", PAGE, 1, LONGEST_PAGE)
    found = ask.repository.records(ask.kind, ask.query.get("etter"), count)
    neste = f"?etter={found[-1].id}&antall={count}" if len(found) == count else UNSET
    return Answer(Liste([record.body for record in found], neste), told=tuple(found))


def versions(ask: Ask, id: str) -> Answer:  # noqa: A002 - the address says id
    """The versions of a record, newest first, each with time, client and person."""
    found = ask.repository.record_versions(ask.kind, id)
    return Answer(Versjoner([Versjon.of(record) for record in found]), told=tuple(found[:1]))


def part(ask: Ask, id: str, liste: str, del_id: str) -> Answer:  # noqa: A002 - the address says id
    """One part of a sak, by the name of its list and its id."""
    found = ask.repository.record("sak", id)
    items = found.body.get(liste)
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("id") == del_id:
            return Answer(item, version=found.version, told=(found,))
    raise NotFound(UNKNOWN.at())


def rest(ask: Ask, id: str) -> Answer:  # noqa: A002 - the address says id
    """The residue of each part of a record, with its sender."""
    return Answer(ask.repository.rest(ask.kind, id), told=(ask.repository.record(ask.kind, id),))


def changes(ask: Ask) -> Answer:
    """A page of changes after a number, in order; ``siste`` is the ``etter`` of the next call.

    The epoke is read first: if a restore came between, the caller's next call is refused by it.
    """
    _only(ask, "etter", "antall", "epoke")
    after = _number(ask, "etter", 0, 0, 2**63 - 1)
    count = _number(ask, "antall", PAGE, 1, LONGEST_PAGE)
    epoke = ask.repository.store.epoke()
    if ask.query.get("epoke", epoke) != epoke:
        raise Gone(OTHER_EPOKE.at())
    found = ask.repository.changes(after, count)
    last = found[-1].seq if found else after
    return Answer(Endringer([Endring.of(change) for change in found], last, epoke))


def _shown(ask: Ask, found: RecordVersion, status: int = 200, dropped: Sequence[Finding] = ()) -> Answer:
    """The record with its avvik, a field that a write ignores.

    ``dropped`` holds the findings about residue that this write removed; no later answer repeats them.
    """
    avvik = [Avvik.of(finding) for finding in (*dropped, *ask.repository.avvik(found))]
    return Answer({**found.body, "avvik": avvik} if avvik else found.body, status, found.version, (found,))


def _only(ask: Ask, *valid: str) -> None:
    if ask.query.keys() - set(valid):
        raise BadRequest(UNKNOWN_PARAMETER.at(valid=", ".join(valid)))


def _number(ask: Ask, name: str, default: int, low: int, high: int) -> int:
    text = ask.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 20 and low <= int(text) <= high):
        raise BadRequest(NOT_A_NUMBER.at(name=name, low=low, high=high))
    return int(text)

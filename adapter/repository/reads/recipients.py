"""The recipients a caller acts as, the most specific first; and the scope check of every interaction.

A named ansatt comes before the unit (child organisation number), the unit before the legal entity (parent),
and the directory comes last. A caller logged in at work, with an organisation or as a professional, does not
act as the private person with the same birth number. The municipality's organisation number does not make a
caller the municipality: its systems are listed clients, because units as different as school and barnevern
share the number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.consent.lens import DIRECTORY, KOMMUNE
from adapter.errors import Forbidden, Gone, IssueType, Message, NotFound
from adapter.fhir.search.query import parse
from adapter.record.identifiers import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from adapter.security.caller import Caller
    from adapter.storage import Published, Reader

SCOPE_MISSING = Message(
    "scope-missing",
    IssueType.FORBIDDEN,
    nb="Tilgangstokenet mangler scope for {interaction} på {type}. Be om et token med det scopet.",
    en="The access token has no scope for {interaction} on {type}. Request a token with that scope.",
    source="https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html",
)

UNKNOWN = Message(
    "not-found",
    IssueType.NOT_FOUND,
    nb="Ressursen eller posten finnes ikke, eller den er ikke delt med deg. Kontroller type og id.",
    en="The resource or record does not exist, or is not shared with you. Check the type and the id.",
)
DELETED = Message(
    "deleted",
    IssueType.DELETED,
    nb="Ressursen er slettet. Tidligere versjoner er i historikken.",
    en="The resource is deleted. Earlier versions are in its history.",
)

_LETTERS = {"create": "c", "read": "r", "update": "u", "search": "s"}
_PEOPLE = {"Patient": "innbygger", "Practitioner": "ansatt", "RelatedPerson": "parorende"}


def check_scope(caller: Caller, type_: str, interaction: str) -> None:
    """Refuse (403) an interaction the caller's token has no scope for."""
    if not caller.scopes.allows(type_, _LETTERS[interaction]):
        raise Forbidden(SCOPE_MISSING.at(interaction=interaction, type=type_))


def recipients(caller: Caller, reader: Reader, now: datetime) -> tuple[str, ...]:
    """The recipients a caller acts as, the most specific first, with the directory at the end.

    The municipality is one recipient, without the directory.
    """
    if caller.municipality:
        return (KOMMUNE,)
    return (*dict.fromkeys(_named(caller, reader, now)), DIRECTORY)


def present(found: Published | None) -> Published:
    """The publication found for the caller; NotFound if there is none, Gone if the resource is deleted."""
    if found is None:
        raise NotFound(UNKNOWN.at())
    if found.deleted:
        raise Gone(DELETED.at())
    return found


def _named(caller: Caller, reader: Reader, now: datetime) -> Iterator[str]:
    at_work = caller.organisation or caller.parent or caller.hpr
    if caller.person:
        type_, _, id_ = caller.person.partition("/")
        if type_ in _PEOPLE and (type_ == "Practitioner" or not at_work):
            yield f"{_PEOPLE[type_]}/{id_}"
    if caller.pid and not at_work:
        yield from _people_with(caller.pid, reader, now)
    if caller.hpr:
        ansatt = reader.record_by_key("ansatt", SYSTEMS["hpr"], caller.hpr)
        if ansatt:
            yield f"ansatt/{ansatt}"
    numbers = (caller.organisation or "", caller.parent or "")
    if any(numbers):
        units = reader.records_by_two_keys("organisasjon", SYSTEMS["orgnr"], *numbers)
        yield from (f"organisasjon/{unit}" for unit in units if unit)


def _people_with(pid: str, reader: Reader, now: datetime) -> Iterator[str]:
    """The innbygger and parorende with this number; a mother of two is parorende in two saker."""
    for type_ in ("Patient", "RelatedPerson"):
        either = ",".join(f"{SYSTEMS[kind]}|{pid}" for kind in ("fnr", "dnr"))
        query = parse(type_, [("identifier", either)])
        matches = reader.for_recipients((KOMMUNE,), "", now).search(query, count=query.count)
        yield from (f"{_PEOPLE[type_]}/{match.id}" for match in matches.found)

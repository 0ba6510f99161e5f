"""The entries of a transaction, each read as a resource to put or refused at its place.

https://hl7.org/fhir/R4/http.html#trules. Every new resource gets its id here, before any resource is put, so
that a reference by ``fullUrl`` can be replaced by ``Type/id``, whatever the order of the entries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adapter.errors import AdapterError, BadRequest, IssueType, Message, Unprocessable
from adapter.fhir.bundle_links import Located, linked
from adapter.repository.writes.puts_in_order import TWICE
from adapter.rest.addresses import is_id
from adapter.rest.matching import match
from adapter.rest.puts import checked, put_of
from adapter.rest.routes import TYPES
from adapter.rest.subsetted import refuse_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from adapter.errors import Finding
    from adapter.fhir.links import Link
    from adapter.fhir.validation.beyond_base import Gravity
    from adapter.repository import Put
    from adapter.rest.fhir_request import FhirRequest

MOST_ENTRIES = 1000
"""The largest number of entries; a transaction holds the only writer for as long as it lasts."""

_SPEC = "https://hl7.org/fhir/R4/http.html#transaction"
NOT_TRANSACTION = Message(
    "bundle-type-unsupported",
    IssueType.NOT_SUPPORTED,
    nb="Adressen tar bare imot en Bundle med type transaction. Send en transaction; batch støttes ikke.",
    en="This address takes only a Bundle of type transaction. Send a transaction; batch is not supported.",
    source=_SPEC,
)
TOO_MANY = Message(
    "too-many-entries",
    IssueType.TOO_COSTLY,
    nb="Transaksjonen har for mange oppføringer. Send høyst {most} oppføringer om gangen.",
    en="The transaction has too many entries. Send at most {most} entries at a time.",
    source=_SPEC,
)
INCOMPLETE = Message(
    "entry-incomplete",
    IssueType.REQUIRED,
    nb="Oppføringen mangler elementet request eller resource. Legg til elementet.",
    en="The entry lacks the element request or resource. Add the element.",
    source=_SPEC,
)
METHOD = Message(
    "entry-method-unsupported",
    IssueType.NOT_SUPPORTED,
    nb="Oppføringen bruker en metode som ikke støttes i en transaksjon. Bruk POST eller PUT.",
    en="The entry uses a method that is not supported in a transaction. Use POST or PUT.",
    source=_SPEC,
)
CONDITION = Message(
    "entry-condition-unsupported",
    IssueType.NOT_SUPPORTED,
    nb="Betingelsen støttes ikke her. Fjern elementet; bare ifMatch støttes, og bare ved PUT.",
    en="The condition is not supported here. Remove the element; only ifMatch is supported, and only with "
    "PUT.",
    source=_SPEC,
)
ADDRESS = Message(
    "entry-address-unknown",
    IssueType.VALUE,
    nb="Adressen i request.url er ugyldig. Skriv den som {form}, der Type er en av: {types}.",
    en="The address in request.url is not valid. Write it as {form}, where Type is one of: {types}.",
    source=_SPEC,
)
OTHER_RESOURCE = Message(
    "entry-resource-differs",
    IssueType.INVALID,
    nb="Ressursen har en annen type eller id enn adressen i request.url. Send samme type og id begge steder.",
    en="The resource has another type or id than the address in request.url. Send the same type and id in "
    "both.",
    source=_SPEC,
)
DANGLING = Message(
    "reference-outside-bundle",
    IssueType.NOT_FOUND,
    nb="Referansen viser til en oppføring som ikke er i transaksjonen. Legg til oppføringen, eller rett "
    "referansen.",
    en="The reference leads to an entry that is not in the transaction. Add the entry, or correct the "
    "reference.",
    source="https://hl7.org/fhir/R4/bundle.html#references",
)
CONDITIONAL = Message(
    "reference-conditional",
    IssueType.NOT_SUPPORTED,
    nb="Referanser med søk (conditional reference) støttes ikke. Skriv referansen som Type/id.",
    en="References by search (conditional reference) are not supported. Write the reference as Type/id.",
    source=_SPEC,
)

_CONDITIONS = ("ifNoneMatch", "ifModifiedSince", "ifNoneExist")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as a resource to put; ``index`` is its place in the Bundle. ``warnings`` concern profiles."""

    index: int
    full_url: str | None
    put: Put
    warnings: tuple[Finding, ...] = ()


def entries(request: FhirRequest, new_id: Callable[[], str], profiles: Gravity | None) -> list[Entry]:
    """The entries of a Bundle, with ids for new resources and references between entries resolved.

    The entries are sorted by address, so that the result does not depend on their order in the Bundle.

    Args:
        request: the request with the Bundle as its resource, which need not be valid.
        new_id: makes the ids of created resources.
        profiles: the consequence of a broken rule of a profile that a resource claims.

    Raises:
        BadRequest: the Bundle is not a valid transaction, or uses something unsupported; has every fault.
        Unprocessable: a reference leads to an entry that is missing.
    """
    bundle = request.resource
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "transaction":
        raise BadRequest(NOT_TRANSACTION.at("Bundle.type"))
    sent = bundle.get("entry", [])
    if isinstance(sent, list) and len(sent) > MOST_ENTRIES:
        raise BadRequest(TOO_MANY.at("Bundle.entry", most=MOST_ENTRIES))
    warnings = checked(bundle, profiles)
    refuse_parts(bundle)
    understood: list[Entry] = []
    refused: dict[int, tuple[Finding, ...]] = {}
    for index, entry in sorted(enumerate(sent), key=_turn):
        try:
            understood.append(_entry(request, index, entry, new_id))
        except BadRequest as fault:
            refused[index] = fault.findings
    _raise([finding for index in sorted(refused) for finding in refused[index]])
    _raise(list(_repeated(understood)))
    return [
        replace(entry, warnings=tuple(one for one in warnings if _is_within(one, entry)))
        for entry in _resolved(understood, request.base)
    ]


def _is_within(finding: Finding, entry: Entry) -> bool:
    return f"{finding.expression}.".startswith(f"{entry.put.element}.")


def _raise(findings: Sequence[Finding]) -> None:
    if findings:
        raise BadRequest(*findings)


def _turn(sent: tuple[int, dict[str, Any]]) -> tuple[str, str]:
    _, entry = sent
    return entry.get("request", {}).get("url", ""), entry.get("fullUrl", "")


def _entry(request: FhirRequest, index: int, entry: dict[str, Any], new_id: Callable[[], str]) -> Entry:
    """One entry of a valid Bundle as a resource to put."""
    place = f"Bundle.entry[{index}]"
    _raise(list(_unoffered(entry, place)))
    asked = _asked(request, entry, place)
    try:
        put = put_of(asked, new_id)
    except BadRequest:
        raise BadRequest(OTHER_RESOURCE.at(f"{place}.resource")) from None
    return Entry(index, entry.get("fullUrl"), replace(put, place=place))


def _unoffered(entry: dict[str, Any], place: str) -> Iterator[Finding]:
    """Findings for a method, a missing element or a condition that the service does not support."""
    request = entry.get("request", {})
    method = request.get("method", "")
    if method not in {"", "POST", "PUT"}:
        yield METHOD.at(f"{place}.request.method")
    elif not request or not entry.get("resource", {}):
        yield INCOMPLETE.at(place)
    else:
        conditions = _CONDITIONS if method == "PUT" else (*_CONDITIONS, "ifMatch")
        yield from (CONDITION.at(f"{place}.request.{name}") for name in conditions if name in request)


def _asked(request: FhirRequest, entry: dict[str, Any], place: str) -> FhirRequest:
    """The entry as a request, matched against the same table of routes as an HTTP request."""
    method, url = entry["request"]["method"], entry["request"]["url"]
    try:
        matched = match(method, f"/{url.removeprefix(f'{request.base}/')}")
    except AdapterError:
        matched = None
    is_put = matched is not None and matched.route.interaction in {"create", "update"}
    if matched is None or not is_put or (matched.id and not is_id(matched.id)):
        form = "Type/id" if method == "PUT" else "Type"
        raise BadRequest(ADDRESS.at(f"{place}.request.url", form=form, types=", ".join(TYPES)))
    return replace(
        request,
        interaction=matched.route.interaction,
        type=matched.type,
        id=matched.id,
        resource=entry["resource"],
        if_match=entry["request"].get("ifMatch"),
    )


def _repeated(understood: list[Entry]) -> Iterator[Finding]:
    keys: set[tuple[str, str]] = set()
    urls: set[str] = set()
    for entry in understood:
        if entry.put.key in keys:
            yield TWICE.at(f"{entry.put.place}.request.url")
        elif entry.full_url in urls:
            yield TWICE.at(f"{entry.put.place}.fullUrl")
        keys.add(entry.put.key)
        urls.update({entry.full_url} if entry.full_url else ())


def _resolved(understood: list[Entry], base: str) -> list[Entry]:
    """The entries with ``Type/id`` in place of every link to another entry."""
    sent = [Located(entry.full_url, entry.put.element, entry.put.resource) for entry in understood]
    found = list(linked(sent, base))
    dangling = [finding for one in found for link in one.outward for finding in _dangling(link)]
    if dangling:
        raise Unprocessable(*dangling)
    return [
        replace(entry, put=replace(entry.put, resource=one.resource))
        for entry, one in zip(understood, found, strict=True)
    ]


def _dangling(link: Link) -> Iterator[Finding]:
    """The finding of a reference that only another entry could resolve, or a search."""
    if link.text.startswith(("urn:uuid:", "urn:oid:")):
        yield DANGLING.at(link.place)
    elif "?" in link.text:
        yield CONDITIONAL.at(link.place)

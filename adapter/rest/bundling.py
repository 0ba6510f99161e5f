"""Bundles around stored bytes: searchset, history and transaction-response.

https://hl7.org/fhir/R4/bundle.html. A Bundle has no id and no timestamp: a hidden resource and an unknown
resource must give the same bytes. A whole resource is copied as stored bytes, never encoded again.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.stored import render
from adapter.fhir.search.person_numbers import carries_birth_number
from adapter.fhir.search.subset import WHOLE, Subset
from adapter.rest.addresses import with_parameters
from adapter.rest.outcome import operation_outcome
from adapter.rest.splicing import address, instant, reference, resource_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from adapter.errors import Finding
    from adapter.repository import PutResult
    from adapter.rest.fhir_request import Pairs
    from adapter.storage import Published


def searchset(
    base: str,
    matches: Iterable[Published],
    included: Iterable[Published],
    total: int | None,
    links: Iterable[tuple[str, str]],
    wanted: Subset = WHOLE,
) -> bytes:
    """One page of a search.

    Args:
        base: this service's FHIR address.
        matches: the resources that match the search.
        included: the resources of _include and _revinclude.
        total: the number of all matches; None leaves the element out.
        links: relation and address.
        wanted: the subset of each match; ``_elements`` does not apply to included resources.
    """
    along = wanted.of_included()
    entries = [_found(base, published, "match", wanted) for published in matches]
    entries += [_found(base, published, "include", along) for published in included]
    return _bundle("searchset", total, links, entries)


def history(base: str, versions: Sequence[Published], self_address: str) -> bytes:
    """The history Bundle of a resource, newest first. https://hl7.org/fhir/R4/http.html#history."""
    entries = [_version(base, published) for published in versions]
    return _bundle("history", len(versions), [("self", self_address)], entries)


def transaction_response(
    base: str,
    changes: Iterable[PutResult],
    warnings: Iterable[Iterable[Finding]],
    preference: str | None,
) -> bytes:
    """The result of each entry. https://hl7.org/fhir/R4/http.html#transaction-response.

    ``preference`` is the return preference in Prefer; only ``representation`` includes the resources, and
    only ``OperationOutcome`` the warnings of each entry.
    """
    made = [_change(base, *one, preference) for one in zip(changes, warnings, strict=True)]
    return _bundle("transaction-response", None, (), made)


def search_address(base: str, type_: str, pairs: Pairs) -> str:
    """The address of a search as it was carried out, for the self link.

    Birth numbers and other numbers of persons are left out, and the address is then that of ``_search``: the
    search can be repeated only by POST, with the numbers in the body.
    """
    shown = tuple(pair for pair in pairs if not carries_birth_number([pair]))
    path = f"{base}/{type_}" if len(shown) == len(pairs) else f"{base}/{type_}/_search"
    return with_parameters(path, shown)


def _bundle(kind: str, total: int | None, links: Iterable[tuple[str, str]], entries: list[bytes]) -> bytes:
    head: dict[str, Any] = {"resourceType": "Bundle", "type": kind}
    if total is not None:
        head["total"] = total
    told = [{"relation": relation, "url": url} for relation, url in links]
    if told:
        head["link"] = told
    if not entries:
        return render(head)
    return b"".join((render(head)[:-1], b',"entry":[', b",".join(entries), b"]}"))


def _found(base: str, published: Published, mode: str, wanted: Subset) -> bytes:
    return _entry(base, published, f',"search":{{"mode":"{mode}"}}}}'.encode(), wanted=wanted)


def _change(base: str, change: PutResult, warnings: Iterable[Finding], preference: str | None) -> bytes:
    status = HTTPStatus.CREATED if change.created else HTTPStatus.OK
    response = _response(base, change.given, f"{status.value} {status.phrase}")
    if preference == "OperationOutcome":
        response["outcome"] = operation_outcome(warnings)
    rest = b"," + render({"response": response})[1:]
    return _entry(base, change.given, rest, with_resource=preference == "representation")


def _response(base: str, published: Published, status: str) -> dict[str, Any]:
    return {
        "status": status,
        "location": f"{base}/{address(published)}",
        "etag": f'W/"{published.version}"',
        "lastModified": instant(published.last_updated),
    }


def _version(base: str, published: Published) -> bytes:
    """An entry of a history, with the request and response of the change as this recipient saw it."""
    status = "204" if published.deleted else "201" if published.version == 1 else "200"
    said = {
        "request": {"method": "DELETE" if published.deleted else "PUT", "url": reference(published)},
        "response": _response(base, published, status),
    }
    return _entry(base, published, b"," + render(said)[1:])


def _entry(
    base: str, published: Published, rest: bytes, *, with_resource: bool = True, wanted: Subset = WHOLE
) -> bytes:
    url = render({"fullUrl": f"{base}/{reference(published)}"})[:-1]
    if published.deleted or not with_resource:
        return url + rest
    return b"".join((url, b',"resource":', resource_bytes(published, wanted), rest))

"""Check of the entries and links of a Bundle: the rules in prose, and the invariants about each entry.

The specification states bdl-2, bdl-3, bdl-4 and bdl-7 for all entries together; here the entry is found.

Rules: https://hl7.org/fhir/R4/bundle.html#bundle-unique and https://hl7.org/fhir/R4/http.html#paging.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message
from adapter.fhir.json_trees import text
from adapter.fhir.reference_literals import is_absolute, literal
from adapter.fhir.shapes import RESOURCE_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.errors import Finding

_SOURCE = "https://hl7.org/fhir/R4/bundle.html#invs"
SEARCH = Message(
    "bdl-2",
    IssueType.INVARIANT,
    nb="search er bare tillatt i en Bundle av typen searchset. Fjern search.",
    en="search is allowed only in a Bundle of type searchset. Remove search.",
    source=_SOURCE,
)
REQUEST = Message(
    "bdl-3",
    IssueType.INVARIANT,
    nb="request mangler, eller er ikke tillatt her. Bare typene batch, transaction og history har request,"
    " og da i hver entry.",
    en="request is missing, or not allowed here. Only the types batch, transaction and history have request,"
    " and then in every entry.",
    source=_SOURCE,
)
RESPONSE = Message(
    "bdl-4",
    IssueType.INVARIANT,
    nb="response mangler, eller er ikke tillatt her. Bare typene batch-response, transaction-response og"
    " history har response, og da i hver entry.",
    en="response is missing, or not allowed here. Only the types batch-response, transaction-response and"
    " history have response, and then in every entry.",
    source=_SOURCE,
)
TWICE = Message(
    "bdl-7",
    IssueType.INVARIANT,
    nb="Samme fullUrl og versjon står to ganger. Fjern den ene entry.",
    en="The same fullUrl and version occur twice. Remove one of the entries.",
    source=_SOURCE,
)
WITHOUT_URL = Message(
    "bundle-full-url",
    IssueType.INVARIANT,
    nb="Denne entry mangler fullUrl, som Bundle av denne typen krever. Legg til fullUrl.",
    en="The entry has no fullUrl, which a Bundle of this type requires. Add fullUrl.",
    source=_SOURCE,
)
NOT_ABSOLUTE = Message(
    "bundle-full-url-absolute",
    IssueType.INVARIANT,
    nb="fullUrl er verken en absolutt adresse eller en URN. Bruk en av dem.",
    en="fullUrl is neither an absolute address nor a URN. Use one of them.",
    source=_SOURCE,
)
OTHER_ID = Message(
    "bundle-full-url-id",
    IssueType.INVARIANT,
    nb="fullUrl slutter på en annen type eller id enn ressursens. Rett fullUrl eller id.",
    en="fullUrl ends in another type or id than that of the resource. Correct fullUrl or id.",
    source=_SOURCE,
)
LINK_TWICE = Message(
    "bundle-link-once",
    IssueType.INVARIANT,
    nb="Bundle har to link med samme relation. Fjern én av dem.",
    en="The Bundle has two links with the same relation. Remove one of them.",
    source=_SOURCE,
)

_REQUESTS = {"batch", "transaction", "history"}
_RESPONSES = {"batch-response", "transaction-response", "history"}
_LINKS = {"self", "first", "previous", "prev", "next", "last"}
_FULL_URL = {"fullUrl", "_fullUrl"}
_WITHOUT_FULL_URL = {"batch", "transaction", "batch-response", "transaction-response"}


def findings(bundle: dict[str, Any], path: str) -> Iterator[Finding]:
    """The findings of the entries and links of a Bundle."""
    kind = text(bundle, "type")
    seen: set[tuple[str, str]] = set()
    for index, entry in _objects(bundle, "entry"):
        here = f"{path}.entry[{index}]"
        yield from _of_kind(entry, kind, here)
        url, resource = entry.get("fullUrl"), entry.get("resource")
        if isinstance(url, str):
            yield from _of_url(url, resource if isinstance(resource, dict) else {}, kind, f"{here}.fullUrl")
            key = (url, _version(resource))
            if kind != "history" and key in seen:
                yield TWICE.at(f"{here}.fullUrl")
            seen.add(key)
        elif kind not in _WITHOUT_FULL_URL and "resource" in entry and not entry.keys() & _FULL_URL:
            yield WITHOUT_URL.at(here)
    yield from _links(bundle, path)


def _of_kind(entry: dict[str, Any], kind: str | None, path: str) -> Iterator[Finding]:
    """The findings of what an entry must and may hold in a Bundle of a type."""
    if "search" in entry and kind != "searchset":
        yield SEARCH.at(f"{path}.search")
    if ("request" in entry) != (kind in _REQUESTS):
        yield REQUEST.at(path)
    if ("response" in entry) != (kind in _RESPONSES):
        yield RESPONSE.at(path)


def _of_url(url: str, resource: dict[str, Any], kind: str | None, path: str) -> Iterator[Finding]:
    if not is_absolute(url):
        yield NOT_ABSOLUTE.at(path)
    target = literal(url)
    # A resource that a transaction creates has no id yet.
    is_settled = "id" in resource or kind not in {"batch", "transaction"}
    same = target and (target.type, target.id) == (resource.get(RESOURCE_KEY), resource.get("id"))
    if target and target.base and resource and is_settled and not same:
        yield OTHER_ID.at(path)


def _version(resource: Any) -> str:
    """The version of a resource that tells entries of one fullUrl apart; ``""`` for a resource without."""
    meta = resource.get("meta") if isinstance(resource, dict) else None
    return text(meta, "versionId") or "" if isinstance(meta, dict) else ""


def _links(bundle: dict[str, Any], path: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, link in _objects(bundle, "link"):
        relation = text(link, "relation") or ""
        if relation in seen and relation in _LINKS:
            yield LINK_TWICE.at(f"{path}.link[{index}].relation")
        seen.add(relation)


def _objects(node: dict[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects in a list element with their indexes; the structure check reports other items."""
    items = node.get(name)
    for index, one in enumerate(items if isinstance(items, list) else ()):
        if isinstance(one, dict):
            yield index, one

"""Invariants of Bundle, and the rules on fullUrl and link that the specification states in prose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.fhir.invariants.rule import Node, Rules, RuleScene, child, children, has, text
from adapter.fhir.reference_literals import is_absolute, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_rules = Rules("bundle.html")
RULES = _rules.by_part

_REQUESTS = {"batch", "transaction", "history"}
_RESPONSES = {"batch-response", "transaction-response", "history"}
_LINKS = {"self", "first", "previous", "prev", "next", "last"}
_WITHOUT_FULL_URL = {"batch", "transaction", "batch-response", "transaction-response"}

_rules.must(
    "Bundle",
    "bdl-1",
    "total er bare tillatt i en Bundle av typen searchset eller history. Fjern total.",
    "total is allowed only in a Bundle of type searchset or history. Remove total.",
    lambda node: not has(node, "total") or text(node, "type") in {"searchset", "history"},
)


@_rules.places(
    "Bundle",
    "bdl-2",
    "search er bare tillatt i en Bundle av typen searchset. Fjern search.",
    "search is allowed only in a Bundle of type searchset. Remove search.",
)
def _search(node: Node, _: RuleScene) -> Iterator[str]:
    if node.get("type") != "searchset":
        yield from (f".entry[{at}].search" for at, one in children(node, "entry") if has(one, "search"))


@_rules.places(
    "Bundle",
    "bdl-3",
    "request mangler, eller er ikke tillatt her. Bare typene batch, transaction og history har request,"
    " og da i hver entry.",
    "request is missing, or not allowed here. Only the types batch, transaction and history have request,"
    " and then in every entry.",
)
def _request(node: Node, _: RuleScene) -> Iterator[str]:
    wanted = text(node, "type") in _REQUESTS
    return (f".entry[{at}]" for at, one in children(node, "entry") if has(one, "request") != wanted)


@_rules.places(
    "Bundle",
    "bdl-4",
    "response mangler, eller er ikke tillatt her. Bare typene batch-response, transaction-response og history"
    " har response, og da i hver entry.",
    "response is missing, or not allowed here. Only the types batch-response, transaction-response and"
    " history have response, and then in every entry.",
)
def _response(node: Node, _: RuleScene) -> Iterator[str]:
    wanted = text(node, "type") in _RESPONSES
    return (f".entry[{at}]" for at, one in children(node, "entry") if has(one, "response") != wanted)


@_rules.places(
    "Bundle",
    "bdl-7",
    "Samme fullUrl og versjon står to ganger. Fjern den ene entry.",
    "The same fullUrl and version occur twice. Remove one of the entries.",
)
def _unique(node: Node, _: RuleScene) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for at, one in children(node, "entry") if node.get("type") != "history" else ():
        version = child(child(one, "resource"), "meta").get("versionId")
        key = (str(one.get("fullUrl")), str(version))
        if "fullUrl" in one and key in seen:
            yield f".entry[{at}].fullUrl"
        seen.add(key)


@_rules.places(
    "Bundle",
    "bundle-full-url",
    "Denne entry mangler fullUrl, som Bundle av denne typen krever. Legg til fullUrl.",
    "The entry has no fullUrl, which a Bundle of this type requires. Add fullUrl.",
)
def _full_url(node: Node, _: RuleScene) -> Iterator[str]:
    if text(node, "type") not in _WITHOUT_FULL_URL:
        for at, one in children(node, "entry"):
            if "resource" in one and not has(one, "fullUrl"):
                yield f".entry[{at}]"


@_rules.places(
    "Bundle.entry",
    "bundle-full-url-absolute",
    "fullUrl er verken en absolutt adresse eller en URN. Bruk en av dem.",
    "fullUrl is neither an absolute address nor a URN. Use one of them.",
)
def _absolute(node: Node, _: RuleScene) -> Iterator[str]:
    if isinstance(node.get("fullUrl"), str) and not is_absolute(node["fullUrl"]):
        yield ".fullUrl"


@_rules.places(
    "Bundle",
    "bundle-full-url-id",
    "fullUrl slutter på en annen type eller id enn ressursens. Rett fullUrl eller id.",
    "fullUrl ends in another type or id than that of the resource. Correct fullUrl or id.",
)
def _identity(node: Node, _: RuleScene) -> Iterator[str]:
    for at, one in children(node, "entry"):
        resource = child(one, "resource")
        target = literal(str(one.get("fullUrl")))
        # A resource that a transaction creates has no id yet.
        is_settled = "id" in resource or text(node, "type") not in {"batch", "transaction"}
        same = target and (target.type, target.id) == (resource.get("resourceType"), resource.get("id"))
        if target and target.base and resource and is_settled and not same:
            yield f".entry[{at}].fullUrl"


@_rules.places(
    "Bundle",
    "bundle-link-once",
    "Bundle har to link med samme relation. Fjern én av dem.",
    "The Bundle has two links with the same relation. Remove one of them.",
)
def _links(node: Node, _: RuleScene) -> Iterator[str]:
    seen: set[str] = set()
    for at, one in children(node, "link"):
        relation = str(one.get("relation"))
        if relation in seen and relation in _LINKS:
            yield f".link[{at}].relation"
        seen.add(relation)


_rules.must(
    "Bundle.entry",
    "bdl-5",
    "Denne entry har verken resource, request eller response. Legg til minst én av dem.",
    "The entry has neither resource, request nor response. Add at least one of them.",
    lambda node: has(node, "resource", "request", "response"),
)
_rules.must(
    "Bundle.entry",
    "bdl-8",
    "fullUrl viser til en versjon. Fjern /_history/ og versjonen.",
    "fullUrl names a version. Remove /_history/ and the version.",
    lambda node: "/_history/" not in str(node.get("fullUrl", "")),
)


@_rules.places(
    "Bundle",
    "bdl-9",
    "Bundle av typen document mangler identifier med system og value. Legg til begge.",
    "The Bundle of type document has no identifier with system and value. Add both.",
)
def _identifier(node: Node, _: RuleScene) -> Iterator[str]:
    identifier = child(node, "identifier")
    if node.get("type") == "document" and not (has(identifier, "system") and has(identifier, "value")):
        yield ""


_rules.must(
    "Bundle",
    "bdl-10",
    "Bundle av typen document mangler timestamp. Legg til timestamp.",
    "The Bundle of type document has no timestamp. Add timestamp.",
    lambda node: node.get("type") != "document" or "timestamp" in node,
)


def _begins_with(kind: str, first: str) -> Callable[[Node], bool]:
    return lambda node: node.get("type") != kind or _first_type(node) == first


def _first_type(node: Node) -> object:
    entries = children(node, "entry")
    return child(entries[0][1], "resource").get("resourceType") if entries else None


for key, kind, first in (("bdl-11", "document", "Composition"), ("bdl-12", "message", "MessageHeader")):
    _rules.must(
        "Bundle",
        key,
        f"Første entry er ikke en {first}, som Bundle av typen {kind} krever. Sett {first} først.",
        f"The first entry is not a {first}, which a Bundle of type {kind} requires. Put {first} first.",
        _begins_with(kind, first),
    )

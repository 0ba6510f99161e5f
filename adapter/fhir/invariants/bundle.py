"""The invariants of Bundle, and what the specification says of its fullUrls in prose."""

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
    "total hører bare til et søkesvar eller en historikk",
    "total belongs to a searchset or a history only",
    lambda node: not has(node, "total") or text(node, "type") in {"searchset", "history"},
)


@_rules.places("Bundle", "bdl-2", "search hører bare til et søkesvar", "search belongs to a searchset only")
def _search(node: Node, _: RuleScene) -> Iterator[str]:
    if node.get("type") != "searchset":
        yield from (f".entry[{at}].search" for at, one in children(node, "entry") if has(one, "search"))


@_rules.places(
    "Bundle",
    "bdl-3",
    "request må stå i hver post av en batch, transaction eller history, og ellers ikke",
    "request must stand in each entry of a batch, transaction or history, and nowhere else",
)
def _request(node: Node, _: RuleScene) -> Iterator[str]:
    wanted = text(node, "type") in _REQUESTS
    return (f".entry[{at}]" for at, one in children(node, "entry") if has(one, "request") != wanted)


@_rules.places(
    "Bundle",
    "bdl-4",
    "response må stå i hver post av et batch- eller transaction-svar eller en history, og ellers ikke",
    "response must stand in each entry of a batch or transaction response or a history, and nowhere else",
)
def _response(node: Node, _: RuleScene) -> Iterator[str]:
    wanted = text(node, "type") in _RESPONSES
    return (f".entry[{at}]" for at, one in children(node, "entry") if has(one, "response") != wanted)


@_rules.places(
    "Bundle", "bdl-7", "Samme fullUrl og versjon står to ganger", "The same fullUrl and version stand twice"
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
    "Hver post i samlingen må ha fullUrl",
    "Each entry of the bundle must have a fullUrl",
)
def _full_url(node: Node, _: RuleScene) -> Iterator[str]:
    if text(node, "type") not in _WITHOUT_FULL_URL:
        for at, one in children(node, "entry"):
            if "resource" in one and not has(one, "fullUrl"):
                yield f".entry[{at}]"


@_rules.places(
    "Bundle.entry",
    "bundle-full-url-absolute",
    "fullUrl må være en absolutt adresse eller en URN",
    "fullUrl must be an absolute address or a URN",
)
def _absolute(node: Node, _: RuleScene) -> Iterator[str]:
    if isinstance(node.get("fullUrl"), str) and not is_absolute(node["fullUrl"]):
        yield ".fullUrl"


@_rules.places(
    "Bundle",
    "bundle-full-url-id",
    "fullUrl slutter i en annen type eller id enn ressursens egen",
    "fullUrl ends in another type or id than the resource's own",
)
def _identity(node: Node, _: RuleScene) -> Iterator[str]:
    for at, one in children(node, "entry"):
        resource = child(one, "resource")
        target = literal(str(one.get("fullUrl")))
        # What a transaction creates has no id yet.
        is_settled = "id" in resource or text(node, "type") not in {"batch", "transaction"}
        same = target and (target.type, target.id) == (resource.get("resourceType"), resource.get("id"))
        if target and target.base and resource and is_settled and not same:
            yield f".entry[{at}].fullUrl"


@_rules.places(
    "Bundle",
    "bundle-link-once",
    "Samme slags lenke står to ganger",
    "The same kind of link stands twice",
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
    "En post må ha resource, request eller response",
    "An entry must have resource, request or response",
    lambda node: has(node, "resource", "request", "response"),
)
_rules.must(
    "Bundle.entry",
    "bdl-8",
    "fullUrl kan ikke peke på en versjon",
    "fullUrl cannot name a version",
    lambda node: "/_history/" not in str(node.get("fullUrl", "")),
)


@_rules.places(
    "Bundle",
    "bdl-9",
    "Et dokument må ha identifier med system og value",
    "A document must have an identifier with system and value",
)
def _identifier(node: Node, _: RuleScene) -> Iterator[str]:
    identifier = child(node, "identifier")
    if node.get("type") == "document" and not (has(identifier, "system") and has(identifier, "value")):
        yield ""


_rules.must(
    "Bundle",
    "bdl-10",
    "Et dokument må ha timestamp",
    "A document must have a timestamp",
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
        f"Første post må være en {first} når typen er {kind}",
        f"The first entry must be a {first} when the type is {kind}",
        _begins_with(kind, first),
    )

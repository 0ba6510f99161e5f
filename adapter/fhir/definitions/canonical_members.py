"""Members of a table for what has a canonical: pruned profiles, code systems and value sets of a package.

The resources stay FHIR JSON. Definitions, comments and texts are left out, and so are properties that are
dates, and displays of a value set that repeat the code system or belong to a code system not in the package.
A member has several small resources, since opening the table takes time for each member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.stored import render
from adapter.fhir.definitions.pruning import pruned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Tree = dict[str, Any]

_FOLDERS = {"StructureDefinition": "profiles", "CodeSystem": "codesystems", "ValueSet": "valuesets"}
_OF_CODE_SYSTEM = (
    "resourceType", "url", "version", "language",
    "caseSensitive", "hierarchyMeaning", "content", "supplements",
)  # fmt: skip
_OF_PART = ("system", "version", "filter", "valueSet")
_LIMITS = "http://hl7.org/fhir/StructureDefinition/valueset-"
_PROSE = "definition"
_GROUP = 16_000


def canonical_members(resources: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The members ``profiles/N``, ``codesystems/N`` and ``valuesets/N``, and ``canonicals``, their index.

    A member has resources by URL. ``canonicals`` has, by resource type and URL, the name of the member and
    the version; a supplement has the URL of its code system as a third item.
    """
    by_kind: dict[str, list[Mapping[str, Any]]] = {kind: [] for kind in _FOLDERS}
    for one in resources:
        by_kind[one["resourceType"]].append(one)
    systems = {one["url"]: _code_system(one) for one in by_kind["CodeSystem"]}
    displays = {url: dict(_displays(one.get("concept", ()))) for url, one in systems.items()}
    trees = {
        "StructureDefinition": {one["url"]: pruned(one) for one in by_kind["StructureDefinition"]},
        "CodeSystem": systems,
        "ValueSet": {one["url"]: _value_set(one, displays) for one in by_kind["ValueSet"]},
    }
    members: dict[str, Any] = {"canonicals": {kind: {} for kind in trees}}
    for kind, by_url in trees.items():
        for number, group in enumerate(_groups(by_url)):
            name = f"{_FOLDERS[kind]}/{number}"
            members[name] = group
            for url, tree in group.items():
                of = [tree["supplements"].partition("|")[0]] if "supplements" in tree else []
                members["canonicals"][kind][url] = [name, tree.get("version"), *of]
    return members


def comparable(resource: Mapping[str, Any]) -> Tree:
    """The parts of a definition that validation reads; two definitions that differ elsewhere are the same.

    A StructureDefinition of another shape is compared whole.
    """
    match resource["resourceType"]:
        case "CodeSystem":
            return _code_system(resource)
        case "ValueSet":
            return _value_set(resource, {})
        case _:
            try:
                return pruned(resource)
            except (AttributeError, TypeError):
                return dict(resource)


def _groups(by_url: Mapping[str, Tree]) -> Iterator[dict[str, Tree]]:
    """The resources in the order of their URLs, in groups of about ``_GROUP`` bytes; none is divided."""
    group: dict[str, Tree] = {}
    size = 0
    for url in sorted(by_url):
        length = len(render(by_url[url]))
        if group and size + length > _GROUP:
            yield group
            group, size = {}, 0
        group[url] = by_url[url]
        size += length
    if group:
        yield group


def _code_system(resource: Mapping[str, Any]) -> Tree:
    properties = [one for one in resource.get("property", ()) if one["type"] != "dateTime"]
    names = {one["code"] for one in properties}
    used = {"property": [_some(one, ("code", "uri", "type")) for one in properties]}
    concepts = {"concept": [_concept(one, names) for one in resource.get("concept", ())]}
    return _some(resource, _OF_CODE_SYSTEM) | _filled(used | concepts)


def _concept(node: Mapping[str, Any], names: set[str]) -> Tree:
    parts = {
        "designation": _designations(node),
        "property": [one for one in node.get("property", ()) if one["code"] in names],
        "concept": [_concept(one, names) for one in node.get("concept", ())],
    }
    return _some(node, ("code", "display")) | _filled(parts)


def _designations(node: Mapping[str, Any]) -> list[Tree]:
    named = (one for one in node.get("designation", ()) if one.get("use", {}).get("code") != _PROSE)
    return [_some(one, ("language", "value")) for one in named]


def _displays(concepts: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str | None]]:
    for one in concepts:
        yield one["code"], one.get("display")
        yield from _displays(one.get("concept", ()))


def _value_set(resource: Mapping[str, Any], displays: Mapping[str, Mapping[str, str | None]]) -> Tree:
    tree = _some(resource, ("resourceType", "url", "version"))
    compose = resource.get("compose")
    if compose:
        parts = {
            name: [_part(one, displays) for one in compose.get(name, ())] for name in ("include", "exclude")
        }
        tree["compose"] = _some(compose, ("inactive",)) | _filled(parts)
    if "expansion" in resource:
        tree["expansion"] = _expansion(resource["expansion"])
    return tree


def _part(node: Mapping[str, Any], displays: Mapping[str, Mapping[str, str | None]]) -> Tree:
    part = _some(node, _OF_PART)
    known = displays.get(node.get("system", ""))
    if "concept" in node:
        part["concept"] = [_listed(one, known) for one in node["concept"]]
    return part


def _listed(node: Mapping[str, Any], known: Mapping[str, str | None] | None) -> Tree:
    """A concept of a part, with its display where the code system says another one."""
    has_own = known is not None and node.get("display") != known.get(node["code"])
    return _some(node, ("code", "display") if has_own else ("code",))


def _expansion(node: Mapping[str, Any]) -> Tree:
    limits = [_some(one, ("url",)) for one in node.get("extension", ()) if one["url"].startswith(_LIMITS)]
    parts = {"extension": limits, "contains": [_contained(one) for one in node.get("contains", ())]}
    return _some(node, ("total", "offset")) | _filled(parts)


def _contained(node: Mapping[str, Any]) -> Tree:
    below = {"contains": [_contained(one) for one in node.get("contains", ())]}
    return _some(node, ("system", "abstract", "code")) | _filled(below)


def _some(node: Mapping[str, Any], keys: Iterable[str]) -> Tree:
    return {key: node[key] for key in keys if key in node}


def _filled(lists: Mapping[str, list[Any]]) -> Tree:
    return {key: items for key, items in lists.items() if items}

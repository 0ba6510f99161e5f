"""Members of the table for terminology: pruned code systems and value sets of a package.

The resources stay FHIR JSON. Definitions, comments and texts are left out, and so are properties that are
dates, and displays of a value set that repeat the code system or belong to a code system not in the package.
A member has several small resources, since opening the table takes time for each member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.stored import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Tree = dict[str, Any]

_FOLDERS = {"CodeSystem": "codesystems", "ValueSet": "valuesets"}
_OF_CODE_SYSTEM = (
    "url", "version", "language", "caseSensitive", "hierarchyMeaning", "content", "supplements",
)  # fmt: skip
_OF_PART = ("system", "version", "filter", "valueSet")
_LIMITS = "http://hl7.org/fhir/StructureDefinition/valueset-"
_PROSE = "definition"
_GROUP = 16_000


def terminology_members(
    code_systems: Iterable[Mapping[str, Any]], value_sets: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """The members ``codesystems/N`` and ``valuesets/N``, each with resources by URL, and ``canonicals``.

    ``canonicals`` has, by resource type and URL, the name of the member and the version; a supplement has
    the URL of its code system as a third item.
    """
    systems = {one["url"]: _code_system(one) for one in code_systems}
    displays = {url: dict(_displays(one.get("concept", ()))) for url, one in systems.items()}
    trees = {"CodeSystem": systems, "ValueSet": {one["url"]: _value_set(one, displays) for one in value_sets}}
    members: dict[str, Any] = {"canonicals": {kind: {} for kind in trees}}
    for kind, by_url in trees.items():
        for number, group in enumerate(_groups(by_url)):
            name = f"{_FOLDERS[kind]}/{number}"
            members[name] = group
            for url, tree in group.items():
                of = [tree["supplements"].partition("|")[0]] if "supplements" in tree else []
                members["canonicals"][kind][url] = [name, tree.get("version"), *of]
    return members


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
    tree = _some(resource, ("url", "version"))
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

"""Small StructureDefinitions for the tests, and the codes of the findings that they give."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from adapter.fhir.definitions.installed import Definitions
from adapter.fhir.definitions.packages import Edition, Package
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE = "http://example.org/fhir/StructureDefinition"
R4 = "http://hl7.org/fhir/StructureDefinition"


def package_of(resources: Iterable[dict[str, Any]], name: str) -> Package:
    """The package of definitions that are already trees."""
    editions: dict[tuple[str, str], tuple[Edition, ...]] = {}
    for tree in resources:
        key = (tree["resourceType"], tree["url"])
        editions[key] = (*editions.get(key, ()), Edition(tree.get("version", ""), partial(dict, tree)))
    return Package(name, editions)


def profile(name: str, type_: str, *elements: dict[str, Any], base: str = "", **more: Any) -> dict[str, Any]:
    """A StructureDefinition with a differential; an element without an id gets its path as id."""
    return {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": f"{BASE}/{name}",
        "name": name,
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": type_,
        "baseDefinition": base or f"{R4}/{type_}",
        "derivation": "constraint",
        "differential": {"element": [element(one.pop("id"), **one) for one in map(dict, elements)]},
        **more,
    }


def element(id_: str, **rules: Any) -> dict[str, Any]:
    """An ElementDefinition; path and sliceName follow from the id."""
    segments = [one.partition(":") for one in id_.split(".")]
    made = {"id": id_, "path": ".".join(name for name, _, _ in segments)}
    if segments[-1][2]:
        made["sliceName"] = segments[-1][2]
    return made | rules


def extension(name: str, value: str, *contexts: str, **more: Any) -> dict[str, Any]:
    """The definition of a simple extension with one type of value, allowed on some elements."""
    return profile(
        name,
        "Extension",
        {"id": "Extension.extension", "max": "0"},
        {"id": "Extension.url", "fixedUri": f"{BASE}/{name}"},
        {"id": "Extension.value[x]", "min": 1, "type": [{"code": value}]},
        kind="complex-type",
        context=[{"type": "element", "expression": one} for one in contexts],
        **more,
    )


def found(
    resource: dict[str, Any], *definitions: dict[str, Any], asked: str = ""
) -> list[tuple[str, str | None]]:
    """Code and place of every error of a resource, judged by the first definition or by ``asked``."""
    installed = Definitions.built_in().with_package(package_of(definitions, "tests"))
    url = asked or (definitions[0]["url"] if definitions else "")
    return [(one.code, one.expression) for one in judge(resource, Rules(installed, (url,))).errors]

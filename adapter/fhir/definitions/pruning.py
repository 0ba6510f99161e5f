"""Pruning of StructureDefinitions to the elements that validation reads, for the tables of the project.

Texts are left out. Profiles of a package that a user names are not pruned: their constraints keep ``human``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_OF_DEFINITION = (
    "resourceType",
    "url",
    "version",
    "kind",
    "type",
    "derivation",
    "baseDefinition",
    "abstract",
)
_OF_ELEMENT = frozenset({"id", "path", "sliceName", "min", "max", "maxLength", "isModifier"})
_VALUES = ("fixed", "pattern", "minValue", "maxValue", "_fixed", "_pattern")


def pruned(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A StructureDefinition with its differential, without texts and without a snapshot."""
    made: dict[str, Any] = {key: definition[key] for key in _OF_DEFINITION if key in definition}
    for key in ("context", "contextInvariant"):
        if key in definition:
            made[key] = definition[key]
    elements = definition.get("differential", {}).get("element", ())
    made["differential"] = {"element": [_element(one) for one in elements]}
    return made


def _element(element: Mapping[str, Any]) -> dict[str, Any]:
    made = {key: value for key, value in element.items() if key in _OF_ELEMENT or key.startswith(_VALUES)}
    if "slicing" in element:
        made["slicing"] = _chosen(element["slicing"], ("discriminator", "ordered", "rules"))
    if "type" in element:
        made["type"] = [
            _chosen(one, ("code", "profile", "_profile", "targetProfile")) for one in element["type"]
        ]
    if "binding" in element:
        made["binding"] = _chosen(element["binding"], ("strength", "valueSet"))
    if "constraint" in element:
        made["constraint"] = [
            _chosen(one, ("key", "severity", "expression")) for one in element["constraint"]
        ]
    return made


def _chosen(value: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: value[key] for key in keys if key in value}

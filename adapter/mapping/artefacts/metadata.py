"""The elements that every artefact of the project has in common."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from adapter.fhir.canonical import BASE

PUBLISHER = "ip-adapter"
_SUFFIXES = {"CodeSystem": "Codes", "ValueSet": "ValueSet", "ConceptMap": "Map"}


def metadata(type_: str, id_: str, title: str, description: str, language: str = "en") -> dict[str, Any]:
    """The canonical URL, the version, the names and the status of an artefact.

    Args:
        type_: CodeSystem, ValueSet, ConceptMap or StructureDefinition.
        id_: the id, which the canonical URL ends with.
        title: a title for people.
        description: a description in English.
        language: the language of displays and titles.
    """
    return {
        "resourceType": type_,
        "id": id_,
        "language": language,
        "url": f"{BASE}/{type_}/{id_}",
        "version": version("ip-adapter"),
        "name": "".join(word.capitalize() for word in id_.split("-")) + _SUFFIXES.get(type_, ""),
        "title": title,
        "status": "draft",
        "experimental": False,
        "publisher": PUBLISHER,
        "description": description,
    }

"""The codes of a code table in FHIR: its code system, and the value set an element is bound to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.fhir.canonical import BASE
from adapter.fhir.definitions import ElementFacts, facts
from adapter.mapping.sources import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.mapping.codes import Codes
    from adapter.mapping.paths import FhirPath
    from adapter.mapping.sources import Sources


@dataclass(frozen=True, slots=True)
class FhirCodes:
    """The codes of a table in FHIR: the code system, and the value set with the strength of its binding."""

    system: str | None
    value_set: str | None
    strength: str


def artefact_id(table: str) -> str:
    """The id of the artefacts of a code table, which their canonical URLs end with."""
    return f"ip-{table}"


def value_set_url(table: str) -> str:
    """The canonical URL of the value set of a code table."""
    return f"{BASE}/ValueSet/{artefact_id(table)}"


def codes_in_fhir(table: Codes, sources: Sources) -> FhirCodes:
    """The code system and the value set in FHIR of a table.

    An element of R4 that a row maps with the table names them; for an element of an extension the table does.
    """
    if table.is_ours:
        return FhirCodes(table.system, value_set_url(table.name), "required")
    wanted = set((table.to_fhir or {}).values())
    for element in _elements(table.name, sources):
        bound = element.binding
        if bound is None:
            continue
        systems = [system for system, codes in (element.codes or {}).items() if wanted <= codes]
        if table.system is None and systems:
            return FhirCodes(systems[0], bound.value_set, bound.strength)
        if table.system in (element.codes or {}):
            return FhirCodes(table.system, bound.value_set, bound.strength)
    return FhirCodes(table.system, table.value_set, "required" if table.value_set else "preferred")


def _elements(table: str, sources: Sources) -> Iterator[ElementFacts]:
    """The elements of R4 that rows map with a table."""
    for file in sources.files:
        for place in walk(file.rows):
            if place.row.codes == table:
                found = _element(place.elements[0], file.type)
                if found is not None:
                    yield found


def _element(path: FhirPath, type_: str) -> ElementFacts | None:
    """The element at the end of a path; None inside an extension."""
    element = None
    for step in path.steps:
        found = facts(type_).element(step.name)
        if step.name == "extension" or found is None:
            return None
        element, ref = found
        type_ = ref.code
    return element

"""Code systems, value sets and concept maps from the code tables, ``mappings/codes/*.yaml``.

Each table is one code system with the codes of the record in bokmål, nynorsk and English, and one value set.
Where FHIR has codes of its own, a concept map leads from the codes of the record to them.
https://hl7.org/fhir/R4/codesystem.html, valueset.html, conceptmap.html.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fhir.resources.R4B.codesystem import CodeSystem
from fhir.resources.R4B.conceptmap import ConceptMap
from fhir.resources.R4B.valueset import ValueSet

from adapter.fhir.canonical import BASE
from adapter.fhir.definitions import ElementFacts, facts
from adapter.mapping.artefacts.metadata import metadata
from adapter.mapping.sources import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapter.mapping.codes import Codes
    from adapter.mapping.paths import FhirPath
    from adapter.mapping.sources import Sources

_LANGUAGES = ("nb", "nn", "en")


@dataclass(frozen=True, slots=True)
class FhirCodes:
    """The codes of a table in FHIR: the code system, and the bound value set with the strength of the binding."""

    system: str | None
    value_set: str | None
    strength: str


def artefact_id(table: str) -> str:
    """The id of the artefacts of a code table, which their canonical URLs end with."""
    return f"ip-{table}"


def value_set_url(table: str) -> str:
    """The canonical URL of the value set of a code table."""
    return f"{BASE}/ValueSet/{artefact_id(table)}"


def terminology(sources: Sources, descriptions: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The code system, the value set and, where FHIR has other codes, the concept map of every table.

    Args:
        sources: the mapping files.
        descriptions: the description of each table.
    """
    for name, table in sorted(sources.codes.items()):
        about = descriptions[name]
        yield _code_system(table, about)
        yield _value_set(table, about)
        if not table.is_ours:
            yield _concept_map(table, about, codes_in_fhir(table, sources))


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


def _code_system(table: Codes, about: str) -> dict[str, Any]:
    ours = artefact_id(table.name)
    return _checked(
        CodeSystem,
        {
            **metadata("CodeSystem", ours, f"Koder: {table.name}", about, language="nb"),
            "caseSensitive": True,
            "valueSet": value_set_url(table.name),
            "content": "complete",
            "count": len(table.displays),
            "concept": [
                {
                    "code": code,
                    "display": displays["nb"],
                    "designation": [
                        {"language": language, "value": displays[language]} for language in _LANGUAGES
                    ],
                }
                for code, displays in table.displays.items()
            ],
        },
    )


def _value_set(table: Codes, about: str) -> dict[str, Any]:
    return _checked(
        ValueSet,
        {
            **metadata("ValueSet", artefact_id(table.name), f"Koder: {table.name}", about),
            "immutable": False,
            "compose": {"include": [{"system": _own_system(table)}]},
        },
    )


def _own_system(table: Codes) -> str:
    return f"{BASE}/CodeSystem/{artefact_id(table.name)}"


def _concept_map(table: Codes, about: str, there: FhirCodes) -> dict[str, Any]:
    group = {
        "source": _own_system(table),
        **({"target": there.system} if there.system else {}),
        "element": [
            {
                "code": plan,
                "display": table.displays[plan]["nb"],
                "target": [{"code": fhir, "equivalence": "equivalent"}],
            }
            for plan, fhir in (table.to_fhir or {}).items()
        ],
    }
    return _checked(
        ConceptMap,
        {
            **metadata("ConceptMap", artefact_id(table.name), f"Koder i FHIR: {table.name}", about),
            "sourceCanonical": value_set_url(table.name),
            **({"targetCanonical": there.value_set} if there.value_set else {}),
            "group": [group],
        },
    )


def _checked(model: Any, content: dict[str, Any]) -> dict[str, Any]:
    """The resource, which the model accepts; pydantic's ValidationError otherwise."""
    model.model_validate(content)
    return content

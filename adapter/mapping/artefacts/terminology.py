"""Code systems, value sets and concept maps from the code tables, ``mappings/codes/*.yaml``.

Each table is one code system with the codes of the record in bokmål, nynorsk and English, and one value set.
Where FHIR has codes of its own, a concept map leads from the codes of the record to them.
https://hl7.org/fhir/R4/codesystem.html, valueset.html, conceptmap.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fhir.resources.R4B.codesystem import CodeSystem
from fhir.resources.R4B.conceptmap import ConceptMap
from fhir.resources.R4B.valueset import ValueSet

from adapter.fhir.canonical import BASE
from adapter.mapping.artefacts.metadata import metadata
from adapter.mapping.bound_codes import FhirCodes, artefact_id, codes_in_fhir, value_set_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapter.mapping.codes import Codes
    from adapter.mapping.sources import Sources

_LANGUAGES = ("nb", "nn", "en")


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

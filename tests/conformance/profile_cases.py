"""CarePlans of our own with the verdict of a profile: 3 valid ones, and 15 that each break one rule of it.

The profile and what it names are the differentials in the folder ``definitions``: slices by value and by
pattern, extensions with binding, context and sub-extensions, a constraint, a fixed value, an element that is
not allowed, and the profile of a contained resource.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.conformance.base_cases import care_plan, coded, narrative, to

DEFINITIONS = tuple(sorted((Path(__file__).parent / "definitions").glob("*.json")))
PROFIL = "https://profil.example/fhir"
PLAN = f"{PROFIL}/StructureDefinition/prove-plan"
"""The canonical address of the profile."""

SAK = {"system": "https://kommune.example/sak", "value": "17"}
ORGNR = {"system": "urn:oid:2.16.578.1.12.4.1.4.101", "value": "314142101"}
IP = coded("individuell-plan", f"{PROFIL}/CodeSystem/prove-plantype")


def plan(without: str = "", **elements: Any) -> dict[str, Any]:
    """A CarePlan that is valid by the profile, less one element, with these in place of its own."""
    whole = (
        care_plan(title="Plan", identifier=[SAK], category=[IP], period={"start": "2026-01-15"}) | elements
    )
    return {key: value for key, value in whole.items() if key != without}


def extension(name: str, **value: Any) -> dict[str, Any]:
    """An extension of the profile's package."""
    return {"url": f"{PROFIL}/StructureDefinition/{name}", **value}


def hjemmel(code: str) -> dict[str, Any]:
    """The extension with the value set that is required."""
    return extension("prove-hjemmel", valueCodeableConcept=coded(code, f"{PROFIL}/CodeSystem/prove-hjemmel"))


def medvirkning(*sub: dict[str, Any]) -> dict[str, Any]:
    """The extension with sub-extensions."""
    return extension("prove-medvirkning", extension=list(sub))


def organisation(**elements: Any) -> dict[str, Any]:
    """A contained Organization."""
    return {
        "resourceType": "Organization",
        "id": "o",
        "text": narrative("Prøve"),
        "name": "Prøve",
        **elements,
    }


DATO = {"url": "dato", "valueDate": "2026-01-10"}
FORM = {"url": "form", "valueString": "Samtale"}

VALID: dict[str, dict[str, Any]] = {
    "the least": plan(),
    "everything the profile names": plan(
        extension=[hjemmel("hol-7-1"), medvirkning(DATO, FORM), medvirkning(DATO)],
        contained=[organisation(identifier=[ORGNR])],
        author=to("#o"),
        contributor=[to("#o")],
    ),
    "content beside the slices that is in none of them": plan(
        extension=[
            hjemmel("phvl-4-1"),
            {"url": "https://ukjent.example/fhir/StructureDefinition/annet", "valueString": "x"},
        ],
        identifier=[{"system": "https://sykehus.example/plan", "value": "4"}, SAK],
        category=[coded("annen-plan", f"{PROFIL}/CodeSystem/prove-plantype"), IP],
    ),
}

INVALID: dict[str, dict[str, Any]] = {
    "a slice by pattern is missing": plan(
        category=[coded("annen-plan", f"{PROFIL}/CodeSystem/prove-plantype")]
    ),
    "a slice by value is missing": plan(
        identifier=[{"system": "https://sykehus.example/plan", "value": "4"}]
    ),
    "a slice has more elements than its maximum": plan(identifier=[SAK, SAK | {"value": "18"}]),
    "an element of a slice is missing": plan(identifier=[{"system": SAK["system"]}]),
    "a required element is missing": plan(without="title"),
    "a fixed value is another": plan(intent="order"),
    "an element that the profile does not allow": plan(instantiatesUri=["https://kommune.example/mal"]),
    "a constraint does not hold": plan(without="period"),
    "an extension has a code outside its value set": plan(extension=[hjemmel("annet")]),
    "an extension has a value of another type": plan(extension=[extension("prove-hjemmel", valueString="x")]),
    "an extension stands more often than its slice allows": plan(
        extension=[hjemmel("hol-7-1"), hjemmel("phvl-4-1")]
    ),
    "an extension stands where its context does not allow it": plan(
        extension=[extension("prove-kilde", valueString="x")]
    ),
    "a sub-extension is missing": plan(extension=[medvirkning(FORM)]),
    "a contained author is not of the target profile": plan(contained=[organisation()], author=to("#o")),
    "a contained contributor is not of the target profile": plan(
        contained=[organisation(identifier=[{"system": "https://annet.example", "value": "1"}])],
        contributor=[to("#o")],
    ),
}

"""Judgement of coded values by the terminology that is installed.

A code of a required value set is demanded, and a code of an extensible one recommended
(https://hl7.org/fhir/R4/terminologies.html#strength). Codes of SNOMED CT, LOINC and other systems that are
not installed are not judged; the report names the system once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message, Severity
from adapter.fhir.terminology.answers import any_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.errors import Finding
    from adapter.fhir.definitions.installed import Definitions
    from adapter.fhir.terminology import Terminology
    from adapter.fhir.terminology.answers import Answer
    from adapter.fhir.validation.elements import Item
    from adapter.fhir.validation.unchecked import Unchecked

_TERMINOLOGIES = "https://hl7.org/fhir/R4/terminologies.html"
REQUIRED = Message(
    "code-not-in-value-set",
    IssueType.CODE_INVALID,
    nb="Koden er ikke i verdisettet {value_set}, som {profile} krever. Bruk en kode fra verdisettet.",
    en="The code is not in the value set {value_set}, which {profile} requires. Use a code of the value set.",
    source=f"{_TERMINOLOGIES}#required",
)
EXTENSIBLE = Message(
    "code-outside-extensible",
    IssueType.CODE_INVALID,
    nb="Koden er ikke i det utvidbare verdisettet {value_set}. Bruk en kode fra verdisettet, hvis en passer.",
    en="The code is not in the extensible value set {value_set}. Use a code of the value set, if one fits.",
    source=f"{_TERMINOLOGIES}#extensible",
    severity=Severity.WARNING,
)
CODE = Message(
    "code-not-in-system",
    IssueType.CODE_INVALID,
    nb="Kodeverket {system} har ikke denne koden. Rett code eller system.",
    en="The code system {system} does not have this code. Correct code or system.",
    source="https://hl7.org/fhir/R4/datatypes.html#Coding",
)
OLD_CODE = Message(
    "code-not-in-old-system",
    IssueType.CODE_INVALID,
    nb="Utgaven av kodeverket {system} i FHIR R4 har ikke denne koden. Kontroller koden i en nyere utgave.",
    en="The edition of the code system {system} in FHIR R4 does not have this code. Check a newer edition.",
    source="https://hl7.org/fhir/R4/terminologies-systems.html",
    severity=Severity.WARNING,
)
VALUE_SET = Message(
    "system-is-value-set",
    IssueType.CODE_INVALID,
    nb="system er adressen til et verdisett. Bruk adressen til kodeverket.",
    en="system is the address of a value set. Use the address of the code system.",
    source="https://hl7.org/fhir/R4/datatypes.html#Coding",
)
SUPPLEMENT = Message(
    "system-is-supplement",
    IssueType.CODE_INVALID,
    nb="system er adressen til et tillegg til et kodeverk. Bruk adressen til kodeverket selv.",
    en="system is the address of a supplement to a code system. Use the address of the code system itself.",
    source="https://hl7.org/fhir/R4/codesystem.html#supplements",
)
NO_SYSTEM = Message(
    "code-without-system",
    IssueType.CODE_INVALID,
    nb="Koden mangler system, og har ingen bestemt betydning. Legg til system.",
    en="The code has no system, and so no defined meaning. Add system.",
    source="https://hl7.org/fhir/R4/datatypes.html#Coding",
    severity=Severity.WARNING,
)
DISPLAY = Message(
    "display-other",
    IssueType.VALUE,
    nb="display er ikke en tekst som kodeverket {system} har for koden. Rett code eller display.",
    en="display is not a text that the code system {system} has for the code. Correct code or display.",
    source="https://hl7.org/fhir/R4/datatypes.html#Coding",
    severity=Severity.WARNING,
)

JUDGED = frozenset({"required", "extensible"})
CODED = frozenset({"code", "Coding", "CodeableConcept", "Quantity", "string", "uri"})
"""The strengths that are judged, and the types that a binding applies to."""

_OLD = ("http://terminology.hl7.org/CodeSystem/v2-", "http://terminology.hl7.org/CodeSystem/v3-")
"""HL7's v2 and v3 code systems grow outside FHIR; the package of R4 holds their codes of 2019."""


def membership(terminology: Terminology, item: Item, value_set: str) -> Answer:
    """The answer whether a code, Coding, CodeableConcept, Quantity or text is in a value set.

    Of a CodeableConcept, one Coding is enough; one without a Coding is in no value set. A Coding without a
    code says nothing that a value set could contradict.
    """
    value = item.value
    if isinstance(value, str):
        return terminology.contains(value_set, None, value)
    if not isinstance(value, dict):
        return "unknown"
    if item.type != "CodeableConcept":
        return _of_coding(terminology, value, value_set)
    codings = value.get("coding")
    return any_of(
        _of_coding(terminology, one, value_set)
        for one in (codings if isinstance(codings, list) else ())
        if isinstance(one, dict)
    )


def _of_coding(terminology: Terminology, coding: dict[str, Any], value_set: str) -> Answer:
    system, code = coding.get("system"), coding.get("code")
    if not isinstance(code, str):
        return "yes"
    return terminology.contains(value_set, system if isinstance(system, str) else "", code)


def coding_findings(
    coding: dict[str, Any], path: str, language: str | None, definitions: Definitions, unchecked: Unchecked
) -> Iterator[Finding]:
    """The findings of a Coding by its own code system: system, code and display."""
    system, code = coding.get("system"), coding.get("code")
    if not isinstance(code, str) or not isinstance(system, str):
        if isinstance(code, str) and "_system" not in coding and "system" not in coding:
            yield NO_SYSTEM.at(path)
        return
    terminology = definitions.terminology
    match terminology.code_status(system, code):
        case "unknown":
            message = OLD_CODE if system.startswith(_OLD) else CODE
            yield message.at(f"{path}.code", system=system)
        case "supplement":
            yield SUPPLEMENT.at(f"{path}.system")
        case "not-at-hand":
            if definitions.find("ValueSet", system):
                yield VALUE_SET.at(f"{path}.system")
            else:
                unchecked.note("code-system", system)
        case _:
            display = coding.get("display")
            if isinstance(display, str):
                fits = terminology.display_fits(system, code, display, language=language)
                if fits == "no":
                    yield DISPLAY.at(f"{path}.display", system=system)

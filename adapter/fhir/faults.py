"""Messages of the structure check (:mod:`adapter.fhir.validation.structure`)."""

from __future__ import annotations

import re

from adapter.errors import IssueType, Message

_JSON = "https://hl7.org/fhir/R4/json.html"
TYPE_MISSING = Message(
    "resource-type-missing",
    IssueType.REQUIRED,
    nb="Ressursen mangler resourceType. Legg til resourceType.",
    en="The resource has no resourceType. Add resourceType.",
    source=f"{_JSON}#resources",
)
TYPE_UNKNOWN = Message(
    "resource-type-unknown",
    IssueType.NOT_SUPPORTED,
    nb="Ressurstypen finnes ikke i FHIR R4. Bruk en ressurstype fra FHIR R4.",
    en="The resource type does not exist in FHIR R4. Use a resource type of FHIR R4.",
    source="https://hl7.org/fhir/R4/resourcelist.html",
)
UNKNOWN = Message(
    "element-unknown",
    IssueType.STRUCTURE,
    nb="{type} har ikke dette elementet i FHIR R4. Rett navnet, eller fjern elementet.",
    en="{type} does not have this element in FHIR R4. Correct the name, or remove the element.",
    source=f"{_JSON}#xml",
)
MISSING = Message(
    "element-required",
    IssueType.REQUIRED,
    nb="{type} mangler det påkrevde elementet {name}. Legg til elementet.",
    en="{type} lacks the required element {name}. Add the element.",
    source="https://hl7.org/fhir/R4/conformance-rules.html#cardinality",
)
NOT_LIST = Message(
    "element-not-list",
    IssueType.STRUCTURE,
    nb="Elementet kan gjentas, men er ikke en liste i JSON. Send en liste.",
    en="The element may repeat, but is not an array in JSON. Send an array.",
    source=f"{_JSON}#repeat",
)
LIST = Message(
    "element-list",
    IssueType.STRUCTURE,
    nb="Elementet er en liste, men kan bare stå én gang. Send én verdi.",
    en="The element is an array, but may occur only once. Send a single value.",
    source=f"{_JSON}#repeat",
)
NOT_OBJECT = Message(
    "element-not-object",
    IssueType.STRUCTURE,
    nb="Verdien er ikke et JSON-objekt. Send {type} som et objekt.",
    en="The value is not a JSON object. Send {type} as an object.",
    source=f"{_JSON}#complex",
)
NULL = Message(
    "element-null",
    IssueType.STRUCTURE,
    nb="null er bare tillatt i en liste, når den parallelle listen (navnet med eller uten _)"
    " har innhold på samme plass. Fjern null, eller legg til innholdet.",
    en="null is allowed only in an array, when the parallel array (the name with or without _)"
    " has content at the same place. Remove null, or add the content.",
    source=f"{_JSON}#null",
)
EMPTY_LIST = Message(
    "element-empty-list",
    IssueType.STRUCTURE,
    nb="Listen er tom. Utelat elementet.",
    en="The array is empty. Leave the element out.",
    source=f"{_JSON}#repeat",
)
EMPTY = Message(
    "ele-1",
    IssueType.INVARIANT,
    nb="Elementet er tomt. Gi det en verdi eller et underelement, eller utelat det.",
    en="The element is empty. Give it a value or a child element, or leave it out.",
    source="https://hl7.org/fhir/R4/element.html#invs",
)
UNALIGNED = Message(
    "element-unaligned",
    IssueType.STRUCTURE,
    nb="Listen med extension er lengre enn listen med verdier. Skriv null for hver verdi som mangler.",
    en="The array of extensions is longer than the array of values. Write null for each missing value.",
    source=f"{_JSON}#primitive",
)
CHOICE = Message(
    "element-choice",
    IssueType.STRUCTURE,
    nb="Elementet er sendt med to typer, men kan bare ha én. Fjern én av dem.",
    en="The element is sent with two types, but may have only one. Remove one of them.",
    source="https://hl7.org/fhir/R4/formats.html#choice",
)
CODE = Message(
    "code-unknown",
    IssueType.CODE_INVALID,
    nb="Koden er ikke i verdisettet som FHIR R4 krever for {name}. Bruk en kode fra verdisettet.",
    en="The code is not in the value set that FHIR R4 requires for {name}. Use a code of the value set.",
    source="https://hl7.org/fhir/R4/terminologies.html#required",
)
EXTENSION = Message(
    "ext-1",
    IssueType.INVARIANT,
    nb="Denne extension har både value[x] og extension, eller ingen av dem. Send nøyaktig én av dem.",
    en="The extension has both value[x] and extension, or neither. Send exactly one of them.",
    source="https://hl7.org/fhir/R4/extensibility.html#invs",
)
EXTENSION_URL = Message(
    "extension-url-not-absolute",
    IssueType.VALUE,
    nb="Denne extension har en url som ikke er absolutt. Bruk en absolutt URL;"
    " bare en extension inne i en annen extension kan ha et navn.",
    en="The extension has a url that is not absolute. Use an absolute URL;"
    " only an extension within another extension may have a name.",
    source="https://hl7.org/fhir/R4/extensibility.html#Extension",
)
SYSTEM = Message(
    "system-not-absolute",
    IssueType.VALUE,
    nb="Elementet system er ikke en absolutt URI. Bruk en absolutt URI.",
    en="The element system is not an absolute URI. Use an absolute URI.",
    source="https://hl7.org/fhir/R4/datatypes.html#Coding",
)

_NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,63}")


def shown(key: str) -> str:
    """A key as sent if it has the form of a name, else ``*``; an unknown key could be a birth number."""
    return key if _NAME.fullmatch(key) else "*"

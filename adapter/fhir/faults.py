"""What the check of structure can find, in words; :mod:`adapter.fhir.validation.structure` says when."""

from __future__ import annotations

import re

from adapter.errors import IssueType, Message, Severity

_JSON = "https://hl7.org/fhir/R4/json.html"
TYPE_MISSING = Message(
    "resource-type-missing",
    IssueType.REQUIRED,
    nb="En ressurs må ha resourceType",
    en="A resource must have resourceType",
    source=f"{_JSON}#resources",
)
TYPE_UNKNOWN = Message(
    "resource-type-unknown",
    IssueType.NOT_SUPPORTED,
    nb="FHIR R4 har ingen slik ressurstype",
    en="FHIR R4 has no such resource type",
    source="https://hl7.org/fhir/R4/resourcelist.html",
)
UNKNOWN = Message(
    "element-unknown",
    IssueType.STRUCTURE,
    nb="{type} har ikke dette elementet i FHIR R4",
    en="{type} does not have this element in FHIR R4",
    source=f"{_JSON}#xml",
)
MISSING = Message(
    "element-required",
    IssueType.REQUIRED,
    nb="Elementet {name} er påkrevd i {type}",
    en="The element {name} is required in {type}",
    source="https://hl7.org/fhir/R4/conformance-rules.html#cardinality",
)
NOT_LIST = Message(
    "element-not-list",
    IssueType.STRUCTURE,
    nb="Elementet kan gjentas og må være en liste i JSON",
    en="The element may repeat and must be an array in JSON",
    source=f"{_JSON}#repeat",
)
LIST = Message(
    "element-list",
    IssueType.STRUCTURE,
    nb="Elementet kan bare stå én gang",
    en="The element can only stand once",
    source=f"{_JSON}#repeat",
)
NOT_OBJECT = Message(
    "element-not-object",
    IssueType.STRUCTURE,
    nb="En {type} må være et objekt",
    en="A value of type {type} must be an object",
    source=f"{_JSON}#complex",
)
NULL = Message(
    "element-null",
    IssueType.STRUCTURE,
    nb="null står bare i en liste, der samme plass i den andre listen har id eller utvidelse",
    en="null only stands in an array, where the same place of the other array has an id or an extension",
    source=f"{_JSON}#null",
)
EMPTY_LIST = Message(
    "element-empty-list",
    IssueType.STRUCTURE,
    nb="En liste kan ikke være tom; utelat elementet",
    en="An array cannot be empty; leave the element out",
    source=f"{_JSON}#repeat",
)
EMPTY = Message(
    "ele-1",
    IssueType.INVARIANT,
    nb="Elementet må ha en verdi eller et innhold",
    en="The element must have a value or content",
    source="https://hl7.org/fhir/R4/element.html#invs",
)
UNALIGNED = Message(
    "element-unaligned",
    IssueType.STRUCTURE,
    nb="Listen med utvidelser er lengre enn listen med verdier",
    en="The array of extensions is longer than the array of values",
    source=f"{_JSON}#primitive",
)
CHOICE = Message(
    "element-choice",
    IssueType.STRUCTURE,
    nb="Elementet er gitt med to typer; bare én kan stå",
    en="The element is given with two types; only one can stand",
    source="https://hl7.org/fhir/R4/formats.html#choice",
)
CODE = Message(
    "code-unknown",
    IssueType.CODE_INVALID,
    nb="Koden er ikke en av dem elementet {name} i FHIR R4 tillater",
    en="The code is not one of those the element {name} allows in FHIR R4",
    source="https://hl7.org/fhir/R4/terminologies.html#required",
)
EXTENSION = Message(
    "ext-1",
    IssueType.INVARIANT,
    nb="En utvidelse har enten en verdi eller utvidelser, ikke begge og ikke ingen",
    en="An extension has either a value or extensions, not both and not neither",
    source="https://hl7.org/fhir/R4/extensibility.html#invs",
)
EXTENSION_URL = Message(
    "extension-url-not-absolute",
    IssueType.VALUE,
    nb="url i en utvidelse må være absolutt; bare i en utvidelse inne i en utvidelse kan den være et navn",
    en="The url of an extension must be absolute; only within another extension can it be a name",
    source="https://hl7.org/fhir/R4/extensibility.html#Extension",
)
SYSTEM = Message(
    "system-not-absolute",
    IssueType.VALUE,
    nb="system må være en absolutt URI",
    en="system must be an absolute URI",
    source="https://hl7.org/fhir/R4/datatypes.html#Coding",
)
CUT_OFF = Message(
    "findings-cut-off",
    IssueType.INCOMPLETE,
    nb="Det er flere funn enn de første {limit}",
    en="There are more findings than the first {limit}",
    severity=Severity.INFORMATION,
)

_NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,63}")


def shown(key: str) -> str:
    """A key as sent, if it looks like a name: a stray key may hold anything, even a birth number."""
    return key if _NAME.fullmatch(key) else "*"

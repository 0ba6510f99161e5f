"""What the check of structure can find, in words; :mod:`adapter.fhir.structure` says when."""

from __future__ import annotations

import re

from adapter.errors import IssueType, Message, Severity

_JSON = "https://hl7.org/fhir/R4/json.html"
TYPE_MISSING = Message(
    "resource-type-missing",
    IssueType.REQUIRED,
    "En ressurs må ha resourceType",
    "A resource must have resourceType",
    f"{_JSON}#resources",
)
TYPE_UNKNOWN = Message(
    "resource-type-unknown",
    IssueType.NOT_SUPPORTED,
    "FHIR R4 har ingen slik ressurstype",
    "FHIR R4 has no such resource type",
    "https://hl7.org/fhir/R4/resourcelist.html",
)
UNKNOWN = Message(
    "element-unknown",
    IssueType.STRUCTURE,
    "{type} har ikke dette elementet i FHIR R4",
    "{type} does not have this element in FHIR R4",
    f"{_JSON}#xml",
)
MISSING = Message(
    "element-required",
    IssueType.REQUIRED,
    "Elementet {name} er påkrevd i {type}",
    "The element {name} is required in {type}",
    "https://hl7.org/fhir/R4/conformance-rules.html#cardinality",
)
NOT_LIST = Message(
    "element-not-list",
    IssueType.STRUCTURE,
    "Elementet kan gjentas og må være en liste i JSON",
    "The element may repeat and must be an array in JSON",
    f"{_JSON}#repeat",
)
LIST = Message(
    "element-list",
    IssueType.STRUCTURE,
    "Elementet kan bare stå én gang",
    "The element can only stand once",
    f"{_JSON}#repeat",
)
NOT_OBJECT = Message(
    "element-not-object",
    IssueType.STRUCTURE,
    "En {type} må være et objekt",
    "A value of type {type} must be an object",
    f"{_JSON}#complex",
)
NULL = Message(
    "element-null",
    IssueType.STRUCTURE,
    "null står bare i en liste, der samme plass i den andre listen har id eller utvidelse",
    "null only stands in an array, where the same place of the other array has an id or an extension",
    f"{_JSON}#null",
)
EMPTY_LIST = Message(
    "element-empty-list",
    IssueType.STRUCTURE,
    "En liste kan ikke være tom; utelat elementet",
    "An array cannot be empty; leave the element out",
    f"{_JSON}#repeat",
)
EMPTY = Message(
    "ele-1",
    IssueType.INVARIANT,
    "Elementet må ha en verdi eller et innhold",
    "The element must have a value or content",
    "https://hl7.org/fhir/R4/element.html#invs",
)
UNALIGNED = Message(
    "element-unaligned",
    IssueType.STRUCTURE,
    "Listen med utvidelser er lengre enn listen med verdier",
    "The array of extensions is longer than the array of values",
    f"{_JSON}#primitive",
)
CHOICE = Message(
    "element-choice",
    IssueType.STRUCTURE,
    "Elementet er gitt med to typer; bare én kan stå",
    "The element is given with two types; only one can stand",
    "https://hl7.org/fhir/R4/formats.html#choice",
)
CODE = Message(
    "code-unknown",
    IssueType.CODE_INVALID,
    "Koden er ikke en av dem elementet {name} i FHIR R4 tillater",
    "The code is not one of those the element {name} allows in FHIR R4",
    "https://hl7.org/fhir/R4/terminologies.html#required",
)
EXTENSION = Message(
    "ext-1",
    IssueType.INVARIANT,
    "En utvidelse har enten en verdi eller utvidelser, ikke begge og ikke ingen",
    "An extension has either a value or extensions, not both and not neither",
    "https://hl7.org/fhir/R4/extensibility.html#invs",
)
EXTENSION_URL = Message(
    "extension-url-not-absolute",
    IssueType.VALUE,
    "url i en utvidelse må være absolutt; bare i en utvidelse inne i en utvidelse kan den være et navn",
    "The url of an extension must be absolute; only within another extension can it be a name",
    "https://hl7.org/fhir/R4/extensibility.html#Extension",
)
SYSTEM = Message(
    "system-not-absolute",
    IssueType.VALUE,
    "system må være en absolutt URI",
    "system must be an absolute URI",
    "https://hl7.org/fhir/R4/datatypes.html#Coding",
)
CUT_OFF = Message(
    "findings-cut-off",
    IssueType.INCOMPLETE,
    "Det er flere funn enn de første {limit}",
    "There are more findings than the first {limit}",
    severity=Severity.INFORMATION,
)

_NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,63}")


def shown(key: str) -> str:
    """A key as sent, if it looks like a name: a stray key may hold anything, even a birth number."""
    return key if _NAME.fullmatch(key) else "*"

"""The shapes of CodeSystem and ValueSet, as far as validation reads them, for definitions of other authors.

A member of another type, or a code that is missing, is refused here once, so that no reader of the
terminology has to ask. https://hl7.org/fhir/R4/codesystem.html, https://hl7.org/fhir/R4/valueset.html.
"""

from __future__ import annotations

from typing import Any

import msgspec


class _Use(msgspec.Struct):
    code: str = ""


class _Designation(msgspec.Struct):
    value: str
    language: str = ""
    use: _Use | None = None


class _Property(msgspec.Struct):
    code: str
    type: str


class _PropertyValue(msgspec.Struct):
    code: str


class _Concept(msgspec.Struct):
    code: str
    display: str = ""
    designation: list[_Designation] = []
    property: list[_PropertyValue] = []
    concept: list[_Concept] = []


class _CodeSystem(msgspec.Struct):
    content: str = ""
    caseSensitive: bool = False  # noqa: N815 - FHIR's spelling
    property: list[_Property] = []
    concept: list[_Concept] = []


class _Listed(msgspec.Struct):
    code: str
    display: str = ""


class _Filter(msgspec.Struct):
    property: str
    op: str
    value: str


class _Part(msgspec.Struct):
    system: str = ""
    version: str = ""
    concept: list[_Listed] = []
    filter: list[_Filter] = []
    valueSet: list[str] = []  # noqa: N815 - FHIR's spelling


class _Compose(msgspec.Struct):
    inactive: bool = False
    include: list[_Part] = []
    exclude: list[_Part] = []


class _Contained(msgspec.Struct):
    system: str = ""
    code: str = ""
    abstract: bool = False
    contains: list[_Contained] = []


class _Extension(msgspec.Struct):
    url: str


class _Expansion(msgspec.Struct):
    extension: list[_Extension] = []
    total: int | None = None
    offset: int = 0
    contains: list[_Contained] = []


class _ValueSet(msgspec.Struct):
    compose: _Compose | None = None
    expansion: _Expansion | None = None


_SHAPES: dict[str, type] = {"CodeSystem": _CodeSystem, "ValueSet": _ValueSet}


def misshapen(resource: dict[str, Any]) -> str | None:
    """The fault in the shape of a CodeSystem or ValueSet, with its place; None for a sound definition."""
    try:
        msgspec.convert(resource, _SHAPES.get(str(resource.get("resourceType")), dict))
    except msgspec.ValidationError as error:
        return str(error)
    return None

"""The elements of a StructureDefinition that the compilation reads, with their types.

msgspec refuses a definition in which one of them has another type; other elements are passed over.
https://hl7.org/fhir/R4/structuredefinition.html and elementdefinition.html.
"""

from __future__ import annotations

from typing import Any

import msgspec

from adapter.fhir.definitions.compilation import TYPES

_ELEMENT_OF = f"{TYPES}elementdefinition-profile-element"


class _Discriminator(msgspec.Struct):
    type: str
    path: str


class _Slicing(msgspec.Struct):
    discriminator: list[_Discriminator] = []
    ordered: bool = False
    rules: str = "open"


class _Extension(msgspec.Struct):
    url: str = ""
    valueString: str = ""  # noqa: N815 - FHIR's spelling


class _Extended(msgspec.Struct):
    extension: list[_Extension] = []


class ElementType(msgspec.Struct):
    """A type of an element, with the profiles of its value and of the target of a Reference."""

    code: str = ""
    profile: list[str] = []
    targetProfile: list[str] = []  # noqa: N815 - FHIR's spelling
    extended: list[_Extended | None] = msgspec.field(name="_profile", default=[])

    def profiles(self) -> tuple[str, ...]:
        """The profiles; one that is an element of a profile has the element id as its fragment."""
        named: list[str] = []
        for index, url in enumerate(self.profile):
            beside = self.extended[index] if index < len(self.extended) else None
            ids = [one.valueString for one in beside.extension if one.url == _ELEMENT_OF] if beside else []
            named.append(f"{url}#{ids[0]}" if ids else url)
        return tuple(named)


class ElementBinding(msgspec.Struct):
    """The binding of an element to a value set."""

    strength: str = ""
    valueSet: str = ""  # noqa: N815 - FHIR's spelling


class _Constraint(msgspec.Struct):
    key: str = ""
    severity: str = "error"
    expression: str = ""
    human: str = ""


class ElementDefinition(msgspec.Struct):
    """The rules of one element; fixed values, patterns and bounds are read from the tree by their keys."""

    path: str
    id: str = ""
    sliceName: str = ""  # noqa: N815 - FHIR's spelling
    slicing: _Slicing | None = None
    min: int | None = None
    max: str | None = None
    type: list[ElementType] = []
    maxLength: int | None = None  # noqa: N815 - FHIR's spelling
    isModifier: bool = False  # noqa: N815 - FHIR's spelling
    mustSupport: bool | None = None  # noqa: N815 - FHIR's spelling
    binding: ElementBinding | None = None
    constraint: list[_Constraint] = []


class _Context(msgspec.Struct):
    type: str
    expression: str


class _Elements(msgspec.Struct):
    element: list[dict[str, Any]] = []


class StructureDefinition(msgspec.Struct):
    """A definition of a profile or an extension."""

    url: str
    type: str
    kind: str = ""
    derivation: str = ""
    baseDefinition: str = ""  # noqa: N815 - FHIR's spelling
    differential: _Elements | None = None
    snapshot: _Elements | None = None
    context: list[_Context] = []
    contextInvariant: list[str] = []  # noqa: N815 - FHIR's spelling

"""Types of items in FHIRPath: R4's types by name, and the types of the FHIRPath language (``System.String``).

A type knows the elements that an object of it can hold, by FHIRPath name and by JSON key.
Rules: https://hl7.org/fhir/R4/fhirpath.html#types and https://hl7.org/fhirpath/N1/#types.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal

from adapter.fhir.definitions import data_types, facts, is_primitive, resource_types

if TYPE_CHECKING:
    from collections.abc import Mapping

Comparison = Literal["string", "boolean", "number", "date", "time", "quantity", "complex"]
"""The kinds of comparison of values."""

_COMPARISONS: dict[str, Comparison] = {
    "boolean": "boolean",
    "System.Boolean": "boolean",
    **dict.fromkeys(("integer", "positiveInt", "unsignedInt", "decimal"), "number"),
    **dict.fromkeys(("System.Integer", "System.Decimal"), "number"),
    **dict.fromkeys(("date", "dateTime", "instant", "System.Date", "System.DateTime"), "date"),
    **dict.fromkeys(("time", "System.Time"), "time"),
    **dict.fromkeys(("Quantity", "Age", "Count", "Distance", "Duration", "System.Quantity"), "quantity"),
}
SYSTEM_TYPES = frozenset({
    "Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity",
})  # fmt: skip
_ABSTRACT = frozenset({"Resource", "DomainResource", "Element", "BackboneElement"})


@dataclass(frozen=True, slots=True)
class Element:
    """One element under one JSON key. ``companion`` is the key of its id and extensions, for a primitive.

    ``type`` is None for an element that holds a resource, whose type is in the resource.
    """

    name: str
    key: str
    companion: str | None
    type: Type | None


class Type:
    """A type of R4 (``CarePlan``, ``string``), a backbone path, or a type of FHIRPath (``System.String``).

    Types with one name are one object, so identity is equality.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_system = name.startswith("System.")
        self.is_primitive = self.is_system or is_primitive(name)
        is_text: Comparison = "string" if self.is_primitive else "complex"
        self.comparison = _COMPARISONS.get(name, is_text)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the type itself and of the types it is derived from."""
        names = {self.name}
        base = None if self.is_system else facts(self.name).base
        while base:
            names.add(base)
            base = facts(base).base
        if "." in self.name and not self.is_system:
            names.add("Element")
            if self.name.partition(".")[0] in resource_types():
                names.add("BackboneElement")
        return frozenset(names)

    @cached_property
    def elements(self) -> Mapping[str, Element]:
        """The elements by JSON key, which is the FHIRPath name of every element but a choice.

        A choice has both names, ``value`` in ``choices`` and ``valueQuantity`` here: the second is not
        FHIRPath, but the official validator accepts it and authors of profiles use it.
        """
        return {key: one for key, one in self.by_key.items() if key == one.key}

    @cached_property
    def choices(self) -> Mapping[str, Mapping[str, Element]]:
        """The choice elements by FHIRPath name: ``value``, then by JSON key, companions included."""
        found: dict[str, dict[str, Element]] = {}
        for key, one in self.by_key.items():
            if one.name != one.key:
                found.setdefault(one.name, {})[key] = one
        return found

    @cached_property
    def by_key(self) -> Mapping[str, Element]:
        """The elements by JSON key and by the key of the companion."""
        if self.is_system:
            return {}
        found: dict[str, Element] = {}
        for element in facts(self.name).elements.values():
            codes = [element.part] if element.part else [ref.code for ref in element.types]
            for code in codes:
                key = element.name + code[0].upper() + code[1:] if element.is_choice else element.name
                is_bare = element.is_attribute or not is_primitive(code)
                one = Element(element.name, key, None if is_bare else f"_{key}", _type_or_resource(code))
                found[key] = one
                if one.companion:
                    found[one.companion] = one
        return found


def _type_or_resource(code: str) -> Type | None:
    return None if code == "Resource" or code in resource_types() else type_of(code)


@cache
def type_of(name: str) -> Type:
    """The type of a name.

    Raises:
        KeyError: neither R4 nor FHIRPath has the type.
    """
    if name.startswith("System.") and name.removeprefix("System.") in SYSTEM_TYPES:
        return Type(name)
    facts(name)
    return Type(name)


def type_of_resource(resource: Mapping[str, Any]) -> Type:
    """The type that a resource names; ``Resource`` for an unknown name."""
    name = resource.get("resourceType")
    return type_of(name if isinstance(name, str) and name in resource_types() else "Resource")


def qualified(specifier: str) -> str | None:
    """The name that a type specifier means, in the form of ``Type.names``; None for an unknown type.

    A name without a namespace is a type of R4, else a type of FHIRPath: https://hl7.org/fhir/R4/fhirpath.html
    """
    namespace, _, name = specifier.rpartition(".")
    if namespace in {"", "FHIR"} and name in resource_types() | data_types() | _ABSTRACT:
        return name
    if namespace in {"", "System"} and name in SYSTEM_TYPES:
        return f"System.{name}"
    return None

"""The facts of FHIR R4 4.0.1 about its types, read from one compressed table, one type at a time.

    facts("CareTeam").elements["participant"].max            -> None (any number)
    facts("CareTeam.participant").elements["member"].types   -> (TypeRef("Reference", ("CareTeam", ...)),)
    facts("Goal.target").choices["dueDate"]                  -> (ElementFacts "due", TypeRef("date"))

The command :mod:`adapter.fhir.definitions.build` makes the table; this module reads no other file.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from adapter.fhir.codec.stored import read_stored

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = Path(__file__).with_name("r4.zip")
NO_BASIS = Path(__file__).with_name("no-basis.zip")
"""The tables of R4 and of HL7 Norge's no-basis, made by the build."""

Kind = Literal["resource", "complex", "primitive", "part"]
_reading = Lock()


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type of an element. ``targets`` are the types a Reference may name; empty or Resource: any type."""

    code: str
    targets: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """The binding of an element to a value set, with its strength."""

    strength: str
    value_set: str


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule of the specification: its key, ``error`` or ``warning``, and its FHIRPath."""

    key: str
    severity: str
    expression: str


@dataclass(frozen=True, slots=True)
class ElementFacts:
    """The facts of an element.

    ``name`` is the FHIRPath name: the choice ``due[x]`` is ``due`` with ``is_choice``. ``path`` is the path
    in the specification. ``part`` is the key of the facts of its content, for a backbone element and for an
    element with ``content_reference``. ``is_attribute``: XML writes the element as an attribute.
    """

    name: str
    path: str
    min: int
    max: int | None
    types: tuple[TypeRef, ...]
    is_choice: bool = False
    is_modifier: bool = False
    is_summary: bool = False
    is_attribute: bool = False
    binding: Binding | None = None
    content_reference: str | None = None
    part: str | None = None
    invariants: tuple[Invariant, ...] = ()

    @property
    def codes(self) -> Mapping[str, frozenset[str]] | None:
        """System -> codes of the bound value set; None without a binding or without a complete list."""
        return codes(self.binding.value_set) if self.binding else None


@dataclass(frozen=True)
class TypeFacts:
    """The facts of a type or of a backbone element; ``elements`` have the order of the specification."""

    name: str
    kind: Kind
    is_abstract: bool
    base: str | None
    elements: Mapping[str, ElementFacts]
    invariants: tuple[Invariant, ...] = field(default=())

    @cached_property
    def choices(self) -> Mapping[str, tuple[ElementFacts, TypeRef]]:
        """Every choice element by each of its JSON keys: ``dueDate``, ``dueDuration``."""
        return {
            element.name + ref.code[0].upper() + ref.code[1:]: (element, ref)
            for element in self.elements.values()
            if element.is_choice
            for ref in element.types
        }

    def element(self, key: str) -> tuple[ElementFacts, TypeRef] | None:
        """The element of a JSON key and its type under that key, or None.

        The type of a backbone element is its own path. The bare name of a choice (``due``) is not a key.
        """
        if key in self.choices:
            return self.choices[key]
        element = self.elements.get(key)
        if element is None or element.is_choice:
            return None
        return element, TypeRef(element.part) if element.part else element.types[0]


@dataclass(frozen=True, slots=True)
class SearchParameterFacts:
    """A search parameter of the specification, with its expression for one resource type."""

    name: str
    type: str
    expression: str
    targets: tuple[str, ...]
    url: str


def facts(type_name: str) -> TypeFacts:
    """The facts of a resource type, datatype, primitive or backbone path (``CareTeam.participant``).

    Raises:
        KeyError: R4 has no such type.
    """
    return _types(type_name.partition(".")[0])[type_name]


@cache
def resource_types() -> frozenset[str]:
    """All concrete resource types of R4."""
    return frozenset(
        name for name, (kind, abstract) in _index().items() if kind == "resource" and not abstract
    )


@cache
def data_types() -> frozenset[str]:
    """All concrete datatypes of R4, primitive and complex."""
    return frozenset(
        name for name, (kind, abstract) in _index().items() if kind != "resource" and not abstract
    )


@cache
def is_primitive(type_name: str) -> bool:
    """Tests whether a type is a primitive of R4; xhtml, the content of a narrative, is a primitive."""
    return _index().get(type_name, ("", False))[0] == "primitive"


@cache
def codes(value_set: str) -> Mapping[str, frozenset[str]] | None:
    """System -> codes of a value set with a required or extensible binding; None without a complete list."""
    listed = _code_lists().get(value_set)
    return None if listed is None else {system: frozenset(listed[system]) for system in listed}


@cache
def search_parameters(type_name: str) -> Mapping[str, SearchParameterFacts]:
    """The search parameters of a resource type, with the parameters that every resource type has.

    Raises:
        KeyError: R4 has no such type.
    """
    bases = ("Resource", "DomainResource", type_name) if _is_domain(type_name) else ("Resource", type_name)
    return {
        one["name"]: SearchParameterFacts(
            one["name"], one["type"], one["expression"], tuple(one["targets"]), one["url"]
        )
        for base in bases
        for one in _member(f"search/{base}", missing=[])
    }


def _is_domain(type_name: str) -> bool:
    return "contained" in facts(type_name).elements


@cache
def _index() -> dict[str, tuple[str, bool]]:
    return {name: (kind, abstract) for name, (kind, abstract) in _member("index").items()}


@cache
def _code_lists() -> dict[str, dict[str, list[str]]]:
    return dict(_member("codes"))


@cache
def _archive() -> zipfile.ZipFile:
    """The table in memory, since forked processes would share the position in an open file."""
    return zipfile.ZipFile(BytesIO(TABLE.read_bytes()))


def _member(name: str, *, missing: Any = None) -> Any:
    with _reading:
        archive = _archive()
        if missing is not None and name not in archive.NameToInfo:
            return missing
        return read_stored(archive.read(name))


@cache
def _types(name: str) -> dict[str, TypeFacts]:
    """The facts of a type and of all its backbone elements, by path."""
    if name not in _index():
        raise KeyError(name)
    fact = _member(f"types/{name}")
    return {
        path: TypeFacts(
            name=path,
            kind=fact["kind"] if path == name else "part",
            is_abstract=fact["abstract"] and path == name,
            base=(fact["base"] or None) if path == name else None,
            elements={one["name"]: _element(path, one, fact["parts"]) for one in part["elements"]},
            invariants=_invariants(part),
        )
        for path, part in fact["parts"].items()
    }


def _element(parent: str, fact: dict[str, Any], parts: dict[str, Any]) -> ElementFacts:
    path = f"{parent}.{fact['name']}"
    content = fact.get("content")
    return ElementFacts(
        name=fact["name"],
        path=f"{path}[x]" if "choice" in fact else path,
        min=fact["min"],
        max=fact["max"],
        types=tuple(TypeRef(one[0], *(tuple(names) for names in one[1:])) for one in fact.get("types", ())),
        is_choice="choice" in fact,
        is_modifier="modifier" in fact,
        is_summary="summary" in fact,
        is_attribute="attribute" in fact,
        binding=Binding(*fact["binding"]) if "binding" in fact else None,
        content_reference=content,
        part=content or (path if path in parts else None),
        invariants=_invariants(fact),
    )


def _invariants(fact: dict[str, Any]) -> tuple[Invariant, ...]:
    return tuple(Invariant(*one) for one in fact.get("invariants", ()))

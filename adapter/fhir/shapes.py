"""Shapes: the facts of a type arranged by JSON key for checking, made once per type and cached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from adapter.fhir.definitions import ElementFacts, TypeRef, data_types, facts, is_primitive, resource_types
from adapter.fhir.invariants import rules, rules_of
from adapter.fhir.primitives import ELEMENT_ID, PRIMITIVES, Primitive

if TYPE_CHECKING:
    from adapter.fhir.definitions.layers import Constraint

Role = Literal["type", "value", "companion", "part", "resource"]

RESOURCE_KEY = "resourceType"


@dataclass(frozen=True, slots=True)
class Member:
    """One JSON key of an object.

    ``role``: the key resourceType, the value of a primitive, its companion (``_birthDate``), an object, or a
    resource. ``name`` is the FHIRPath name of the element, and ``choice`` its type under this key if it is a
    choice. ``codes`` are the codes of a required binding, and ``concepts`` the same codes by system.
    ``unjudged`` is the value set of a required or extensible binding whose codes are not listed here, and
    ``strength`` the strength of that binding. ``rules`` are the constraints of the element beyond those of
    its type. ``path`` is the path of the element in the specification, ``order`` its position in XML, and
    ``is_attribute`` makes it an XML attribute.
    """

    role: Role
    key: str
    name: str
    type: str
    is_list: bool
    choice: str | None = None
    primitive: Primitive | None = None
    codes: frozenset[str] | None = None
    concepts: dict[str, frozenset[str]] | None = None
    unjudged: str | None = None
    strength: str = ""
    targets: frozenset[str] | None = None
    rules: tuple[Constraint, ...] = ()
    path: str = ""
    order: int = 0
    is_attribute: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The members that an object of a type may and must have.

    ``required`` has pairs of a FHIRPath name and its keys, of which at least one must be present.
    ``attributes`` are the members that XML writes as attributes.
    """

    name: str
    is_resource: bool
    members: dict[str, Member]
    required: tuple[tuple[str, frozenset[str]], ...]
    rules: tuple[Constraint, ...]
    attributes: tuple[str, ...]


@cache
def shape(type_name: str) -> Shape:
    """The shape of a resource type, datatype or backbone path."""
    of = facts(type_name)
    members: dict[str, Member] = {}
    required = []
    if of.kind == "resource":
        members[RESOURCE_KEY] = Member("type", RESOURCE_KEY, RESOURCE_KEY, "", is_list=False)
    for order, element in enumerate(of.elements.values(), 1):
        made = [
            replace(member, path=element.path, order=order, is_attribute=element.is_attribute)
            for key, ref in _keys(element)
            for member in _members(element, key, ref)
        ]
        members |= {member.key: member for member in made}
        if element.min:
            required.append((element.name, frozenset(member.key for member in made)))
    return Shape(
        type_name,
        of.kind == "resource",
        members,
        tuple(required),
        rules(type_name),
        tuple(key for key, member in members.items() if member.is_attribute),
    )


def _keys(element: ElementFacts) -> list[tuple[str, TypeRef]]:
    """The JSON keys of an element, each with its type."""
    if element.part:
        return [(element.name, TypeRef(element.part))]
    if not element.is_choice:
        return [(element.name, element.types[0])]
    return [(element.name + ref.code[0].upper() + ref.code[1:], ref) for ref in element.types]


def _members(element: ElementFacts, key: str, ref: TypeRef) -> list[Member]:
    is_list = element.max is None or element.max > 1
    choice = ref.code if element.is_choice else None
    if is_primitive(ref.code):
        primitive = ELEMENT_ID if element.is_attribute and element.name == "id" else PRIMITIVES[ref.code]
        value = Member(
            "value",
            key,
            element.name,
            ref.code,
            is_list,
            choice,
            primitive,
            codes=_codes(element),
            unjudged=_unjudged(element),
            strength=element.binding.strength if element.binding else "",
        )
        # Ids, the url of an extension and a narrative have no companion: R4 allows no extension on them.
        if element.is_attribute or ref.code == "xhtml" or element.name == "id":
            return [value]
        return [value, Member("companion", f"_{key}", element.name, ref.code, is_list, choice)]
    role: Role = "resource" if ref.code in {"Resource", *resource_types()} else "part"
    targets = frozenset(ref.targets) - {"Resource"} if "Resource" not in ref.targets else None
    return [
        Member(
            role,
            key,
            element.name,
            ref.code,
            is_list,
            choice,
            concepts=_concepts(element),
            unjudged=_unjudged(element),
            strength=element.binding.strength if element.binding else "",
            targets=targets or None,
            rules=rules_of(element),
        )
    ]


def _concepts(element: ElementFacts) -> dict[str, frozenset[str]] | None:
    if element.binding is None or element.binding.strength != "required" or element.codes is None:
        return None
    return dict(element.codes)


def _unjudged(element: ElementFacts) -> str | None:
    binding = element.binding
    if binding is None or binding.strength not in {"required", "extensible"}:
        return None
    return binding.value_set if _concepts(element) is None else None


def _codes(element: ElementFacts) -> frozenset[str] | None:
    concepts = _concepts(element)
    return None if concepts is None else frozenset().union(*concepts.values())


def known_types() -> frozenset[str]:
    """All concrete types, the valid values of ``Reference.type``."""
    return resource_types() | data_types()

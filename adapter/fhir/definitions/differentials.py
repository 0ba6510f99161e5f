"""Compilation of StructureDefinitions: the differential of a profile becomes a tree of layers.

Snapshots are not needed. The layers of a base profile are copied, and the differential adds to them, as
https://hl7.org/fhir/R4/profiling.html says. A definition that has only a snapshot is compiled from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from adapter.fhir.definitions import data_types, facts, resource_types
from adapter.fhir.definitions.compilation import TYPES
from adapter.fhir.definitions.definition_shapes import (
    ElementBinding,
    ElementDefinition,
    StructureDefinition,
)
from adapter.fhir.definitions.layers import (
    AllowedType,
    BrokenProfile,
    Constraint,
    Discriminator,
    ExtensionContext,
    Layer,
    Profile,
    Slicing,
    ValueSetBinding,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from adapter.fhir.definitions import ElementFacts


_BY_URL = Slicing((Discriminator("value", "url"),), is_ordered=False, rules="open")
_BY_TYPE = Slicing((Discriminator("type", "$this"),), is_ordered=False, rules="open")
_EXTENSIONS = frozenset({"extension", "modifierExtension"})
_BACKBONE = frozenset({"BackboneElement", "Element"})
_ABSTRACT = frozenset({"Resource", "DomainResource"})

MOST_SEGMENTS = 64
"""Segments of an element id, with the slices of slices in it; an instance is not nested more deeply."""
LARGEST_COUNT = 9
"""Digits of a cardinality."""


class _Segment(NamedTuple):
    """One segment of an element id: ``component:SystolicBP`` has a name and a slice."""

    name: str
    slice: str


class _Problem(Exception):
    """A differential that cannot be applied, with the reason."""


def of_type(canonical: str) -> Profile | None:
    """The profile without rules for the canonical of an R4 type, or None."""
    name = canonical.partition("|")[0].removeprefix(TYPES)
    if canonical.startswith(TYPES) and (
        name in resource_types() | data_types() or name in {"Resource", "DomainResource", "Element"}
    ):
        return Profile(canonical, name, Layer(canonical, name, name, name))
    return None


def compiled(
    definition: dict[str, Any], find: Callable[[str], Profile | BrokenProfile | None]
) -> Profile | BrokenProfile:
    """The profile of a StructureDefinition; ``find`` gives the profile of a canonical.

    A definition that is malformed, or that constrains an element which its type does not have, gives a
    :class:`BrokenProfile`.
    """
    url = str(definition.get("url", ""))
    try:
        read = msgspec.convert(definition, StructureDefinition)
        return _compiled(read, find)
    except msgspec.ValidationError as error:
        return BrokenProfile(url, f"it is malformed ({error})")
    except _Problem as problem:
        return BrokenProfile(url, str(problem))


def _compiled(read: StructureDefinition, find: Callable[[str], Profile | BrokenProfile | None]) -> Profile:
    type_name = read.type.removeprefix(TYPES)
    if type_name not in resource_types() | data_types() | _ABSTRACT:
        raise _Problem("its type is not a type of R4")
    base = find(read.baseDefinition) if read.baseDefinition else None
    if isinstance(base, BrokenProfile):
        raise _Problem(f"its base is broken: {base.reason.removeprefix('its base is broken: ')}")
    if base and read.derivation == "constraint" and base.type not in {type_name, *_ABSTRACT}:
        raise _Problem(f"its base constrains {base.type}, another type")
    elements = [raw for part in (read.differential, read.snapshot) if part for raw in part.element]
    if read.differential and read.differential.element:
        elements = read.differential.element
    root = base.root.copy() if base else Layer(read.url, type_name, type_name, type_name)
    root.type = root.id = type_name
    differential = _Differential(read.url, root)
    for raw in elements:
        differential.add(raw)
    return Profile(
        read.url,
        type_name,
        root,
        tuple(ExtensionContext(one.type, one.expression) for one in read.context),
        tuple(read.contextInvariant),
        differential.is_modifier,
        (() if base else (read.baseDefinition,)) if not base or not base.missing else base.missing,
    )


class _Differential:
    """The elements of one differential, added to the layers of the base."""

    def __init__(self, url: str, root: Layer) -> None:
        self.url = url
        self.root = root
        self.is_modifier = False
        self._opened: dict[str, str] = {}

    def add(self, raw: dict[str, Any]) -> None:
        """Add the rules of one element to its layer."""
        element = msgspec.convert(raw, ElementDefinition)
        layer, base = self._layer(self._segments(element))
        layer.profile = self.url
        if "." not in element.path:
            self.is_modifier = element.isModifier
        else:
            self._add_cardinality(layer, element, base)
        if element.mustSupport is not None:
            layer.must_support = element.mustSupport
        _add_types(layer, element)
        _add_values(layer, raw, element)
        if element.binding and element.binding.valueSet and not _is_bound(base, element.binding):
            layer.binding = ValueSetBinding(element.binding.strength, element.binding.valueSet)
        layer.constraints += tuple(self._constraints(layer, element, base))
        if element.slicing:
            layer.slicing = Slicing(
                tuple(Discriminator(one.type, one.path) for one in element.slicing.discriminator),
                element.slicing.ordered,
                element.slicing.rules,
            )

    def _segments(self, element: ElementDefinition) -> list[_Segment]:
        """The segments below the root: from the id, else from the path and the slices opened before it."""
        if element.path.partition(".")[0] != self.root.type:
            raise _Problem(f"an element has a path outside {self.root.type}")
        if max(map(_steps, (element.path, element.id, element.sliceName))) > MOST_SEGMENTS:
            raise _Problem(f"an element is nested more than {MOST_SEGMENTS} levels deep")
        names = element.path.split(".")[1:]
        ids = element.id.split(".")[1:] if element.id else []
        if len(ids) == len(names) and all(
            ":" in one or one == name for one, name in zip(ids, names, strict=True)
        ):
            return [_Segment(one.partition(":")[0], one.partition(":")[2]) for one in ids]
        segments, path = [], element.path.partition(".")[0]
        for name in names:
            path = f"{path}.{name}"
            segments.append(_Segment(name, self._opened.get(path, "")))
        if segments:
            self._opened = {at: name for at, name in self._opened.items() if not at.startswith(f"{path}.")}
            self._opened[path] = element.sliceName
            segments[-1] = _Segment(segments[-1].name, element.sliceName)
        return segments

    def _layer(self, segments: list[_Segment]) -> tuple[Layer, ElementFacts | None]:
        """The layer of the segments, made where it is missing, and the element of the base type."""
        layer, base = self.root, None
        for segment in segments:
            base, key_type = _base(layer.type, segment.name)
            if base is None and layer.type:
                raise _Problem(f"{layer.type} has no element {segment.name} in R4")
            name = base.name if base else segment.name.removesuffix("[x]")
            layer = _child(layer, name, base, self.url)
            slice_name = segment.slice or (segment.name if key_type else "")
            if slice_name:
                layer = _slice(layer, slice_name, key_type, self.url)
        return layer, base

    def _add_cardinality(self, layer: Layer, element: ElementDefinition, base: ElementFacts | None) -> None:
        """Add the cardinality; a base profile that is stricter still holds."""
        if element.min is not None:
            layer.min = max(layer.min, element.min)
        if element.max is not None and element.max != "*":
            if not element.max.isdecimal() or len(element.max) > LARGEST_COUNT:
                raise _Problem(f"the maximum of {element.id or element.path} is not a number")
            most = int(element.max)
            layer.max = most if layer.max is None else min(layer.max, most)
        if base is not None and not element.sliceName and layer.name == base.name:
            layer.base_min = base.min

    def _constraints(
        self, layer: Layer, element: ElementDefinition, base: ElementFacts | None
    ) -> Iterator[Constraint]:
        """The constraints that neither the base type nor a base profile states."""
        known = {one.key for one in layer.constraints} | {"ele-1", "ext-1"}
        known |= {rule.key for rule in base.invariants} if base else set()
        if layer.type:
            known |= {rule.key for rule in facts(layer.type).invariants}
        for one in element.constraint:
            if one.key not in known and one.expression:
                yield Constraint(one.key, one.severity, one.expression, one.human, self.url)


def _steps(text: str) -> int:
    """The number of segments of a path or an id, with the slices of slices."""
    return text.count(".") + text.count("/") + 1


def _base(type_name: str, name: str) -> tuple[ElementFacts | None, str]:
    """The element of a type by its name in a path, and the type when the name is the key of a choice."""
    if not type_name:
        return None, ""
    of = facts(type_name)
    element = of.elements.get(name.removesuffix("[x]"))
    if element is not None:
        return element, ""
    chosen = of.choices.get(name)
    return (chosen[0], chosen[1].code) if chosen else (None, "")


def _child(layer: Layer, name: str, base: ElementFacts | None, url: str) -> Layer:
    """The layer of a child element; made with the type that the base gives it."""
    if name not in layer.children:
        made = Layer(url, f"{layer.id}.{name}", name)
        if base:
            made.type = base.part or (base.types[0].code if len(base.types) == 1 else "")
        if name in _EXTENSIONS:
            made.slicing = _BY_URL
        layer.children[name] = made
    return layer.children[name]


def _slice(layer: Layer, name: str, key_type: str, url: str) -> Layer:
    """The layer of a slice, or of a slice of a slice (``a/b``); a choice is sliced by type."""
    for part in name.split("/"):
        if part not in layer.slices:
            made = Layer(url, f"{layer.id}:{part}", layer.name, layer.type)
            if key_type or layer.type == "":
                made.type = key_type or _named_type(layer.name, part)
                layer.slicing = layer.slicing or _BY_TYPE
            if made.type and not layer.type:
                made.types = (AllowedType(made.type, (), ()),)
            if layer.id.endswith(f":{name.rpartition('/')[0]}"):
                made.id = f"{layer.id}/{part}"
            layer.slices[part] = made
        layer = layer.slices[part]
    return layer


def _named_type(name: str, slice_name: str) -> str:
    """The type that the name of a slice of a choice tells: ``valueQuantity`` is a Quantity."""
    rest = slice_name.removeprefix(name) if slice_name.startswith(name) else ""
    lower = rest[:1].lower() + rest[1:]
    return next((one for one in (rest, lower) if one in data_types()), "")


def _add_types(layer: Layer, element: ElementDefinition) -> None:
    types = [one for one in element.type if one.code and "fhirpath" not in one.code]
    if not types:
        return
    layer.types = tuple(AllowedType(one.code, one.profiles(), tuple(one.targetProfile)) for one in types)
    codes = {one.code for one in types}
    if len(codes) == 1 and not codes & _BACKBONE and codes <= resource_types() | data_types() | {"Resource"}:
        (layer.type,) = codes


def _add_values(layer: Layer, raw: Mapping[str, Any], element: ElementDefinition) -> None:
    """Add fixed, pattern and bounds; the key tells the type (``fixedCode``), the layer needs the value."""
    for key, value in raw.items():
        prefix = next(
            (one for one in ("fixed", "pattern", "minValue", "maxValue") if _has_prefix(key, one)), ""
        )
        if prefix == "fixed":
            layer.fixed = value
        elif prefix == "pattern":
            layer.pattern = value
        elif prefix == "minValue":
            layer.least = value
        elif prefix == "maxValue":
            layer.most = value
    if element.maxLength is not None:
        layer.max_length = element.maxLength


def _has_prefix(key: str, prefix: str) -> bool:
    return key.startswith(prefix) and key[len(prefix) : len(prefix) + 1].isupper()


def _is_bound(base: ElementFacts | None, binding: ElementBinding) -> bool:
    """Tests whether the base type has the same binding, which the structure check judges."""
    own = base.binding if base else None
    return own is not None and (own.strength, own.value_set) == (
        binding.strength,
        binding.valueSet.partition("|")[0],
    )

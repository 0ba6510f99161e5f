"""The element that a path of a mapping file leads to in a profile: its layer there, and its facts in R4."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adapter.fhir.definitions import facts
from adapter.fhir.definitions.layers import Layer, Profile
from adapter.mapping.paths import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.fhir.definitions import ElementFacts
    from adapter.fhir.definitions.installed import Definitions
    from adapter.mapping.paths import FhirPath, Step


class Unsupported(Exception):
    """A path leads to an element that the profile prohibits, or does not have as mustSupport."""


@dataclass(frozen=True, slots=True)
class Found:
    """An element of a profile.

    Args:
        layer: the rules of the element, or of the slice that the path selects; without rules an empty layer.
        type: the key of the facts of its content.
        element: its facts in R4; None for the root of a resource or of an extension.
        is_own: whether the profile itself has the element, and not the definition of an extension.
    """

    layer: Layer
    type: str
    element: ElementFacts | None = None
    is_own: bool = True

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of the element and of all its slices."""
        return (self.layer, *_slices(self.layer))

    @property
    def min(self) -> int:
        """The least number of values; the minimum of R4 does not count for a slice."""
        is_whole = self.element is not None and ":" not in self.layer.id.rpartition(".")[2]
        return max(self.layer.min, self.element.min if self.element and is_whole else 0)

    @property
    def types(self) -> frozenset[str]:
        """The types that the profile allows, in small letters; empty if it has no rule about types."""
        return frozenset(one.code.lower() for one in self.layer.types)

    @property
    def targets(self) -> frozenset[str]:
        """The canonicals of what a Reference may name; empty if the profile has no rule about them."""
        return frozenset(target for one in self.layer.types for target in one.targets)

    @property
    def value_sets(self) -> frozenset[str]:
        """The value sets that the element, in the profile or else in R4, and its slices are bound to."""
        bound = {one.binding.value_set.partition("|")[0] for one in self.layers if one.binding}
        if self.layer.binding is None and self.element and self.element.binding:
            bound.add(self.element.binding.value_set)
        return frozenset(bound)

    def has_fixed(self, value: Any) -> bool:
        """Tests whether the fixed value or the pattern of the element, or of a slice, contains a value."""
        return any((said := _fixed(one)) is not None and holds(said, value) for one in self.layers)


def follow(profile: Profile, path: FhirPath, definitions: Definitions) -> Found | None:
    """The element at the end of a path; None beyond an extension that has no rule or no definition.

    Raises:
        Unsupported: the profile prohibits an element of the path, or has no mustSupport on it.
    """
    found: Found | None = Found(profile.root, profile.type)
    for step in path.steps:
        if found is None:
            break
        url = _extension(step)
        found = _in_extension(found, url, definitions) if url else _in_element(found, step)
    return found


def _extension(step: Step) -> str:
    """The url of the extension that a step selects; empty for another step."""
    is_url = step.name == "extension" and step.selector is not None and step.selector.names == ("url",)
    return (step.selector.value or "") if is_url and step.selector else ""


def _in_extension(found: Found, url: str, definitions: Definitions) -> Found | None:
    """The definition of an extension, or the slice of an extension within one; None without either."""
    slices = _child(found.layer, "extension").slices
    if "/" not in url and url in slices:
        return replace(found, layer=slices[url], type="Extension", element=None)
    if not any(url in one.profiles for one in slices.values()):
        if _has_rules(found):
            raise Unsupported
        return None
    defined = definitions.profile(url)
    return Found(defined.root, "Extension", is_own=False) if isinstance(defined, Profile) else None


def _in_element(found: Found, step: Step) -> Found | None:
    """The child element of a step, or the slice that the step selects; None if R4 has no such element."""
    known = facts(found.type).element(step.name)
    if known is None:
        return None
    element, ref = known
    layer = _child(found.layer, element.name)
    if layer.max == 0 or (found.is_own and _has_rules(found) and not layer.must_support):
        raise Unsupported
    if step.selector and step.selector.value is not None:
        layer = _selected(layer, step.selector.begin())
    return Found(layer, ref.code, element, found.is_own)


def _has_rules(found: Found) -> bool:
    """Tests whether a profile must name each child: those of a resource and of its backbone elements."""
    return facts(found.type).kind in {"resource", "part"}


def _child(layer: Layer, name: str) -> Layer:
    """The layer of a child, or an empty layer."""
    return layer.children.get(name) or Layer(layer.profile, f"{layer.id}.{name}", name)


def _selected(layer: Layer, item: dict[str, Any]) -> Layer:
    """The slice of the items like ``item``, or the layer of all items."""
    for one in _slices(layer):
        said = _fixed(one)
        if said is not None and (holds(item, said) or holds(said, item)):
            return one
    return layer


def _slices(layer: Layer) -> Iterator[Layer]:
    """The slices of a layer, and their slices."""
    for one in layer.slices.values():
        yield one
        yield from _slices(one)


def _fixed(layer: Layer) -> Any:
    """The fixed value or the pattern of an element, with those of its children; None without any."""
    own = layer.pattern if layer.fixed is None else layer.fixed
    inner = {name: said for name, one in layer.children.items() if (said := _fixed(one)) is not None}
    if "coding" in inner:
        inner["coding"] = [inner["coding"]]
    return {**inner, **(own if isinstance(own, dict) else {})} if inner else own

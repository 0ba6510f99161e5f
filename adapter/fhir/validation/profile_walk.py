"""Validation of a resource against profiles: every element is judged by each layer that covers it.

The structure check has judged the base type; the walk visits only elements that a layer names. A layer's
profiles of datatypes and of reference targets, and the slice into which an occurrence falls, add layers.
Rules: https://hl7.org/fhir/R4/profiling.html and elementdefinition.html.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from adapter.fhir.codec.stored import render
from adapter.fhir.definitions.differentials import compiled
from adapter.fhir.definitions.layers import BrokenProfile, Layer, Profile
from adapter.fhir.shapes import RESOURCE_KEY
from adapter.fhir.tally import Tally
from adapter.fhir.validation import bindings, constraints, slices
from adapter.fhir.validation import profile_faults as faults
from adapter.fhir.validation.discriminators import is_type
from adapter.fhir.validation.elements import Item, items
from adapter.fhir.validation.trials import Trials
from adapter.fhir.validation.values import has_pattern, is_above, is_below, is_fixed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.errors import Finding, Message
    from adapter.fhir.definitions.installed import Definitions
    from adapter.fhir.definitions.layers import ValueSetBinding
    from adapter.fhir.fhirpath import Node
    from adapter.fhir.validation.container import Container
    from adapter.fhir.validation.unchecked import Unchecked

MAX_DEPTH = 40
"""Profiles within profiles: a target of a target, or the profile of a value in the profile of a value. A
profile further in is noted as not checked, since a hostile Bundle has chains of any length.
"""


class Taker(Protocol):
    """A tally, as far as the walk needs it."""

    def take(self, findings: Iterable[Finding]) -> None:
        """Keep findings."""


@dataclass(slots=True)
class ProfileWalk:
    """The validation of one resource, or of one occurrence on trial, against profiles."""

    definitions: Definitions
    unchecked: Unchecked
    tally: Taker
    trials: Trials = field(default_factory=Trials)
    depth: int = 0

    def resource(self, node: dict[str, Any], url: str, path: str, container: Container) -> None:
        """Judge a resource by the profile of a canonical; a profile that is not installed is noted.

        A fragment would name an element of a profile, which is no profile of a resource, and a text of the
        sender, which no finding may carry.
        """
        found = self.definitions.profile(url) if "#" not in url else None
        if found is None:
            self.unchecked.note("profile", url)
        elif isinstance(found, BrokenProfile):
            self.tally.take([faults.BROKEN.at(path, profile=url, reason=found.reason)])
        elif not is_type(str(node.get(RESOURCE_KEY)), [found.type]):
            self.tally.take([faults.OTHER_TYPE.at(path, profile=url, type=found.type)])
        else:
            self.root(Item(node, str(node[RESOURCE_KEY]), path), found, container)

    def definition(self, node: dict[str, Any], path: str) -> None:
        """Judge a StructureDefinition as such: it can be applied, and its rules are FHIRPath."""
        if node.get("derivation") != "constraint" or node.get("kind") == "logical":
            return
        found = compiled(node, self.definitions.profile)
        if isinstance(found, BrokenProfile):
            self.tally.take([faults.BROKEN.at(path, profile=found.url, reason=found.reason)])
            return
        for url in found.missing:
            self.unchecked.note("profile", url)
        self.tally.take(constraints.unreadable(found, path))

    def root(self, item: Item, profile: Profile, container: Container) -> None:
        """Judge an occurrence by the root layer of a profile."""
        for url in profile.missing:
            self.unchecked.note("profile", url)
        if self.depth == MAX_DEPTH:
            self.unchecked.note("profile", profile.url)
            return
        self.depth += 1
        self._judge(item, profile.root, container)
        self.depth -= 1

    def profile(self, canonical: str) -> Profile | None:
        """The profile of a canonical; one that cannot be used is noted as not checked."""
        found = self.definitions.profile(canonical)
        if isinstance(found, Profile):
            return found
        self.unchecked.note("profile", canonical)
        return None

    def conforms(self, item: Item, profile: Profile, container: Container) -> bool:
        """Tests whether an occurrence conforms to a profile."""
        if not is_type(item.type, [profile.type]):
            return False
        if self.depth == MAX_DEPTH:
            self.unchecked.note("profile", profile.url)
            return True

        def has_no_error() -> bool:
            found = Tally()
            trial = ProfileWalk(self.definitions, self.unchecked, found, self.trials, self.depth)
            trial.root(item, profile, container)
            return not found.has_errors()

        return self.trials.answer(item, profile.url, has_no_error)

    def is_bound(self, item: Item, value_set: str) -> bool | None:
        """Tests whether a coded value is in a value set; None, and a note, when that cannot be known."""
        answer = bindings.membership(self.definitions.terminology, item, value_set)
        if answer == "unknown":
            self.unchecked.note("value-set", value_set)
            return None
        return answer == "yes"

    def member_of(self, node: Node, value_set: str) -> bool | None:
        """Tests whether a node of FHIRPath is in a value set."""
        return self.is_bound(Item(node.value, node.type.name, ""), value_set)

    def conforms_to(self, node: Node, profile: str, container: Container) -> bool | None:
        """Tests whether a node of FHIRPath conforms to a profile."""
        found = self.profile(profile)
        return (
            self.conforms(Item(node.value, node.type.name, "", node.companion), found, container)
            if found
            else None
        )

    def _children(self, item: Item, layer: Layer, container: Container) -> None:
        """Judge the children that a layer names, in the content of an occurrence."""
        content = item.content or {}
        for name, child in layer.children.items():
            found = items(content, item.content_type, name, item.path)
            self._count(found, child, item.path)
            for one in found:
                self._judge(one, child, container)
            if child.slices:
                self.slices(found, child, item.path, container)

    def slices(self, found: list[Item], layer: Layer, path: str, container: Container) -> None:
        """Judge the occurrences of a sliced element by their slices."""
        if not slices.are_told_apart(layer):
            self.unchecked.note("rule", f"{layer.profile}#{layer.id}")
            return
        sorted_out = slices.sort_out(found, layer, self, container)
        self.tally.take(slices.findings(sorted_out, layer, path))
        for name, sliced in layer.slices.items():
            within = [one for one, of in sorted_out.assigned if of == name]
            for one in within:
                self._judge(one, sliced, container)
            if sliced.slices:
                self.slices(within, sliced, path, container)

    def _count(self, found: list[Item], layer: Layer, path: str) -> None:
        count = len(found)
        if layer.base_min <= count < layer.min:
            self._tell(faults.TOO_FEW, path, layer, limit=layer.min, count=count)
        if layer.max is not None and count > layer.max:
            place = found[layer.max].path
            self._tell(faults.TOO_MANY, place, layer, limit=layer.max, count=count)

    def _judge(self, item: Item, layer: Layer, container: Container) -> None:
        """Judge one occurrence by one layer, then its children."""
        is_content = _is_backbone(item, layer)
        allowed = [one for one in layer.types if is_content or is_type(item.type, [one.code])]
        if layer.types and not allowed:
            names = ", ".join(one.code for one in layer.types)
            self._tell(faults.TYPE, item.path, layer, type=item.type, allowed=names)
            return
        if RESOURCE_KEY in (item.content or ()) and isinstance(item.value, dict):
            container = container.holding(item.value, item.path)
        self._value(item, layer)
        if layer.constraints:
            self.tally.take(constraints.broken(layer.constraints, item, container, self.unchecked))
        if layer.binding and item.value is not None:
            self._binding(item, layer.binding, layer)
        profiles = [url for one in allowed for url in one.profiles]
        if profiles:
            self._value_profiles(item, profiles, layer, container)
        targets = [url for one in allowed for url in one.targets]
        if targets and item.type == "Reference":
            self._target(item, targets, layer, container)
        self._children(item, layer, container)

    def _value(self, item: Item, layer: Layer) -> None:
        """Judge a value by fixed value, pattern, bounds and length; an extension may stand for a value."""
        value = item.value
        if value is None:
            return
        if layer.fixed is not None and not is_fixed(value, layer.fixed):
            self._tell(faults.FIXED, item.path, layer, wanted=_shown(layer.fixed))
        if layer.pattern is not None and not has_pattern(value, layer.pattern):
            self._tell(faults.PATTERN, item.path, layer, wanted=_shown(layer.pattern))
        if layer.least is not None and is_below(value, layer.least):
            self._tell(faults.BELOW, item.path, layer, wanted=_shown(layer.least))
        if layer.most is not None and is_above(value, layer.most):
            self._tell(faults.ABOVE, item.path, layer, wanted=_shown(layer.most))
        if layer.max_length is not None and isinstance(value, str) and len(value) > layer.max_length:
            self._tell(faults.TOO_LONG, item.path, layer, limit=layer.max_length)

    def _binding(self, item: Item, binding: ValueSetBinding, layer: Layer) -> None:
        """Judge a coded value by a required or extensible binding; a choice may have a type without codes."""
        if binding.strength in bindings.JUDGED and item.type in bindings.CODED:
            self.bound(item, binding.strength, binding.value_set, layer.profile)

    def bound(self, item: Item, strength: str, value_set: str, profile: str) -> None:
        """Judge a coded value by a value set."""
        if self.is_bound(item, value_set) is False:
            message = bindings.REQUIRED if strength == "required" else bindings.EXTENSIBLE
            self.tally.take([message.at(item.path, value_set=value_set, profile=profile)])

    def _value_profiles(self, item: Item, urls: list[str], layer: Layer, container: Container) -> None:
        """Judge a value by its profile; of several, one must fit.

        An extension is judged by the definition of its own url already, and here by any other profile.
        """
        if item.type == "Extension" and _url(item) in {url.partition("|")[0] for url in urls}:
            return
        profiles = [found for url in urls if (found := self.profile(url))]
        is_typed = any(is_type(item.type, [one.type]) for one in profiles)
        if len(urls) == 1 and profiles and is_typed:
            self.root(item, profiles[0], container)
        elif len(profiles) == len(urls) and not any(self.conforms(item, one, container) for one in profiles):
            self._tell(faults.VALUE_PROFILE, item.path, layer, allowed=", ".join(urls))

    def _target(self, item: Item, urls: list[str], layer: Layer, container: Container) -> None:
        """Judge the target of a Reference by the profiles that the layer allows; one must fit."""
        if not isinstance(item.value, dict):
            return
        profiles = [found for url in urls if (found := self.profile(url))]
        target = container.target(item.value.get("reference"))
        if target is None:
            type_name = container.target_type(item.value)
            fits = type_name is None or any(is_type(type_name, [one.type]) for one in profiles)
        else:
            one = Item(target.resource, str(target.resource.get(RESOURCE_KEY)), target.path)
            fits = any(self.conforms(one, profile, target.container) for profile in profiles)
        if not fits and len(profiles) == len(urls):
            self._tell(faults.TARGET_PROFILE, item.path, layer, allowed=", ".join(urls))

    def _tell(self, message: Message, path: str, layer: Layer, **names: str | int) -> None:
        told = {"profile": layer.profile, "name": layer.id, **names}
        self.tally.take([message.at(path, line=None, column=None, **told)])


def _is_backbone(item: Item, layer: Layer) -> bool:
    """Tests whether the allowed types stand for the content of the element itself."""
    return "." in item.type and all(one.code in {"BackboneElement", "Element"} for one in layer.types)


def _url(extension: Item) -> object:
    return extension.content.get("url") if extension.content else None


def _shown(wanted: Any) -> str:
    """A value of a profile as JSON, cut to a readable length."""
    text = render(wanted).decode()
    return text if len(text) <= 200 else f"{text[:200]}…"

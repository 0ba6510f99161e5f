"""Discriminators: the tests that tell into which slice of an element an occurrence falls.

https://hl7.org/fhir/R4/profiling.html#discriminator. A path is ``$this``, names of elements, ``resolve()``,
``extension('url')`` and ``ofType(T)``; the slice says by fixed values, patterns, bindings, types or
cardinality what stands there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from adapter.fhir.definitions import resource_types
from adapter.fhir.definitions.layers import Layer
from adapter.fhir.validation.elements import Item, items
from adapter.fhir.validation.values import has_pattern, is_fixed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.fhir.definitions.layers import Discriminator, Profile
    from adapter.fhir.validation.container import Container

_STEP = re.compile(
    r"""(?P<this>\$this)|resolve\(\)|(?:extension|modifierExtension)\(\s*['"](?P<url>[^'"]+)['"]\s*\)"""
    r"""|(?:ofType|as)\(\s*(?P<type>[A-Za-z.]+)\s*\)|(?P<name>[A-Za-z][A-Za-z0-9]*)(?:\[x\])?"""
)


class Step(NamedTuple):
    """A step of a path: ``child`` (a name), ``extension`` (a url), ``type`` (a type), or ``resolve``."""

    kind: str
    name: str = ""


class Asked(Protocol):
    """The questions that a discriminator asks of the validation around it."""

    def profile(self, canonical: str) -> Profile | None:
        """The compiled profile of a canonical, or None."""

    def conforms(self, item: Item, profile: Profile, container: Container) -> bool:
        """Tests whether an occurrence conforms to a profile."""

    def is_bound(self, item: Item, value_set: str) -> bool | None:
        """Tests whether a coded value is in a value set; None when that cannot be known."""


@cache
def steps(path: str) -> tuple[Step, ...] | None:
    """The steps of a discriminator path, or None for a path in another form."""
    found: list[Step] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or (match.end() < len(path) and path[match.end()] != "."):
            return None
        at = match.end() + 1
        if match["url"]:
            found.append(Step("extension", match["url"]))
        elif match["type"]:
            found.append(Step("type", match["type"].removeprefix("FHIR.")))
        elif match["name"]:
            found.append(Step("child", match["name"]))
        elif not match["this"]:
            found.append(Step("resolve"))
    return tuple(found)


@dataclass(slots=True)
class Discrimination:
    """The discriminators of one sliced element, asked about its occurrences.

    What a slice demands is found once, and so are the values of the occurrence that was asked about last.
    """

    asked: Asked
    container: Container
    layer: Layer
    demanded: dict[tuple[str, Discriminator], list[Layer]] = field(default_factory=dict)
    item: Item | None = None
    values: dict[Discriminator, list[Item]] = field(default_factory=dict)

    @property
    def discriminators(self) -> tuple[Discriminator, ...]:
        """The discriminators of the element; without them no slice can be told apart."""
        return self.layer.slicing.discriminators if self.layer.slicing else ()

    def failed(self, item: Item, name: str) -> list[Discriminator]:
        """The discriminators by which an occurrence does not fall into a slice."""
        if item is not self.item:
            self.item, self.values = item, {}
        return [one for one in self.discriminators if not self._holds(item, name, one)]

    def _holds(self, item: Item, name: str, discriminator: Discriminator) -> bool:
        path = steps(discriminator.path)
        if path is None:
            return False
        rules = self.demanded.get((name, discriminator))
        if rules is None:
            rules = self._rules([self.layer.slices[name]], path)
            self.demanded[name, discriminator] = rules
        values = self.values.get(discriminator)
        if values is None:
            values = self.values[discriminator] = self._values([item], path)
        match discriminator.kind:
            case "exists":
                return all(bool(values) == (rule.max != 0) for rule in rules if rule.max == 0 or rule.min)
            case "type":
                return self._has_type(values, rules)
            case "profile":
                return self._has_profile(values, rules)
            case _:
                return self._has_value(values, rules)

    def _values(self, found: list[Item], path: Iterable[Step]) -> list[Item]:
        """The values at a path, from some occurrences of an element."""
        for step in path:
            if step.kind == "type":
                found = [one for one in found if one.type == step.name]
            elif step.kind == "resolve":
                found = [target for one in found if (target := self._target(one))]
            else:
                name = step.name if step.kind == "child" else "extension"
                found = [
                    below
                    for one in found
                    if one.content is not None
                    for below in items(one.content, one.content_type, name, one.path)
                    if step.kind == "child" or (below.content or {}).get("url") == step.name
                ]
        return found

    def _target(self, item: Item) -> Item | None:
        """The resource that a Reference names; of a resource elsewhere only the type is known."""
        if not isinstance(item.value, dict):
            return None
        if found := self.container.target(item.value.get("reference")):
            return Item(found.resource, str(found.resource.get("resourceType")), found.path)
        type_name = self.container.target_type(item.value)
        return Item({}, type_name, item.path) if type_name else None

    def _rules(self, layers: list[Layer], path: Iterable[Step]) -> list[Layer]:
        """The layers at a path, from the layer of a slice: also those of profiles and of required slices."""
        for step in path:
            seen = [view for one in layers for view in self._views(one)]
            if step.kind == "resolve":
                layers = [profile.root for one in seen for profile in self._targets(one)]
            elif step.kind == "type":
                layers = [
                    sliced
                    for one in seen
                    for sliced in (one, *one.slices.values())
                    if sliced.type == step.name
                ]
            else:
                name = step.name if step.kind == "child" else "extension"
                below = [one.children[name] for one in seen if name in one.children]
                sliced = [inner for one in below for inner in one.slices.values()]
                if step.kind == "extension":
                    layers = [one for one in sliced if self._has_url(one, step.name)]
                else:
                    layers = [*below, *(one for one in sliced if one.min)]
        return layers

    def _views(self, layer: Layer) -> list[Layer]:
        """A layer, and the roots of the profiles of its value.

        Of an extension that is not installed the url is known nevertheless: it is the canonical.
        """
        views = [layer]
        for url in layer.profiles:
            if found := self.asked.profile(url):
                views.append(found.root)
            elif layer.type == "Extension":
                views.append(_extension(url.partition("|")[0]))
        return views

    def _targets(self, layer: Layer) -> list[Profile]:
        urls = (url for one in layer.types for url in one.targets)
        return [found for url in urls if (found := self.asked.profile(url))]

    def _has_url(self, layer: Layer, url: str) -> bool:
        return any(
            "url" in view.children and view.children["url"].fixed == url for view in self._views(layer)
        )

    def _has_type(self, values: list[Item], rules: list[Layer]) -> bool:
        """Tests whether a value has one of the types that the rules allow."""
        within = [inner for rule in rules for inner in (rule, *rule.slices.values())]
        allowed = {one.code for rule in within for one in rule.types} or {
            rule.type for rule in rules if rule.type
        }
        return not rules or any(is_type(one.type, allowed) for one in values)

    def _has_profile(self, values: list[Item], rules: list[Layer]) -> bool:
        """Tests whether a value conforms to one of the profiles that the rules name."""
        named = [url for rule in rules for url in (rule.profiles or (rule.profile,))]
        profiles = [found for url in named if (found := self.asked.profile(url))]
        return not rules or any(
            self.asked.conforms(one, profile, self.container) for one in values for profile in profiles
        )

    def _has_value(self, values: list[Item], rules: list[Layer]) -> bool:
        """Tests whether for every rule on a value there is a value that it identifies."""
        told = [[self._identifies(rule, one) for one in values] or [_is_absence(rule)] for rule in rules]
        decided = [one for one in told if any(answer is not None for answer in one)]
        return bool(decided) and all(any(one) for one in decided)

    def _identifies(self, layer: Layer, item: Item) -> bool | None:
        """Tests whether a value is one that a layer describes; None when the layer says nothing of values."""
        told: list[bool | None] = []
        for view in self._views(layer):
            if view.max == 0:
                told.append(False)
            if view.fixed is not None:
                told.append(is_fixed(item.value, view.fixed))
            if view.pattern is not None:
                told.append(has_pattern(item.value, view.pattern))
            is_told = view.fixed is not None or view.pattern is not None
            if view.binding and view.binding.strength == "required" and not is_told:
                told.append(self.asked.is_bound(item, view.binding.value_set))
            for name, child in view.children.items():
                told.append(self._identifies_below(child, name, item))
        decided = [one for one in told if one is not None]
        return all(decided) if decided else None

    def _identifies_below(self, child: Layer, name: str, item: Item) -> bool | None:
        if item.content is None:
            return None
        found = items(item.content, item.content_type, name, item.path)
        rules = [child, *(one for one in child.slices.values() if one.min)]
        told = [
            any(answers)
            if (
                answers := [
                    one for one in (self._identifies(rule, below) for below in found) if one is not None
                ]
            )
            else (None if found or not rule.min else _is_absence(rule))
            for rule in rules
        ]
        decided = [one for one in told if one is not None]
        return all(decided) if decided else None


def _extension(url: str) -> Layer:
    """The root layer of an extension of which only the url is known."""
    return Layer(
        url, "Extension", "Extension", "Extension", children={"url": Layer(url, "url", "url", fixed=url)}
    )


def _is_absence(rule: Layer) -> bool | None:
    """True for a rule that forbids the element, False for a rule on its value, when there is no value."""
    if rule.max == 0:
        return True
    return False if rule.fixed is not None or rule.pattern is not None or rule.children else None


def is_type(name: str, allowed: Iterable[str]) -> bool:
    """Tests whether a type is one of some types; Resource and DomainResource stand for every resource."""
    return any(
        one == name or (one in {"Resource", "DomainResource"} and name in resource_types()) for one in allowed
    )

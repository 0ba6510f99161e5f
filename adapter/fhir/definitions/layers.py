"""Layers: the rules that profiles add to the elements of an R4 type, as a tree by element name.

A layer holds the difference to the base type only, so a resource without profiles meets no layer. The walk in
:mod:`adapter.fhir.validation.profile_walk` judges each element by every layer that covers it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class AllowedType(NamedTuple):
    """A type that an element may have, with the profiles of its value and of the target of a Reference."""

    code: str
    profiles: tuple[str, ...]
    targets: tuple[str, ...]


class ValueSetBinding(NamedTuple):
    """The binding of an element to a value set."""

    strength: str
    value_set: str


class Constraint(NamedTuple):
    """An invariant of a profile: its key, ``error`` or ``warning``, its FHIRPath, its text, its profile."""

    key: str
    severity: str
    expression: str
    human: str
    profile: str


class Discriminator(NamedTuple):
    """The test that tells slices apart: its kind (value, pattern, exists, type, profile) and its path."""

    kind: str
    path: str


class Slicing(NamedTuple):
    """The discriminators of a sliced element, and whether other items and other orders are allowed."""

    discriminators: tuple[Discriminator, ...]
    is_ordered: bool
    rules: str


@dataclass(slots=True, eq=False)
class Layer:
    """The rules of one profile for one element, its children and its slices.

    ``profile`` is the canonical of the profile that stated a rule last, and ``id`` its element id. ``type``
    is the key of the facts of the content, or ``""`` when several types are allowed. ``base_min`` is the
    minimum of the base type, which the structure check reports. ``must_support`` is for readers of profiles;
    no resource breaks it. An unset rule is None or empty.
    """

    profile: str
    id: str
    name: str
    type: str = ""
    min: int = 0
    base_min: int = 0
    max: int | None = None
    types: tuple[AllowedType, ...] = ()
    fixed: Any = None
    pattern: Any = None
    least: Any = None
    most: Any = None
    max_length: int | None = None
    must_support: bool = False
    binding: ValueSetBinding | None = None
    constraints: tuple[Constraint, ...] = ()
    slicing: Slicing | None = None
    slices: dict[str, Layer] = field(default_factory=dict)
    children: dict[str, Layer] = field(default_factory=dict)

    def copy(self) -> Layer:
        """The tree of layers again, so that a derived profile can add to it."""
        return replace(
            self,
            slices={name: one.copy() for name, one in self.slices.items()},
            children={name: one.copy() for name, one in self.children.items()},
        )

    def all(self) -> Iterator[Layer]:
        """The layer and all layers below it."""
        yield self
        for below in (*self.slices.values(), *self.children.values()):
            yield from below.all()

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles of the value, if all allowed types of the element name profiles."""
        return tuple(url for one in self.types for url in one.profiles)


class ExtensionContext(NamedTuple):
    """A place that an extension may have: an element path, a FHIRPath, or the url of an extension."""

    kind: str
    expression: str


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A compiled StructureDefinition: the type it constrains and the layer of the type's root.

    ``missing`` are the canonicals of bases that are not installed.
    """

    url: str
    type: str
    root: Layer
    contexts: tuple[ExtensionContext, ...] = ()
    context_invariants: tuple[str, ...] = ()
    is_modifier: bool = False
    missing: tuple[str, ...] = ()

    def element(self, id_: str) -> Profile | BrokenProfile:
        """The part of the profile that constrains one element, as a profile of the element's type."""
        found = next((one for one in self.root.all() if one.id == id_), None)
        if found is None:
            return BrokenProfile(self.url, f"it has no element {id_}")
        return Profile(f"{self.url}#{id_}", found.type, found)


@dataclass(frozen=True, slots=True)
class BrokenProfile:
    """A StructureDefinition that cannot be applied, and why (an English clause without a final stop)."""

    url: str
    reason: str

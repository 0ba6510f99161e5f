"""The context of the elements of a resource: what its references name, and what its expressions may ask.

Rules: https://hl7.org/fhir/R4/references.html and https://hl7.org/fhir/R4/bundle.html#references.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from adapter.fhir.fhirpath import Environment, resource_node
from adapter.fhir.fhirpath import node as fhirpath_node
from adapter.fhir.reference_literals import literal
from adapter.fhir.shapes import RESOURCE_KEY, Member, known_types

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapter.fhir.fhirpath import Node

_NARRATED = re.compile(r"""(?:src|href)\s*=\s*["']#([^"']+)["']""")


class Answers(Protocol):
    """Answers to the questions of FHIRPath that lie outside the resource."""

    def member_of(self, node: Node, value_set: str) -> bool | None:
        """Tests whether a coded value is in a value set; None when that cannot be known."""

    def conforms_to(self, node: Node, profile: str, container: Container) -> bool | None:
        """Tests whether a node conforms to a profile; None when that cannot be known."""


Follow = Callable[[str], "dict[str, Any] | None"]
"""The resource outside the text that a relative reference (``Patient/1``) names, or None."""


class Surroundings(NamedTuple):
    """The answers for FHIRPath, and the resources that relative references may or must name."""

    answers: Answers
    follow: Follow | None = None
    must_resolve: bool = False


class Target(NamedTuple):
    """The target of a reference: the resource, its FHIRPath, and the context of its own references."""

    resource: dict[str, Any]
    path: str
    container: Container


class Entry(NamedTuple):
    """A contained or bundled resource, with its FHIRPath."""

    resource: dict[str, Any]
    path: str


@dataclass(slots=True)
class Container:
    """A resource that is not contained: the context of every reference within it.

    ``index`` is the index of the contained resource that holds the reference, if any. ``by_id`` are the
    contained resources by id, ``entries`` the resources of the surrounding Bundles by fullUrl, and
    ``full_urls`` the fullUrl of each of these resources by its identity in memory.
    """

    resource: dict[str, Any]
    path: str
    contained: list[Any]
    by_id: Mapping[str, Entry]
    entries: ChainMap[str, Entry]
    full_urls: ChainMap[int, str]
    surroundings: Surroundings | None = None
    index: int | None = None
    named: set[str] = field(default_factory=set)
    naming_container: set[int] = field(default_factory=set)
    _environment: Environment | None = None

    @classmethod
    def around(
        cls,
        resource: dict[str, Any],
        path: str,
        outer: Container | None,
        surroundings: Surroundings | None = None,
    ) -> Container:
        """The container of a resource; ``outer`` is the surrounding Bundle or Parameters, if any."""
        contained = resource.get("contained")
        inner = contained if isinstance(contained, list) else []
        by_id = {
            one["id"]: Entry(one, f"{path}.contained[{index}]")
            for index, one in enumerate(inner)
            if isinstance(one, dict) and isinstance(one.get("id"), str)
        }
        entries = outer.entries if outer else ChainMap()
        full_urls = outer.full_urls if outer else ChainMap()
        if resource[RESOURCE_KEY] == "Bundle":
            own = _entries(resource, path)
            entries = entries.new_child(own)
            full_urls = full_urls.new_child({id(one.resource): url for url, one in own.items()})
        return cls(
            resource, path, inner, by_id, entries, full_urls, outer.surroundings if outer else surroundings
        )

    def inside(self, index: int) -> Container:
        """The same container, for references in its contained resource at ``index``."""
        return replace(self, index=index, _environment=None)

    def holding(self, resource: dict[str, Any], path: str) -> Container:
        """The context of the references in a resource that stands in this one: contained, or in an entry."""
        if resource is self.innermost:
            return self
        index = next((at for at, one in enumerate(self.contained) if one is resource), None)
        return Container.around(resource, path, self) if index is None else self.inside(index)

    @property
    def innermost(self) -> dict[str, Any]:
        """The resource that holds the references: the contained one at ``index``, or the container itself."""
        inner = self.contained[self.index] if self.index is not None else self.resource
        return inner if isinstance(inner, dict) else self.resource

    @property
    def environment(self) -> Environment:
        """The environment of the FHIRPath expressions on the resource and its elements."""
        if self._environment is None:
            answers = self.surroundings.answers if self.surroundings else None
            self._environment = Environment(
                resource_node(self.innermost),
                resource_node(self.resource),
                resolve=self._resolved,
                member_of=answers.member_of if answers else None,
                conforms_to=partial(_conforms_to, answers, self) if answers else None,
            )
        return self._environment

    def _resolved(self, address: str) -> Node | None:
        """The target of a reference: the resource, or of a resource elsewhere the type alone."""
        if found := self.target(address):
            return resource_node(found.resource)
        elsewhere = literal(address)
        return fhirpath_node({}, elsewhere.type) if elsewhere else None

    def target(self, address: object) -> Target | None:
        """The contained, bundled or followed resource that a reference names, or None.

        A relative reference in a Bundle is resolved against the fullUrl of its own entry:
        https://hl7.org/fhir/R4/bundle.html#references.
        """
        if not isinstance(address, str) or not address:
            return None
        if address == "#":
            return Target(self.resource, self.path, self)
        if address.startswith("#"):
            inner = self.by_id.get(address[1:])
            return Target(*inner, self) if inner else None
        found = self._entry(address)
        if found:
            return Target(*found, Container.around(*found, self))
        elsewhere = self._followed(address)
        if elsewhere is None:
            return None
        return Target(elsewhere, address, Container.around(elsewhere, address, None, self.surroundings))

    def _followed(self, address: str) -> dict[str, Any] | None:
        """The resource outside the text that a relative reference names."""
        asked = literal(address)
        follow = self.surroundings.follow if self.surroundings else None
        return follow(f"{asked.type}/{asked.id}") if follow and asked and not asked.base else None

    def is_unresolved(self, address: object) -> bool:
        """Tests whether a relative reference names no resource at all, where it must name one."""
        if not self.surroundings or not self.surroundings.must_resolve or not isinstance(address, str):
            return False
        asked = literal(address)
        return asked is not None and not asked.base and not (self._entry(address) or self._followed(address))

    def _entry(self, address: str) -> Entry | None:
        if address in self.entries:
            return self.entries[address]
        asked = literal(address)
        if asked is None:
            return None
        own = literal(self.full_urls.get(id(self.resource), ""))
        base = asked.base or (own.base if own else "")
        return self.entries.get(f"{base}{asked.type}/{asked.id}") if base else None

    def local(self, reference: str, member: Member) -> None:
        """Note a primitive that begins with ``#``, since it may name a contained resource (dom-3)."""
        if member.type in {"uri", "url", "canonical"} or (member.name, member.type) == (
            "reference",
            "string",
        ):
            self.named.add(reference[1:])
            if reference == "#" and self.index is not None:
                self.naming_container.add(self.index)

    def narrated(self, div: str) -> None:
        """Note the contained resources that a narrative names in an image or a link (dom-3)."""
        self.named.update(_NARRATED.findall(div))

    def target_type(self, reference: Mapping[str, Any]) -> str | None:
        """The type of the target of a Reference, as far as the reference, container or Bundle shows."""
        address, declared = reference.get("reference"), reference.get("type")
        if isinstance(address, str):
            if address == "#":
                return _type(self.resource)
            if address.startswith("#"):
                return _type(self.by_id[address[1:]].resource) if address[1:] in self.by_id else None
            if found := literal(address):
                return found.type
            if address in self.entries:
                return _type(self.entries[address].resource)
        return declared if isinstance(declared, str) and declared in known_types() else None


def _conforms_to(answers: Answers, container: Container, node: Node, profile: str) -> bool | None:
    return answers.conforms_to(node, profile, container)


def _type(resource: Mapping[str, Any]) -> str:
    return str(resource.get(RESOURCE_KEY))


def _entries(bundle: dict[str, Any], path: str) -> dict[str, Entry]:
    """The resources of a Bundle by fullUrl."""
    entries = bundle.get("entry")
    return {
        one["fullUrl"]: Entry(one["resource"], f"{path}.entry[{index}].resource")
        for index, one in enumerate(entries if isinstance(entries, list) else ())
        if isinstance(one, dict)
        and isinstance(one.get("fullUrl"), str)
        and isinstance(one.get("resource"), dict)
    }

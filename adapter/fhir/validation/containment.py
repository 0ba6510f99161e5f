"""Check of contained resources, and of the references within one resource.

A contained resource exists only inside its container: it has an id, no contained resources, no version, no
security label, and a reference that names it. Rules: https://hl7.org/fhir/R4/references.html#contained,
invariants dom-2 to dom-5.
"""

from __future__ import annotations

import re
from collections import ChainMap
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from adapter.errors import Finding, IssueType, Message
from adapter.fhir.fhirpath import Environment, resource_node
from adapter.fhir.fhirpath import node as fhirpath_node
from adapter.fhir.json_trees import text
from adapter.fhir.reference_literals import is_absolute, literal
from adapter.fhir.shapes import RESOURCE_KEY, Member, known_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapter.fhir.fhirpath import Node

_DOMAIN = "https://hl7.org/fhir/R4/domainresource.html#invs"
_REFERENCES = "https://hl7.org/fhir/R4/references.html"
NESTED = Message(
    "dom-2",
    IssueType.INVARIANT,
    nb="En contained ressurs har selv contained ressurser. Flytt dem til den ytterste ressursen.",
    en="A contained resource has contained resources itself. Move them to the outermost resource.",
    source=_DOMAIN,
)
UNREFERENCED = Message(
    "dom-3",
    IssueType.INVARIANT,
    nb="Ingen reference viser til denne contained ressursen, og ressursen viser ikke til den ytterste."
    " Legg til en reference, eller fjern ressursen.",
    en="No reference names this contained resource, and the resource does not refer to its container."
    " Add a reference, or remove the resource.",
    source=_DOMAIN,
)
VERSIONED = Message(
    "dom-4",
    IssueType.INVARIANT,
    nb="En contained ressurs har meta.versionId eller meta.lastUpdated. Fjern elementet.",
    en="A contained resource has meta.versionId or meta.lastUpdated. Remove the element.",
    source=_DOMAIN,
)
LABELLED = Message(
    "dom-5",
    IssueType.INVARIANT,
    nb="En contained ressurs har meta.security. Fjern elementet.",
    en="A contained resource has meta.security. Remove the element.",
    source=_DOMAIN,
)
SAME_ID = Message(
    "contained-same-id",
    IssueType.DUPLICATE,
    nb="To contained ressurser har samme id. Gi hver av dem sin egen id.",
    en="Two contained resources have the same id. Give each of them an id of its own.",
    source=_REFERENCES,
)
DANGLING = Message(
    "ref-1",
    IssueType.INVARIANT,
    nb="Denne reference viser til en manglende contained ressurs. Legg til ressursen, eller rett reference.",
    en="The reference names a missing contained resource. Add the resource, or correct the reference.",
    source=_REFERENCES,
)
TARGET = Message(
    "reference-target",
    IssueType.VALUE,
    nb="Denne reference viser til typen {type}, som ikke er tillatt her. Bruk en av: {allowed}.",
    en="The reference names the type {type}, which is not allowed here. Use one of: {allowed}.",
    source=_REFERENCES,
)
FORM = Message(
    "reference-format",
    IssueType.VALUE,
    nb="Denne reference har feil form. Bruk Type/id, en absolutt adresse, en URN eller #id.",
    en="The reference has a wrong form. Use Type/id, an absolute address, a URN or #id.",
    source=f"{_REFERENCES}#literal",
)
MISMATCH = Message(
    "reference-type-mismatch",
    IssueType.VALUE,
    nb="Elementet type er en annen type enn den reference viser til. Rett ett av elementene.",
    en="The element type differs from the type that the reference names. Correct one of the elements.",
    source=f"{_REFERENCES}#Reference",
)
TYPE = Message(
    "reference-type-unknown",
    IssueType.VALUE,
    nb="Elementet type er ikke en type i FHIR R4. Bruk en type fra FHIR R4.",
    en="The element type is not a type of FHIR R4. Use a type of FHIR R4.",
    source=f"{_REFERENCES}#Reference",
)

_NARRATED = re.compile(r"""(?:src|href)\s*=\s*["']#([^"']+)["']""")


class Answers(Protocol):
    """Answers to the questions of FHIRPath that lie outside the resource."""

    def member_of(self, node: Node, value_set: str) -> bool | None:
        """Tests whether a coded value is in a value set; None when that cannot be known."""

    def conforms_to(self, node: Node, profile: str, container: Container) -> bool | None:
        """Tests whether a node conforms to a profile; None when that cannot be known."""


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
    answers: Answers | None = None
    index: int | None = None
    named: set[str] = field(default_factory=set)
    naming_container: set[int] = field(default_factory=set)
    _environment: Environment | None = None

    @classmethod
    def around(
        cls, resource: dict[str, Any], path: str, outer: Container | None, answers: Answers | None = None
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
        return cls(resource, path, inner, by_id, entries, full_urls, outer.answers if outer else answers)

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
            answers = self.answers
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
        """The contained or bundled resource that a reference names, or None.

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
        return Target(*found, Container.around(*found, self)) if found else None

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

    def reference(
        self, node: Mapping[str, Any], targets: frozenset[str] | None, path: str
    ) -> Iterator[Finding]:
        """The findings of a Reference that may name one of ``targets`` (None: any type)."""
        address, declared = node.get("reference"), node.get("type")
        if isinstance(address, str) and address:
            if address.startswith("#") and address != "#" and address[1:] not in self.by_id:
                yield DANGLING.at(f"{path}.reference")
            elif not _is_well_formed(address):
                yield FORM.at(f"{path}.reference")
        found = self.target_type(node)
        if isinstance(declared, str) and "/" not in declared:
            if declared not in known_types():
                yield TYPE.at(f"{path}.type")
            elif found not in {None, declared}:
                yield MISMATCH.at(f"{path}.type")
        if targets and found and found not in targets:
            yield TARGET.at(path, type=found, allowed=", ".join(sorted(targets)))

    def findings(self) -> Iterator[Finding]:
        """The findings of the contained resources; called when all references have been noted."""
        seen: set[str] = set()
        for index, one in enumerate(self.contained):
            if not isinstance(one, dict):
                continue
            path = f"{self.path}.contained[{index}]"
            yield from _standing_alone(one, path)
            name = text(one, "id") or ""
            if name and name in seen:
                yield SAME_ID.at(f"{path}.id")
            seen.add(name)
            if name not in self.named and index not in self.naming_container:
                yield UNREFERENCED.at(path)


def _standing_alone(contained: dict[str, Any], path: str) -> Iterator[Finding]:
    """The findings of elements that a contained resource may not have."""
    if "contained" in contained:
        yield NESTED.at(f"{path}.contained")
    meta = contained.get("meta")
    if isinstance(meta, dict):
        for name in ("versionId", "lastUpdated"):
            if name in meta:
                yield VERSIONED.at(f"{path}.meta.{name}")
        if "security" in meta:
            yield LABELLED.at(f"{path}.meta.security")


def _is_well_formed(address: str) -> bool:
    """Tests whether a reference has a valid form; ``?`` marks a conditional reference in a transaction."""
    return address.startswith("#") or is_absolute(address) or literal(address) is not None or "?" in address


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

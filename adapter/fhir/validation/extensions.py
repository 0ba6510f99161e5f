"""Validation of extensions: definition, place, and parts of a complex extension.

Rules: https://hl7.org/fhir/R4/extensibility.html and https://hl7.org/fhir/R4/defining-extensions.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.errors import Severity
from adapter.fhir.definitions import facts, resource_types
from adapter.fhir.definitions.layers import BrokenProfile, Constraint, Profile
from adapter.fhir.fhirpath import FhirPathError, compiled
from adapter.fhir.primitives import PRIMITIVES
from adapter.fhir.shapes import RESOURCE_KEY
from adapter.fhir.validation import profile_faults as faults
from adapter.fhir.validation.constraints import broken
from adapter.fhir.validation.elements import Item, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.errors import Finding
    from adapter.fhir.validation.container import Container
    from adapter.fhir.validation.profile_walk import ProfileWalk

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_INDEX = re.compile(r"\[\d+\]")
_EVERYWHERE = frozenset({"Element", "*", "Base"})


class UnknownExtensions(StrEnum):
    """The report on an extension whose definition is not installed."""

    ERROR = "error"
    WARN = "warn"
    ALLOW = "allow"


class Holder(NamedTuple):
    """The object that holds an extension: its content, its type, the path of its element, its FHIRPath.

    ``element`` is the path in the specification (``Patient.birthDate``), ``path`` the place in the resource.
    """

    node: dict[str, Any]
    type: str
    element: str
    path: str


def held(holder: Holder) -> Iterator[tuple[str, Item]]:
    """The extensions that an object holds, each with the name of its list."""
    for name in ("extension", "modifierExtension"):
        of = "Element" if name == "extension" else holder.type
        for item in items(holder.node, of, name, holder.path) if name in holder.node else ():
            yield name, item


@dataclass(slots=True)
class ExtensionCheck:
    """The validation of the extensions of one resource.

    Of each resource in it, by identity in memory: ``enclosing`` has the extension around each value, and
    ``selected`` the objects that the FHIRPath of a context gives. Each is found once, in one pass.

    """

    walk: ProfileWalk
    unknown: UnknownExtensions
    enclosing: dict[int, dict[int, Any]] = field(default_factory=dict)
    selected: dict[tuple[int, str], frozenset[int]] = field(default_factory=dict)

    def check(self, node: dict[str, Any], name: str, path: str, holder: Holder, container: Container) -> None:
        """Judge one extension; ``name`` is ``extension`` or ``modifierExtension``."""
        url = node.get("url")
        if not isinstance(url, str) or not _ABSOLUTE.match(url):
            return  # the name of a part of a complex extension, which its definition judges
        found = self.walk.definitions.profile(url)
        if found is None or (isinstance(found, Profile) and found.type != "Extension"):
            self._unknown(url, path)
        elif isinstance(found, BrokenProfile):
            self.walk.tally.take([faults.BROKEN.at(path, profile=url, reason=found.reason)])
        else:
            if found.is_modifier != (name == "modifierExtension"):
                wanted = "modifierExtension" if found.is_modifier else "extension"
                self.walk.tally.take([faults.EXTENSION_MODIFIER.at(path, wanted=wanted)])
            if found.contexts and not self._is_allowed(found, holder, container):
                allowed = ", ".join(one.expression for one in found.contexts)
                self.walk.tally.take(
                    [faults.EXTENSION_CONTEXT.at(path, name=holder.element, allowed=allowed)]
                )
            self._invariants(found, holder, path, container)
            self.walk.root(Item(node, "Extension", path), found, container)
            self.walk.tally.take(_parts(node, found, path))

    def _is_allowed(self, profile: Profile, holder: Holder, container: Container) -> bool:
        """Tests whether a context of the definition fits the holder; an unknown one counts as yes."""
        direct = {holder.element, holder.type, "Element"}
        if any(kind == "element" and expression in direct for kind, expression in profile.contexts):
            return True
        names = set(_names(holder, container))
        for kind, expression in profile.contexts:
            if kind == "extension":
                if expression in {_url(holder.node), self._outer_url(holder, container)}:
                    return True
            elif kind == "fhirpath":
                if self._is_selected(expression, holder, container, profile):
                    return True
            elif kind != "element" or expression in names:
                return True
        return False

    def _invariants(self, profile: Profile, holder: Holder, path: str, container: Container) -> None:
        """Judge the holder by the invariants that the definition sets for the place of the extension."""
        is_primitive = holder.type in PRIMITIVES
        value, beside = (None, holder.node) if is_primitive else (holder.node, None)
        item = Item(value, holder.type, path, beside)
        for expression in profile.context_invariants:
            rule = Constraint("", "error", expression, "", profile.url)
            if any(broken([rule], item, container, self.walk.unchecked)):
                self.walk.tally.take([faults.EXTENSION_INVARIANT.at(path, rule=expression)])

    def _is_selected(self, expression: str, holder: Holder, container: Container, profile: Profile) -> bool:
        """Tests whether a FHIRPath on the resource gives the holder."""
        key = (id(container.innermost), expression)
        if key not in self.selected:
            environment = container.environment
            try:
                found = compiled(expression).evaluate(environment.resource[0], environment)
            except FhirPathError:
                self.walk.unchecked.note("rule", f"{profile.url}#context")
                return True
            self.selected[key] = frozenset(id(part) for one in found for part in (one.value, one.companion))
        return id(holder.node) in self.selected[key]

    def _outer_url(self, holder: Holder, container: Container) -> object:
        """The url of the extension whose value holds the extension, or None."""
        if not holder.element.startswith("Extension.value"):
            return None
        resource = container.innermost
        if id(resource) not in self.enclosing:
            self.enclosing[id(resource)] = dict(_values(resource))
        return _url(self.enclosing[id(resource)].get(id(holder.node)))

    def _unknown(self, url: str, path: str) -> None:
        self.walk.unchecked.note("extension", url)
        if self.unknown is UnknownExtensions.ALLOW:
            return
        severity = Severity.ERROR if self.unknown is UnknownExtensions.ERROR else Severity.WARNING
        self.walk.tally.take([replace(faults.EXTENSION_UNKNOWN.at(path), severity=severity)])


def _names(holder: Holder, container: Container) -> Iterator[str]:
    """The names by which a context may name the holder: its types, its element, its place in the resource."""
    yield from _EVERYWHERE
    yield holder.element
    yield holder.element.removesuffix("[x]")
    if holder.type:
        kind = holder.type
        while kind:
            yield kind
            kind = facts(kind).base or "" if kind not in _ABSTRACT else ""
    if "." in holder.type:
        yield "BackboneElement"
    if holder.type in resource_types():
        yield from ("Resource", "DomainResource")
        if facts(holder.type).elements.keys() >= _CANONICAL:
            yield from ("CanonicalResource", "MetadataResource")
    place = holder.path.removeprefix(_place(container))
    yield f"{container.innermost.get(RESOURCE_KEY)}{_INDEX.sub('', place)}"


def _url(extension: dict[str, Any] | None) -> object:
    return extension.get("url") if extension else None


def _values(node: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """The identity of each value of an extension, and of its companion, with the extension."""
    if isinstance(node, list):
        for one in node:
            yield from _values(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, dict | list):
                yield from _values(value)
                if key.startswith(("value", "_value")):
                    yield id(value), node


def _place(container: Container) -> str:
    """The FHIRPath of the innermost resource of a container."""
    inner = f".contained[{container.index}]" if container.index is not None else ""
    return f"{container.path}{inner}"


_CANONICAL = frozenset({"url", "status"})
_ABSTRACT = frozenset({"Element", "Resource"})


def _parts(node: dict[str, Any], profile: Profile, path: str) -> Iterator[Finding]:
    """The findings of parts of a complex extension that its definition does not name."""
    parts = profile.root.children.get("extension")
    known = [
        url.fixed for one in (parts.slices.values() if parts else ()) if (url := one.children.get("url"))
    ]
    inner = node.get("extension")
    if not known or not isinstance(inner, list):
        return
    for index, one in enumerate(inner):
        url = one.get("url") if isinstance(one, dict) else None
        if isinstance(url, str) and not _ABSOLUTE.match(url) and url not in known:
            yield faults.EXTENSION_PART.at(
                f"{path}.extension[{index}].url", allowed=", ".join(map(str, known))
            )

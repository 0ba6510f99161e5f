"""Structure check of a resource in one pass: elements, types, cardinality, formats, codes, references, rules.

The check covers every resource type of R4, with contained and bundled resources. It reads the whole resource
and reports all findings together, each with its FHIRPath and without sent values. It does not check
extensible and weaker bindings, code systems that the package does not hold, profiles, and the targets of
references. Rules: https://hl7.org/fhir/R4/json.html, datatypes.html, references.html and extensibility.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adapter.errors import Severity
from adapter.fhir import faults, narrative
from adapter.fhir.definitions import resource_types
from adapter.fhir.json_trees import text
from adapter.fhir.primitives import doubt
from adapter.fhir.shapes import RESOURCE_KEY, Member, shape
from adapter.fhir.tally import Tally
from adapter.fhir.validation import bundle_entries, bundled_references
from adapter.fhir.validation.beyond_base import BeyondBase
from adapter.fhir.validation.constraints import broken_of_element, broken_of_type
from adapter.fhir.validation.container import Container
from adapter.fhir.validation.containment import contained_findings, reference_findings
from adapter.fhir.validation.elements import Item
from adapter.fhir.validation.extensions import Holder, held
from adapter.fhir.validation.unchecked import Unchecked

if TYPE_CHECKING:
    from adapter.errors import Finding
    from adapter.fhir.validation.beyond_base import Rules

_ADDRESSES = {"uri", "url", "canonical"}
_CODED = {"code", "coding"}
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


def check(
    resource: dict[str, Any], unchecked: Unchecked | None = None, rules: Rules | None = None
) -> list[Finding]:
    """The findings of a resource: errors first, limited by :mod:`adapter.fhir.tally`.

    ``resource`` is a tree from :mod:`adapter.fhir.codec.received`, and ``rules`` are the rules beyond base
    R4 (None: base R4 alone). Names of profiles, extensions and value sets that are not checked are added to
    ``unchecked``. No content makes the function raise.
    """
    walk = _Walk(unchecked or Unchecked(), rules)
    type_name = resource.get(RESOURCE_KEY)
    is_known = isinstance(type_name, str) and type_name in resource_types()
    walk.resource(resource, str(type_name) if is_known else "Resource", None)
    return walk.tally.told()


class _Walk:
    """One pass over one resource and its content."""

    __slots__ = ("beyond", "tally", "unchecked")

    def __init__(self, unchecked: Unchecked, rules: Rules | None) -> None:
        self.unchecked = unchecked
        self.tally = Tally()
        self.beyond = BeyondBase(rules, unchecked, self.tally) if rules else None

    def resource(self, node: Any, path: str, outer: Container | None, contained: int | None = None) -> None:
        """Check a resource; ``contained`` is its index among the contained resources of ``outer``."""
        if not isinstance(node, dict):
            self.tally.add(faults.NOT_OBJECT, path, of="Resource")
            return
        type_name = node.get(RESOURCE_KEY)
        if not isinstance(type_name, str) or type_name not in resource_types():
            self.tally.add(
                faults.TYPE_UNKNOWN if type_name else faults.TYPE_MISSING, f"{path}.{RESOURCE_KEY}"
            )
            return
        if outer is not None and contained is not None:
            container = outer.inside(contained)
            self.content(node, type_name, path, container, type_name)
        else:
            container = Container.around(node, path, outer, self.beyond.surroundings if self.beyond else None)
            self.content(node, type_name, path, container, type_name)
            self.tally.take(contained_findings(container))
        if type_name == "Bundle":
            self.tally.take(bundle_entries.findings(node, path))
            self.tally.take(bundled_references.findings(node, path))
        self._claimed(node, path, container, is_outermost=outer is None)

    def _claimed(self, node: dict[str, Any], path: str, container: Container, *, is_outermost: bool) -> None:
        """Check a resource by its profiles, or note them; those asked for are for the outermost resource."""
        claimed = _claimed(node)
        if self.beyond:
            self.beyond.resource(node, claimed, path, container, is_outermost=is_outermost)
        else:
            for url in claimed:
                self.unchecked.note("profile", url)

    def content(
        self,
        node: dict[str, Any],
        type_name: str,
        path: str,
        container: Container,
        element: str,
        primitive: str = "",
    ) -> None:
        """Check the members of an object of a known type, then the rules of the type.

        ``element`` is its path in the specification; ``primitive`` is the type of the primitive whose id and
        extensions the object holds.
        """
        of = shape(type_name)
        chosen: dict[str, str] = {}
        errors = len(self.tally.kept[Severity.ERROR]) if of.rules else 0
        for key, value in node.items():
            member = of.members.get(key)
            if member is None:
                self.tally.add(faults.UNKNOWN, f"{path}.{faults.shown(key)}", of=type_name)
                continue
            if member.choice and chosen.setdefault(member.name, member.choice) != member.choice:
                self.tally.add(faults.CHOICE, f"{path}.{member.name}")
            self._member(member, value, node, path, container)
        if not of.is_resource and node.keys() <= {"id"}:
            self.tally.add(faults.EMPTY, path)
        for name, keys in of.required:
            if keys.isdisjoint(node):
                self.tally.add(faults.MISSING, path, name=name, of=type_name)
        if type_name == "Extension" and ("extension" in node) == bool(chosen):
            self.tally.add(faults.EXTENSION, path)
        if of.rules:
            is_whole = len(self.tally.kept[Severity.ERROR]) == errors
            self.tally.take(
                broken_of_type(node, type_name, path, container, self.unchecked, is_whole=is_whole)
            )
        if "extension" in node or "modifierExtension" in node:
            self._extensions(Holder(node, primitive or type_name, element, path), container)

    def _extensions(self, holder: Holder, container: Container) -> None:
        """Check the extensions of an object by their definitions, or note them."""
        if self.beyond:
            self.beyond.extensions(holder, container)
        else:
            for _, item in held(holder):
                self.unchecked.note("extension", item.value.get("url"))

    def _member(
        self, member: Member, value: Any, node: dict[str, Any], path: str, container: Container
    ) -> None:
        if member.role == "value":
            self._value(member, value, node, path, container)
        elif member.role == "companion":
            self._companion(member, value, node, path, container)
        elif member.role != "type":
            self._parts(member, value, path, container)

    def _parts(self, member: Member, value: Any, path: str, container: Container) -> None:
        """Check an object or a resource, or a list of them."""
        here = f"{path}.{member.name}"
        if not member.is_list:
            self._part(member, value, here, container)
        elif not isinstance(value, list):
            self.tally.add(faults.NULL if value is None else faults.NOT_LIST, here)
        elif not value:
            self.tally.add(faults.EMPTY_LIST, here)
        else:
            for index, item in enumerate(value):
                self._part(member, item, f"{here}[{index}]", container, index)

    def _part(
        self, member: Member, value: Any, path: str, container: Container, index: int | None = None
    ) -> None:
        if not isinstance(value, dict):
            wrong = (
                faults.NULL
                if value is None
                else faults.LIST
                if isinstance(value, list)
                else faults.NOT_OBJECT
            )
            self.tally.add(wrong, path, of=member.type)
        elif member.role == "resource":
            self.resource(value, path, container, index if member.name == "contained" else None)
        else:
            self.content(value, member.type, path, container, member.path)
            if member.type == "Reference":
                self.tally.take(reference_findings(value, member.targets, path, container))
            elif member.type in {"Coding", "Identifier"} and not _is_absolute(value.get("system")):
                self.tally.add(faults.SYSTEM, f"{path}.system")
            elif member.type == "Extension" and not (_is_nested(member) or _is_absolute(value.get("url"))):
                self.tally.add(faults.EXTENSION_URL, f"{path}.url")
            if member.concepts and not _is_bound(member, value):
                self.tally.add(faults.CODE, path, name=member.name)
            elif member.unjudged and not value.keys().isdisjoint(_CODED):
                self._unjudged(member, value, path)
            if self.beyond and member.type == "Coding":
                self.beyond.coding(value, path, container)
            if member.rules:
                item = Item(value, member.type, path)
                self.tally.take(broken_of_element(member.rules, item, container, self.unchecked))

    def _value(
        self, member: Member, value: Any, node: dict[str, Any], path: str, container: Container
    ) -> None:
        """Check a primitive or a list of primitives."""
        if not member.is_list:
            self._primitive(member, value, path, None, container)
        elif not isinstance(value, list):
            self.tally.add(faults.NULL if value is None else faults.NOT_LIST, f"{path}.{member.name}")
        elif not value:
            self.tally.add(faults.EMPTY_LIST, f"{path}.{member.name}")
        else:
            others = node.get(f"_{member.key}")
            for index, item in enumerate(value):
                beside = isinstance(others, list) and index < len(others) and isinstance(others[index], dict)
                if item is not None or not beside:
                    self._primitive(member, item, path, index, container)

    def _primitive(
        self, member: Member, value: Any, path: str, index: int | None, container: Container
    ) -> None:
        primitive = member.primitive
        fault = faults.NULL if value is None else primitive.fault(value) if primitive else None
        if isinstance(value, list):
            fault = faults.LIST
        if fault is None and member.codes is not None and value not in member.codes:
            fault = faults.CODE
        if fault is not None:
            self.tally.add(fault, _place(path, member.name, index), name=member.name)
        elif member.type == "xhtml":
            container.narrated(value)
            self.tally.take(narrative.check(value, _place(path, member.name, index)))
        elif isinstance(value, str) and value.startswith("#"):
            container.local(value, member)
        elif member.type in _ADDRESSES and (message := doubt(member.type, value)):
            self.tally.add(message, _place(path, member.name, index))
        elif member.unjudged:
            self._unjudged(member, value, _place(path, member.name, index))

    def _unjudged(self, member: Member, value: Any, path: str) -> None:
        """Check a coded value by the installed terminology, or note its value set."""
        if self.beyond:
            self.beyond.coded(member, value, path)
        elif member.unjudged:
            self.unchecked.note("value-set", member.unjudged)

    def _companion(
        self, member: Member, value: Any, node: dict[str, Any], path: str, container: Container
    ) -> None:
        """Check the companion of a primitive, or of a list of primitives."""
        here, values = f"{path}.{member.name}", node.get(member.key[1:])
        if not member.is_list:
            self._element(member, value, here, container, has_value=values is not None)
        elif not isinstance(value, list):
            self.tally.add(faults.NULL if value is None else faults.NOT_LIST, here)
        elif isinstance(values, list) and len(value) > len(values):
            self.tally.add(faults.UNALIGNED, here)
        elif not any(isinstance(item, dict) for item in value):
            self.tally.add(faults.NULL if value else faults.EMPTY_LIST, here)
        else:
            for index, item in enumerate(value):
                beside = isinstance(values, list) and values[index] is not None
                if item is not None or not beside:
                    self._element(member, item, f"{here}[{index}]", container, has_value=beside)

    def _element(
        self, member: Member, value: Any, path: str, container: Container, *, has_value: bool
    ) -> None:
        """Check the id and extensions of a primitive; a primitive without a value must have an extension."""
        if not isinstance(value, dict):
            self.tally.add(faults.NULL if value is None else faults.NOT_OBJECT, path, of="Element")
        elif has_value and value.keys() == {"id"}:
            self._element_id(value, path, container)
        else:
            self.content(value, "Element", path, container, member.path, member.type)

    def _element_id(self, value: dict[str, Any], path: str, container: Container) -> None:
        member = shape("Element").members["id"]
        self._primitive(member, value["id"], path, None, container)


def _claimed(resource: dict[str, Any]) -> list[str]:
    """The profiles that a resource claims in meta.profile."""
    meta = resource.get("meta")
    named = meta.get("profile") if isinstance(meta, dict) else None
    return [one for one in named if isinstance(one, str)] if isinstance(named, list) else []


def _place(path: str, name: str, index: int | None) -> str:
    return f"{path}.{name}" if index is None else f"{path}.{name}[{index}]"


def _is_absolute(address: object) -> bool:
    """Tests whether an address begins with a scheme; true for a value that is not a string."""
    return not isinstance(address, str) or _ABSOLUTE.match(address) is not None


def _is_nested(member: Member) -> bool:
    """Tests whether a member is an extension within an extension; its url may be a bare name."""
    return member.path == "Extension.extension"


def _is_bound(member: Member, value: dict[str, Any]) -> bool:
    """Tests whether a Coding, CodeableConcept or Quantity has a code of its required value set."""
    codings = value.get("coding", ()) if member.type == "CodeableConcept" else [value]
    allowed = member.concepts or {}
    return any(
        isinstance(one, dict) and text(one, "code") in allowed.get(str(one.get("system")), ())
        for one in (codings if isinstance(codings, list) else ())
    )

"""Check of contained resources, and of the references within one resource.

A contained resource exists only inside its container: it has an id, no contained resources, no version, no
security label, and a reference that names it. Rules: https://hl7.org/fhir/R4/references.html#contained,
invariants dom-2 to dom-5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message
from adapter.fhir.json_trees import text
from adapter.fhir.reference_literals import is_absolute, literal
from adapter.fhir.shapes import known_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapter.fhir.validation.container import Container

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
UNRESOLVED = Message(
    "reference-unresolved",
    IssueType.NOT_FOUND,
    nb="Ressursen som denne reference viser til, finnes ikke. Rett reference, eller legg til ressursen.",
    en="The resource that the reference names is not found. Correct the reference, or add the resource.",
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


def reference_findings(
    node: Mapping[str, Any], targets: frozenset[str] | None, path: str, container: Container
) -> Iterator[Finding]:
    """The findings of a Reference that may name one of ``targets`` (None: any type)."""
    address, declared = node.get("reference"), node.get("type")
    if isinstance(address, str) and address:
        if address.startswith("#") and address != "#" and address[1:] not in container.by_id:
            yield DANGLING.at(f"{path}.reference")
        elif not _is_well_formed(address):
            yield FORM.at(f"{path}.reference")
    if container.is_unresolved(address):
        yield UNRESOLVED.at(f"{path}.reference")
    found = container.target_type(node)
    if isinstance(declared, str) and "/" not in declared:
        if declared not in known_types():
            yield TYPE.at(f"{path}.type")
        elif found not in {None, declared}:
            yield MISMATCH.at(f"{path}.type")
    if targets and found and found not in targets:
        yield TARGET.at(path, type=found, allowed=", ".join(sorted(targets)))


def contained_findings(container: Container) -> Iterator[Finding]:
    """The findings of the contained resources; called when all references have been noted."""
    seen: set[str] = set()
    for index, one in enumerate(container.contained):
        if not isinstance(one, dict):
            continue
        path = f"{container.path}.contained[{index}]"
        yield from _standing_alone(one, path)
        name = text(one, "id") or ""
        if name and name in seen:
            yield SAME_ID.at(f"{path}.id")
        seen.add(name)
        if name not in container.named and index not in container.naming_container:
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

"""References between the entries of a Bundle: which are missing, ambiguous, or lead nowhere.

A reference is resolved by fullUrl: an absolute one by itself, a relative one against the fullUrl of its own
entry, one with a version also by ``meta.versionId``. A document or message holds everything that its first
resource leads to, and nothing else. Rules: https://hl7.org/fhir/R4/bundle.html#references and
https://hl7.org/fhir/R4/documents.html#content.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.errors import IssueType, Message, Severity
from adapter.fhir.reference_literals import is_absolute, literal
from adapter.fhir.shapes import RESOURCE_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from adapter.errors import Finding

_BUNDLE = "https://hl7.org/fhir/R4/bundle.html#references"
MISSING = Message(
    "bundle-reference-missing",
    IssueType.NOT_FOUND,
    nb="Ingen entry har ressursen som denne reference viser til, og en Bundle av typen {kind} skal ha den."
    " Legg til ressursen, eller rett fullUrl eller reference.",
    en="No entry has the resource that this reference names, and a Bundle of type {kind} must have it."
    " Add the resource, or correct fullUrl or reference.",
    source=_BUNDLE,
)
NOT_LOCAL = Message(
    "bundle-reference-urn",
    IssueType.NOT_FOUND,
    nb="Ingen entry har denne URN-en som fullUrl, så ressursen finnes ikke. Rett fullUrl eller reference.",
    en="No entry has this URN as its fullUrl, so the resource cannot be found. Correct fullUrl or reference.",
    source=_BUNDLE,
    severity=Severity.WARNING,
)
AMBIGUOUS = Message(
    "bundle-reference-ambiguous",
    IssueType.MULTIPLE_MATCHES,
    nb="Flere entry passer til denne reference. Legg til versjonen i reference, eller fjern de andre.",
    en="Several entries match this reference. Add the version to the reference, or remove the others.",
    source=_BUNDLE,
)
NO_BASE = Message(
    "bundle-reference-no-base",
    IssueType.REQUIRED,
    nb="Denne reference er relativ, og dens entry har ingen fullUrl. Legg til fullUrl.",
    en="The reference is relative, and its entry has no fullUrl. Add fullUrl.",
    source=_BUNDLE,
)
UNREACHED = Message(
    "bundle-entry-unreached",
    IssueType.INFORMATIONAL,
    nb="Ingen reference leder fra {type} til denne entry. Fjern den, eller legg til en reference.",
    en="No reference leads from {type} to this entry. Remove it, or add a reference.",
    source="https://hl7.org/fhir/R4/documents.html#content",
)

_FIRST = {"document": "Composition", "message": "MessageHeader"}
_UNSETTLED = frozenset({"transaction", "batch", "transaction-response", "batch-response"})
"""Bundles whose relative references name resources of the server."""
_LOOSE = frozenset({"Provenance", "Binary"})
"""Resources that a document may hold without a reference to them."""


class _Named(NamedTuple):
    """A reference in an entry: its text, and its FHIRPath."""

    text: str
    place: str


class _Address(NamedTuple):
    """The target that a reference names: a fullUrl, and a version if it names one."""

    url: str
    version: str = ""


_Node = int | _Address
"""A node of the graph of references: the index of an entry, or an address that leads to entries."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: its fullUrl, its resource, and the FHIRPath of the resource."""

    full_url: str
    resource: dict[str, Any]
    path: str

    @property
    def type(self) -> str:
        return str(self.resource.get(RESOURCE_KEY))

    @property
    def version(self) -> object:
        meta = self.resource.get("meta")
        return meta.get("versionId") if isinstance(meta, dict) else None


def findings(bundle: dict[str, Any], path: str) -> Iterator[Finding]:
    """The findings of the references between the entries of a Bundle, and of entries that none reaches."""
    kind = bundle.get("type")
    if not isinstance(kind, str) or kind in _UNSETTLED:
        return
    entries = list(_entries(bundle, path))
    by_address = _by_address(entries)
    links: dict[_Node, set[_Node]] = defaultdict(set)
    for index, entry in enumerate(entries):
        is_first = index == 0 and entry.type == _FIRST.get(kind)
        for named in _references(entry.resource, entry.path):
            address = _address(named.text, entry, by_address)
            targets = by_address.get(address, [])
            yield from _of_reference(named, entry, kind, len(targets), is_first=is_first)
            if targets:
                if address not in links:
                    _join(links, address, targets)
                _join(links, address, [index])
    if entries and entries[0].type == _FIRST.get(kind):
        yield from _unreached(entries, links)


def _join(links: dict[_Node, set[_Node]], address: _Address, indexes: Iterable[int]) -> None:
    """Link an address with entries, in both directions."""
    for index in indexes:
        links[index].add(address)
        links[address].add(index)


def _of_reference(
    named: _Named, entry: _Entry, kind: str, count: int, *, is_first: bool
) -> Iterator[Finding]:
    if count > 1:
        yield AMBIGUOUS.at(named.place)
    elif count == 0 and not is_absolute(named.text) and not entry.full_url:
        yield NO_BASE.at(named.place)
    elif count == 0 and is_first:
        yield MISSING.at(named.place, kind=kind)
    elif count == 0 and named.text.startswith("urn:"):
        yield NOT_LOCAL.at(named.place)


def _by_address(entries: list[_Entry]) -> dict[_Address, list[int]]:
    """The indexes of the entries by fullUrl, and by fullUrl and version."""
    found: dict[_Address, list[int]] = {}
    for index, entry in enumerate(entries):
        if entry.full_url:
            found.setdefault(_Address(entry.full_url), []).append(index)
            if isinstance(entry.version, str) and entry.version:
                found.setdefault(_Address(entry.full_url, entry.version), []).append(index)
    return found


def _address(reference: str, entry: _Entry, by_address: Mapping[_Address, list[int]]) -> _Address:
    """The address that a reference names by the rules of resolution in a Bundle."""
    asked, own = literal(reference), literal(entry.full_url)
    base = (asked.base or (own.base if own else "")) if asked else ""
    if _Address(reference) in by_address or not asked or not base:
        return _Address(reference)
    return _Address(f"{base}{asked.type}/{asked.id}", reference.partition("/_history/")[2])


def _unreached(entries: list[_Entry], links: dict[_Node, set[_Node]]) -> Iterator[Finding]:
    """The entries that no chain of references joins with the first one, in either direction."""
    reached: set[_Node] = {0}
    edge: list[_Node] = [0]
    while edge:
        found = {target for node in edge for target in links[node]} - reached
        reached |= found
        edge = list(found)
    for index, entry in enumerate(entries):
        if index not in reached and entry.type not in _LOOSE:
            yield UNREACHED.at(entry.path.removesuffix(".resource"), type=entries[0].type)


def _entries(bundle: dict[str, Any], path: str) -> Iterator[_Entry]:
    listed = bundle.get("entry")
    for index, one in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(one, dict) and isinstance(one.get("resource"), dict):
            url = one.get("fullUrl")
            place = f"{path}.entry[{index}].resource"
            yield _Entry(url if isinstance(url, str) else "", one["resource"], place)


def _references(value: Any, place: str) -> Iterator[_Named]:
    """The references in a resource that are not ``#id``; a contained resource's are among them."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _references(one, f"{place}[{index}]")
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "reference" and isinstance(one, str):
                if not one.startswith("#"):
                    yield _Named(one, place)
            elif isinstance(one, dict | list):
                yield from _references(one, f"{place}.{key}")

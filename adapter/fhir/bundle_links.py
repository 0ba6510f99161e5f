"""Links between the entries of a Bundle, replaced by ``Type/id``.

https://hl7.org/fhir/R4/bundle.html#references: an absolute link is compared with ``fullUrl``; a relative link
is first made absolute with the ``fullUrl`` of its own entry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.fhir.links import Link, relinked
from adapter.fhir.reference_literals import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Located(NamedTuple):
    """The resource of an entry: its ``fullUrl`` (None without), its FHIRPath in the Bundle, and the content.

    The resource is valid R4 and has an id.
    """

    full_url: str | None
    place: str
    resource: dict[str, Any]

    @property
    def name(self) -> str:
        """``Type/id``."""
        return f"{self.resource['resourceType']}/{self.resource['id']}"


class Linked(NamedTuple):
    """A resource with its links to other entries as ``Type/id``, and its references that lead to no entry."""

    resource: dict[str, Any]
    outward: tuple[Link, ...]


def linked(entries: Iterable[Located], base: str) -> Iterator[Linked]:
    """Each resource with ``Type/id`` in place of every link to an entry; other links stay as they are.

    Args:
        entries: the resources of the Bundle.
        base: our own FHIR base; a link below it to the same ``Type/id`` is left as it is.
    """
    entries = list(entries)
    becomes = {entry.full_url: entry.name for entry in entries if entry.full_url}
    targets = {url: target for url, target in becomes.items() if url != f"{base}/{target}"}
    for entry in entries:
        links = _Links(targets, _root(entry.full_url))
        resource = relinked(entry.resource, entry.place, links.resolved)
        yield Linked(resource, tuple(links.outward))


def _root(full_url: str | None) -> str:
    """The base of relative references in an entry with a RESTful ``fullUrl``."""
    found = literal(full_url) if full_url else None
    return found.base if found else ""


@dataclass(frozen=True, slots=True)
class _Links:
    """The links of one entry: ``targets`` by fullUrl, ``root`` of relative links, and references outward."""

    targets: Mapping[str, str]
    root: str
    outward: list[Link] = field(default_factory=list)

    def resolved(self, link: Link) -> str:
        """``Type/id`` if the link leads to an entry, otherwise its text unchanged."""
        target = self.targets.get(link.text) or self.targets.get(f"{self.root}{link.text}")
        if target is None and link.is_reference:
            self.outward.append(link)
        return target or link.text

"""Refusal of incomplete resources in a write: the elements that are left out would be lost.

https://hl7.org/fhir/R4/search.html#elements: the tag SUBSETTED marks an incomplete resource.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message, Unprocessable
from adapter.fhir.search.subset import is_subsetted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.errors import Finding

ONLY_A_PART = Message(
    "only-a-part",
    IssueType.BUSINESS_RULE,
    nb="Ressursen er merket SUBSETTED og er ufullstendig. Les hele ressursen uten _summary og _elements, "
    "endre den, og send hele ressursen.",
    en="The resource is marked SUBSETTED and is incomplete. Read the whole resource without _summary and "
    "_elements, change it, and send the whole resource.",
    source="https://hl7.org/fhir/R4/search.html#elements",
)


def refuse_parts(sent: dict[str, Any]) -> None:
    """Raise Unprocessable if the resource, or a resource in the Bundle, has the tag SUBSETTED.

    Args:
        sent: a resource with a type; it need not be valid.
    """
    found = list(_parts(sent, str(sent["resourceType"])))
    entries = sent.get("entry") if sent["resourceType"] == "Bundle" else None
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            found += _parts(resource, f"Bundle.entry[{index}].resource")
    if found:
        raise Unprocessable(*found)


def _parts(resource: dict[str, Any], place: str) -> Iterator[Finding]:
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    for index, tag in enumerate(tags if isinstance(tags, list) else ()):
        if is_subsetted(tag):
            yield ONLY_A_PART.at(f"{place}.meta.tag[{index}]")

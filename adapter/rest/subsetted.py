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
        sent: valid R4.
    """
    found = list(_parts(sent, sent["resourceType"]))
    for index, entry in enumerate(sent.get("entry", ())):
        found += _parts(entry.get("resource", {}), f"Bundle.entry[{index}].resource")
    if found:
        raise Unprocessable(*found)


def _parts(resource: dict[str, Any], place: str) -> Iterator[Finding]:
    for index, tag in enumerate(resource.get("meta", {}).get("tag", ())):
        if is_subsetted(tag):
            yield ONLY_A_PART.at(f"{place}.meta.tag[{index}]")

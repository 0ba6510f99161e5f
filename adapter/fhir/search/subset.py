"""Subsets of a resource by ``_summary`` or ``_elements``, with the tag SUBSETTED.

https://hl7.org/fhir/R4/search.html#summary and #elements. The table of R4 says whether an element is in the
summary, is required, or is a modifier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import BadRequest
from adapter.fhir.definitions import facts
from adapter.fhir.search.query_refusals import NOT_TOGETHER, ONCE, VALUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from adapter.fhir.definitions import ElementFacts

SUMMARY, ELEMENTS = "_summary", "_elements"
SUMMARIES = ("true", "text", "data", "false")
SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "subsetted",
}
"""The tag of an incomplete resource: https://hl7.org/fhir/R4/valueset-common-tags.html."""

_ALWAYS = {"resourceType", "id", "meta"}
_ONE_OF = {"Consent.policy", "Consent.policyRule", "Organization.identifier", "Organization.name"}
"""Elements of which an invariant requires at least one (ppc-1, org-1)."""


@dataclass(frozen=True, slots=True)
class Subset:
    """The wanted subset of a resource: one of ``SUMMARIES``, or ``elements`` of its first level."""

    summary: str = "false"
    elements: frozenset[str] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Tests whether the subset is the whole resource."""
        return self.summary == "false" and not self.elements

    def of_included(self) -> Subset:
        """The subset of included resources; ``_elements`` applies to matches only."""
        return WHOLE if self.elements else self


WHOLE = Subset()


def read_subset(type_: str, pairs: Iterable[tuple[str, str]]) -> Subset:
    """The subset of the parameters of a read.

    Raises:
        BadRequest: a value is invalid, a parameter is repeated, or both parameters are sent.
    """
    asked: dict[str, str] = {}
    for name, value in pairs:
        if name in asked:
            raise BadRequest(ONCE.at(name, name=name))
        asked[name] = value
    summary, elements = WHOLE, WHOLE
    if SUMMARY in asked:
        summary = read_summary(asked[SUMMARY], SUMMARIES)
    if ELEMENTS in asked:
        elements = read_elements(type_, asked[ELEMENTS])
    return one_of(summary, elements)


def read_summary(value: str, valid: Iterable[str]) -> Subset:
    """The subset of ``_summary``; the whole resource for ``count``, which returns no resources."""
    if value not in valid:
        raise BadRequest(VALUE.at(SUMMARY, name=SUMMARY, expected=", ".join(valid)))
    return Subset(value) if value in SUMMARIES else WHOLE


def read_elements(type_: str, value: str) -> Subset:
    """The subset of ``_elements``, a list of element names or of JSON keys of choice elements."""
    known = facts(type_)
    found = (known.elements.get(name) or known.choices.get(name, (None,))[0] for name in value.split(","))
    names = [element.name if element else None for element in found]
    if None in names:
        raise BadRequest(VALUE.at(ELEMENTS, name=ELEMENTS, expected=", ".join(known.elements)))
    return Subset(elements=frozenset(name for name in names if name))


def one_of(summary: Subset, elements: Subset) -> Subset:
    """The subset that is not whole; BadRequest if both leave elements out."""
    if not summary.is_whole and not elements.is_whole:
        raise BadRequest(NOT_TOGETHER.at(ELEMENTS, one=ELEMENTS, other=SUMMARY))
    return summary if elements.is_whole else elements


def part_of(resource: dict[str, Any], wanted: Subset) -> dict[str, Any]:
    """The wanted subset of a valid resource, keys in their order; the whole resource is returned as it is."""
    type_ = resource["resourceType"]
    if wanted.summary == "true":
        left = dict(_summarized(resource, type_))
    else:
        keeps = _KEEPS.get(wanted.summary) or _among(wanted.elements)
        left = {key: value for key, value in resource.items() if key in _ALWAYS or keeps(_of(type_, key))}
    if "contained" in resource and _names_contained(left):
        left = {key: resource[key] if key == "contained" else left[key]
                for key in resource if key in left or key == "contained"}  # fmt: skip
    return resource if left == resource else _marked(left)


def _of(type_: str, key: str) -> ElementFacts:
    """The facts of the element of a key in a valid resource."""
    found = facts(type_).element(key.removeprefix("_"))
    assert found is not None  # noqa: S101 - a published resource is valid R4
    return found[0]


def _must_be(element: ElementFacts) -> bool:
    return element.min > 0 or element.path in _ONE_OF


def _among(names: frozenset[str]) -> Callable[[ElementFacts], bool]:
    """Tests whether an element is kept: if it is named, required, or a modifier."""
    return lambda element: element.name in names or _must_be(element) or element.is_modifier


_KEEPS: Mapping[str, Callable[[ElementFacts], bool]] = {
    "data": lambda element: element.name != "text",
    "text": lambda element: element.name == "text" or _must_be(element),
}


def _summarized(node: dict[str, Any], type_: str) -> Iterator[tuple[str, Any]]:
    """The elements of a resource or backbone element that are in the summary or required."""
    for key, value in node.items():
        if key in _ALWAYS:
            yield key, value
            continue
        element = _of(type_, key)
        if element.path in _ONE_OF:
            yield key, value
        elif element.is_summary or element.min > 0:
            left = _below(value, element.part) if element.part else value
            if left not in ({}, []):
                yield key, left


def _below(value: Any, part: str) -> Any:
    """The summary of backbone elements; empty ones are left out of a list."""
    if isinstance(value, list):
        return [left for item in value if (left := _below(item, part))]
    return dict(_summarized(value, part))


def _names_contained(node: Any) -> bool:
    """Tests whether a reference in the subset names a contained resource, which must then be kept."""
    if isinstance(node, dict):
        name = node.get("reference")
        return (isinstance(name, str) and name.startswith("#")) or any(map(_names_contained, node.values()))
    return isinstance(node, list) and any(map(_names_contained, node))


def _marked(resource: dict[str, Any]) -> dict[str, Any]:
    meta = resource.get("meta", {})
    tags = [tag for tag in meta.get("tag", ()) if not is_subsetted(tag)]
    return {
        **{key: resource[key] for key in ("resourceType", "id") if key in resource},
        "meta": {**meta, "tag": [*tags, SUBSETTED]},
        **{key: value for key, value in resource.items() if key not in _ALWAYS},
    }


def is_subsetted(tag: Any) -> bool:
    """Tests whether a tag is SUBSETTED."""
    return isinstance(tag, dict) and all(tag.get(key) == SUBSETTED[key] for key in ("system", "code"))

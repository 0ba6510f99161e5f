"""Code systems indexed by code: concepts, their hierarchy and their displays.

The hierarchy is read from nesting and from the properties ``parent``, ``child`` and ``subsumedBy``.
Rules: https://hl7.org/fhir/R4/codesystem.html, https://hl7.org/fhir/R4/codesystem-concept-properties.html.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from adapter.fhir.terminology.filters import Filter, matching

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

CodeStatus = Literal["known", "unknown", "incomplete", "supplement", "not-at-hand"]
"""The status of a code in its code system.

``unknown``: a complete code system does not have the code. ``incomplete``: the part of the code system that
is at hand (fragment, example, another version) does not have it. ``supplement``: the system is a supplement,
which no Coding may name. ``not-at-hand``: no code of the system is at hand.
"""

_UPWARD = {"parent", "subsumedBy"}
_CONCEPT_PROPERTIES = "http://hl7.org/fhir/concept-properties#"
_HIERARCHY_WITHOUT_SUBSUMPTION = {"part-of", "classified-with"}
_INACTIVE = {("inactive", "true"), ("status", "inactive"), ("status", "retired")}
_FILTERS_KEPT = 64

Texts = tuple[tuple[str | None, str], ...]


@dataclass(slots=True)
class Concept:
    """A concept: its code, its texts with their languages, its direct relatives and its property values."""

    code: str
    texts: Texts
    parents: set[str] = field(default_factory=set)
    children: set[str] = field(default_factory=set)
    properties: dict[str, set[str]] = field(default_factory=dict)

    @property
    def is_inactive(self) -> bool:
        """Tests whether the property ``inactive`` or ``status`` takes the concept out of use."""
        return any(value in self.properties.get(name, ()) for name, value in _INACTIVE)


class CodeSystem:
    """The concepts of a CodeSystem resource with the designations of its supplements, by code.

    ``is_exact`` is false when the resource has another version than the one that was asked for; a code that
    it does not have is then not known to be wrong.
    """

    def __init__(
        self, tree: Mapping[str, Any], supplements: Iterable[Mapping[str, Any]] = (), *, is_exact: bool = True
    ):
        self.is_supplement = tree.get("content") == "supplement" or "supplements" in tree
        self.is_complete = is_exact and tree.get("content") == "complete"
        # Without caseSensitive, R4 asks receivers to accept a code in any case.
        self.is_case_sensitive = bool(tree.get("caseSensitive", False))
        self.has_subsumption = tree.get("hierarchyMeaning") not in _HIERARCHY_WITHOUT_SUBSUMPTION
        self._kinds = {
            one["code"]: str(one["uri"]).removeprefix(_CONCEPT_PROPERTIES)
            for one in tree.get("property", ())
            if str(one.get("uri", "")).startswith(_CONCEPT_PROPERTIES)
        }
        self.property_names = {one["code"] for one in tree.get("property", ())}
        self.concepts: dict[str, Concept] = {}
        if not self.is_supplement:
            self._read(tree)
        self._read_designations(supplements)
        self.matching = lru_cache(_FILTERS_KEPT)(self._matching)

    def concept(self, code: str) -> Concept | None:
        """The concept of a code, in the code system's own rule of case."""
        found = self.concepts.get(code)
        if found is None and not self.is_case_sensitive:
            return self._by_folded_code.get(code.casefold())
        return found

    def status(self, code: str) -> CodeStatus:
        """The status of a code."""
        if self.is_supplement:
            return "supplement"
        if self.concept(code):
            return "known"
        if not self.concepts:
            return "not-at-hand"
        return "unknown" if self.is_complete else "incomplete"

    def related(self, code: str, *, upward: bool = False) -> frozenset[str]:
        """A code with all codes below it, or above it; the hierarchy may have several parents and cycles."""
        found, waiting = {code}, [code]
        while waiting:
            concept = self.concepts.get(waiting.pop())
            if concept:
                more = (concept.parents if upward else concept.children) - found
                found |= more
                waiting.extend(more)
        return frozenset(found)

    def _matching(self, rules: tuple[Filter, ...]) -> frozenset[str] | None:
        """The codes that meet every filter, or None when the code system cannot decide one of them."""
        codes = frozenset(self.concepts)
        for rule in rules:
            found = matching(self, rule)
            if found is None:
                return None
            codes &= found
        return codes

    @cached_property
    def _by_folded_code(self) -> dict[str, Concept]:
        return {code.casefold(): concept for code, concept in self.concepts.items()}

    def _read(self, tree: Mapping[str, Any]) -> None:
        language = tree.get("language")
        for node, above in nested(tree):
            concept = self.concepts.get(node["code"])
            if concept is None:
                concept = self.concepts[node["code"]] = Concept(node["code"], texts(node, language))
            if above is not None:
                concept.parents.add(above)
            for value in node.get("property", ()):
                self._read_property(concept, value)
        for concept in self.concepts.values():
            for code in concept.parents:
                if code in self.concepts:
                    self.concepts[code].children.add(concept.code)
            for code in concept.children:
                if code in self.concepts:
                    self.concepts[code].parents.add(concept.code)

    def _read_property(self, concept: Concept, value: Mapping[str, Any]) -> None:
        name = value["code"]
        kind = self._kinds.get(name, name)
        self.property_names.add(name)
        for text in _property_texts(value):
            if kind in _UPWARD:
                concept.parents.add(text)
            elif kind == "child":
                concept.children.add(text)
            concept.properties.setdefault(name, set()).add(text)
            if kind != name:
                concept.properties.setdefault(kind, set()).add(text)

    def _read_designations(self, supplements: Iterable[Mapping[str, Any]]) -> None:
        for supplement in supplements:
            for node, _ in nested(supplement):
                concept = self.concept(node["code"])
                if concept:
                    concept.texts += texts(node, supplement.get("language"))


def nested(tree: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str | None]]:
    """Every concept of a CodeSystem with the code of the concept it is nested in; any depth, no recursion."""
    waiting: list[tuple[Mapping[str, Any], str | None]] = [(one, None) for one in tree.get("concept", ())]
    while waiting:
        node, above = waiting.pop()
        yield node, above
        waiting.extend((one, node["code"]) for one in node.get("concept", ()))


def texts(node: Mapping[str, Any], language: str | None) -> Texts:
    """The display and designations of a concept, each with its language if known."""
    display = node.get("display")
    designations = ((one.get("language"), one.get("value")) for one in node.get("designation", ()))
    said = ((language, display), *designations)
    return tuple((tongue, text) for tongue, text in said if isinstance(text, str))


def _property_texts(value: Mapping[str, Any]) -> Iterator[str]:
    """The values of a concept property as a filter writes them; a Coding also by its code alone."""
    for key, content in value.items():
        if key == "valueCoding":
            yield str(content.get("code"))
            yield f"{content.get('system')}|{content.get('code')}"
        elif key.startswith("value"):
            yield str(content).lower() if isinstance(content, bool) else str(content)

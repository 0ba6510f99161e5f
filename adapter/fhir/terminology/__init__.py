"""Terminology without a server: answers from the code systems and value sets that are at hand.

    terminology = Terminology(find)
    terminology.contains("http://hl7.org/fhir/ValueSet/care-team-status", None, "active")       -> "yes"
    terminology.contains("http://hl7.org/fhir/ValueSet/condition-code", SNOMED, "73211009")     -> "unknown"
    terminology.code_status("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "SIBLING")     -> "unknown"
    terminology.display_fits("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "SIB", "sib") -> "no"

No code of SNOMED CT or LOINC is at hand, so only what the value set itself says decides there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Literal

from adapter.fhir.terminology import displays, membership
from adapter.fhir.terminology.code_systems import CodeStatus, CodeSystem
from adapter.fhir.terminology.registers import listed_system
from adapter.fhir.terminology.syntaxes import MAX_CODE, follows, is_syntax
from adapter.fhir.terminology.value_sets import ValueSet, value_set

if TYPE_CHECKING:
    from adapter.fhir.terminology.answers import Answer

Kind = Literal["CodeSystem", "ValueSet"]
Find = Callable[[Kind, str], Mapping[str, Any] | None]
"""Finds a CodeSystem or ValueSet, a FHIR JSON tree, by its canonical URL with or without ``|version``."""

VALUE_SETS_KEPT = 1024
CODE_SYSTEMS_KEPT = 256
ANSWERS_KEPT = 8192

_MALFORMED = (AttributeError, KeyError, TypeError)
"""Raised by a resource that is not valid FHIR; a package may hold one, and it counts as not at hand."""

_STATUS_OF_SYNTAX: dict[Answer, CodeStatus] = {"yes": "known", "no": "unknown", "unknown": "not-at-hand"}


class Terminology:
    """The answers from the resources that ``find`` finds; it must always find the same.

    ``supplements`` gives the supplements of a code system by its URL. Value sets and code systems are
    arranged when they are asked for, and a bounded number of them is kept; a filter is computed once while
    its code system is kept, and so are answers. Threads may share a Terminology.
    """

    def __init__(self, find: Find, supplements: Callable[[str], Iterable[Mapping[str, Any]]] = lambda _: ()):
        self._find = find
        self._supplements = supplements
        self.value_set = lru_cache(VALUE_SETS_KEPT)(self._value_set)
        self.code_system = lru_cache(CODE_SYSTEMS_KEPT)(self._code_system)
        self._contains = lru_cache(ANSWERS_KEPT)(partial(membership.contains, self))

    def contains(self, value_set: str, system: str | None, code: str) -> Answer:
        """The answer whether a value set has a code of a system; without a system, of any system.

        The answer is unknown when the value set is not at hand, or when the codes that decide are not.
        """
        if len(code) > MAX_CODE:
            return membership.contains(self, value_set, system, code)
        return self._contains(value_set, system, code)

    def codes(self, value_set: str) -> dict[str, frozenset[str]] | None:
        """Every code of a value set by system, or None when not all of them are at hand."""
        return membership.codes(self, value_set)

    def code_status(self, system: str, code: str) -> CodeStatus:
        """The status of a code in a code system, by the system's own rule of case."""
        if is_syntax(system):
            return _STATUS_OF_SYNTAX[follows(system, code)]
        at_hand = self.code_system(system)
        return at_hand.status(code) if at_hand else "not-at-hand"

    def display_fits(
        self,
        system: str,
        code: str,
        display: str,
        *,
        language: str | None = None,
        value_set: str | None = None,
    ) -> Answer:
        """The answer whether a display is a text of a code; case and white space do not count.

        ``language`` is the language of the display where the sender says it: a display in a language without
        designations cannot be judged, and neither can a Norwegian one. ``value_set`` is the value set that
        the code is bound to, which may have displays of its own.
        """
        at_hand = None if is_syntax(system) else self.code_system(system)
        concept = at_hand.concept(code) if at_hand else None
        if concept is None:
            return "unknown"
        bound = self.value_set(value_set) if value_set else None
        own = tuple(
            text
            for part in (bound[0].includes if bound else ())
            if part.system == system
            for text in part.displays.get(concept.code, ())
        )
        return displays.fits(display, concept.texts + own, language)

    def _value_set(self, canonical: str) -> tuple[ValueSet, bool] | None:
        """A value set, and whether it has the version that the canonical names; None if not at hand."""
        found = self._at_hand("ValueSet", canonical)
        try:
            return (value_set(found[0]), found[1]) if found else None
        except _MALFORMED:
            return None

    def _code_system(self, canonical: str) -> CodeSystem | None:
        """A code system of a package if it has codes, else of a register, or None."""
        url = canonical.partition("|")[0]
        found = self._at_hand("CodeSystem", canonical)
        if found and (found[0].get("concept") or found[0].get("content") == "supplement"):
            try:
                return CodeSystem(found[0], self._supplements(url), is_exact=found[1])
            except _MALFORMED:
                return None
        listed = listed_system(url)
        return CodeSystem(listed) if listed else None

    def _at_hand(self, kind: Kind, canonical: str) -> tuple[Mapping[str, Any], bool] | None:
        """A resource, and whether it has the version asked for; another version is better than none."""
        found = self._find(kind, canonical)
        if found is not None:
            return found, True
        url, _, version = canonical.partition("|")
        other = self._find(kind, url) if version else None
        return None if other is None else (other, False)

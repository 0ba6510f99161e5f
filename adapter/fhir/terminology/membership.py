"""Membership of a code in a value set, and expansion of a value set, by one reading of its compose.

A code is in the value set if an include has it and no exclude. A part that cannot be decided gives unknown,
and another part may still decide. Rules: https://hl7.org/fhir/R4/valueset.html#compositions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from adapter.fhir.terminology.answers import Answer, all_of, any_of, negated
from adapter.fhir.terminology.syntaxes import follows, is_syntax

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.fhir.terminology.code_systems import CodeSystem
    from adapter.fhir.terminology.value_sets import Part, ValueSet

MAX_DEPTH = 40
"""Value sets that may include each other in a chain; a deeper one is not judged."""

Codes = dict[str, frozenset[str]]
"""System -> codes."""


class Source(Protocol):
    """The value sets and code systems at hand, by canonical URL.

    A value set comes with whether it has the version asked for.
    """

    def value_set(self, canonical: str, /) -> tuple[ValueSet, bool] | None:
        """A value set, or None if it is not at hand."""

    def code_system(self, canonical: str, /) -> CodeSystem | None:
        """A code system, or None if none of its codes is at hand."""


def contains(source: Source, value_set: str, system: str | None, code: str) -> Answer:
    """The answer whether a value set has a code of a system; without a system, of any system."""
    if system is not None:
        return _Question(source, system, code).contained(value_set)
    systems, are_all_known = _systems(source, value_set)
    answers: list[Answer] = [_Question(source, one, code).contained(value_set) for one in sorted(systems)]
    return any_of(answers if are_all_known else [*answers, "unknown"])


def codes(source: Source, value_set: str) -> Codes | None:
    """Every code of a value set by system, or None when not all of them are at hand."""
    try:
        return _Expansion(source).expanded(value_set)
    except _Unknown:
        return None


def _systems(source: Source, value_set: str) -> tuple[set[str], bool]:
    """The systems that a value set and those it includes name, and whether these are all its systems."""
    systems: set[str] = set()
    seen, waiting, are_all_known = {value_set}, [value_set], True
    while waiting:
        found = source.value_set(waiting.pop())
        if found is None:
            are_all_known = False
            continue
        for part in found[0].includes:
            if part.system is not None:
                systems.add(part.system)
            else:
                waiting.extend(set(part.value_sets) - seen)
                seen.update(part.value_sets)
        systems.update(system for system, _ in found[0].expanded or ())
    return systems, are_all_known


class _Question:
    """A code of a system, with the answers found so far; unknown where a value set includes itself."""

    def __init__(self, source: Source, system: str, code: str):
        self._source = source
        self._system = system
        self._code = code
        self._answers: dict[str, Answer] = {}
        self._depth = 0

    def contained(self, canonical: str) -> Answer:
        """The answer whether a value set has the code."""
        if canonical in self._answers:
            return self._answers[canonical]
        self._answers[canonical] = "unknown"
        found = self._source.value_set(canonical)
        if found is None or self._depth == MAX_DEPTH:
            return "unknown"
        self._depth += 1
        answer = self._contained(found[0])
        self._depth -= 1
        if answer == "no" and not found[1]:
            answer = "unknown"  # the version asked for may have the code
        self._answers[canonical] = answer
        return answer

    def _contained(self, value_set: ValueSet) -> Answer:
        answer = self._composed(value_set) if value_set.includes else "unknown"
        if answer != "unknown" or value_set.expanded is None:
            return answer
        system = self._source.code_system(self._system)
        concept = system.concept(self._code) if system else None
        spelled = concept.code if concept else self._code
        if (self._system, spelled) in value_set.expanded or (self._system, self._code) in value_set.expanded:
            return "yes"
        return "no" if value_set.is_closed else "unknown"

    def _composed(self, value_set: ValueSet) -> Answer:
        included = any_of(self._in_part(part) for part in value_set.includes)
        if included == "no":
            return "no"
        excluded = any_of(self._in_part(part) for part in value_set.excludes)
        inactive: Answer = "no" if value_set.has_inactive else self._is_inactive()
        return all_of([included, negated(excluded), negated(inactive)])

    def _in_part(self, part: Part) -> Answer:
        if part.system is not None and part.system != self._system:
            return "no"
        own: list[Answer] = [] if part.system is None else [self._in_system(part)]
        if own == ["no"] or not part.value_sets:
            return all_of(own)
        return all_of([*own, *(self.contained(one) for one in part.value_sets)])

    def _in_system(self, part: Part) -> Answer:
        if part.enumerated is not None:
            return self._is_listed(part.enumerated, part)
        if is_syntax(self._system):
            answer = follows(self._system, self._code)
            return "unknown" if answer == "yes" and part.filters else answer
        system = self._source.code_system(part.canonical)
        if system is None:
            return "unknown"
        matching = system.matching(part.filters)
        concept = system.concept(self._code)
        if concept is None:
            return "no" if system.is_complete else "unknown"
        if matching is None:
            return "unknown"
        return "yes" if concept.code in matching else "no" if system.is_complete else "unknown"

    def _is_listed(self, enumerated: Iterable[str], part: Part) -> Answer:
        """The answer whether the part lists the code, in another case only if the system allows it."""
        if self._code in enumerated:
            return "yes"
        if self._code.casefold() not in part.folded:
            return "no"
        system = self._source.code_system(part.canonical)
        if system is None:
            return "unknown"
        return "no" if system.is_case_sensitive else "yes"

    def _is_inactive(self) -> Answer:
        system = self._source.code_system(self._system)
        concept = system.concept(self._code) if system else None
        if concept is None:
            return "unknown"
        return "yes" if concept.is_inactive else "no"


class _Unknown(Exception):
    """Raised when not all codes of a value set are at hand."""


class _Expansion:
    """The expansion of a value set, with the expansions found so far."""

    def __init__(self, source: Source):
        self._source = source
        self._found: dict[str, Codes | None] = {}
        self._depth = 0

    def expanded(self, canonical: str) -> Codes:
        """Every code of a value set by system.

        Raises:
            _Unknown: not all of them are at hand, or the value set includes itself.
        """
        if canonical not in self._found:
            self._found[canonical] = None
            value_set = self._source.value_set(canonical)
            if value_set is None or not value_set[1] or self._depth == MAX_DEPTH:
                raise _Unknown
            self._depth += 1
            self._found[canonical] = self._expanded(value_set[0])
            self._depth -= 1
        found = self._found[canonical]
        if found is None:
            raise _Unknown
        return found

    def _expanded(self, value_set: ValueSet) -> Codes:
        if not value_set.includes:
            return _by_system(value_set)
        found: dict[str, set[str]] = {}
        for part in value_set.includes:
            for system, listed in self._of_part(part).items():
                found.setdefault(system, set()).update(listed)
        for part in value_set.excludes:
            for system, listed in self._of_part(part).items():
                found.get(system, set()).difference_update(listed)
        kept = {system: frozenset(found[system]) for system in found}
        return kept if value_set.has_inactive else self._active(kept)

    def _of_part(self, part: Part) -> Codes:
        """The codes of the part's system that are in all of its value sets."""
        parts = [self.expanded(one) for one in part.value_sets]
        if part.system is not None:
            parts.append({part.system: self._of_system(part)})
        if not parts:
            raise _Unknown
        first, *others = parts
        return {
            system: listed.intersection(*(other.get(system, frozenset()) for other in others))
            for system, listed in first.items()
        }

    def _of_system(self, part: Part) -> frozenset[str]:
        if part.enumerated is not None:
            return part.enumerated
        system = self._source.code_system(part.canonical)
        found = system.matching(part.filters) if system and system.is_complete else None
        if found is None:
            raise _Unknown
        return found

    def _active(self, listed: Codes) -> Codes:
        systems = {url: self._source.code_system(url) for url in listed}
        if None in systems.values():
            raise _Unknown
        return {
            url: frozenset(
                code
                for code in listed[url]
                if system and (concept := system.concept(code)) and not concept.is_inactive
            )
            for url, system in systems.items()
        }


def _by_system(value_set: ValueSet) -> Codes:
    """The codes of a complete expansion by system."""
    if not value_set.expanded or not value_set.is_closed:
        raise _Unknown
    found: dict[str, set[str]] = {}
    for system, code in value_set.expanded:
        found.setdefault(system, set()).add(code)
    return {system: frozenset(listed) for system, listed in found.items()}

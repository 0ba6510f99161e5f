"""Expansion of value sets to code lists, where the package holds all the codes.

A value set has no list when it includes a code system that the package does not hold complete (SNOMED CT,
MIME types, currencies), or when it uses a filter that is not implemented. Its binding is then not checked.
Rules: https://hl7.org/fhir/R4/valueset.html#compositions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Codes = dict[str, set[str]]
"""System -> codes."""


class _Unknown(Exception):
    """Raised when the package does not hold the codes of a value set."""


class Terminology:
    """The package's value sets and code systems, by canonical URL without version."""

    def __init__(self, value_sets: Iterable[Mapping[str, Any]], code_systems: Iterable[Mapping[str, Any]]):
        self._value_sets = {value_set["url"]: value_set for value_set in value_sets}
        self._code_systems = {system["url"]: system for system in code_systems}

    def codes(self, value_set: str) -> Codes | None:
        """Every code of a value set by system, or None when the package does not hold them all."""
        try:
            return self._expanded(value_set.partition("|")[0], frozenset())
        except _Unknown:
            return None

    def _expanded(self, url: str, within: frozenset[str]) -> Codes:
        if url in within or url not in self._value_sets:
            raise _Unknown
        compose = self._value_sets[url].get("compose")
        if compose is None:
            raise _Unknown
        found: Codes = {}
        for include in compose["include"]:
            for system, codes in self._included(include, within | {url}).items():
                found.setdefault(system, set()).update(codes)
        for exclude in compose.get("exclude", ()):
            for system, codes in self._included(exclude, within | {url}).items():
                found.get(system, set()).difference_update(codes)
        return found

    def _included(self, include: Mapping[str, Any], within: frozenset[str]) -> Codes:
        """The codes of one include: the codes of its system that are in all of its value sets."""
        parts = [self._expanded(url.partition("|")[0], within) for url in include.get("valueSet", ())]
        if "system" in include:
            parts.append({include["system"]: self._of_system(include)})
        first, *others = parts
        return {
            system: codes.intersection(*(other.get(system, set()) for other in others))
            for system, codes in first.items()
        }

    def _of_system(self, include: Mapping[str, Any]) -> set[str]:
        if "concept" in include:
            return {concept["code"] for concept in include["concept"]}
        system = self._code_systems.get(include["system"])
        if system is None or system.get("content") != "complete":
            raise _Unknown
        parents = dict(_parents(system.get("concept", ()), None))
        codes = set(parents)
        for rule in include.get("filter", ()):
            codes &= _filtered(rule, parents)
        return codes


def _parents(concepts: Iterable[Mapping[str, Any]], parent: str | None) -> Iterable[tuple[str, set[str]]]:
    """Each code with its direct parents, from nesting and from the property subsumedBy."""
    for concept in concepts:
        above = {
            value["valueCode"]
            for value in concept.get("property", ())
            if value["code"] == "subsumedBy" and "valueCode" in value
        }
        yield concept["code"], above | ({parent} if parent else set())
        yield from _parents(concept.get("concept", ()), concept["code"])


def _filtered(rule: Mapping[str, Any], parents: Mapping[str, set[str]]) -> set[str]:
    if rule["property"] != "concept" or rule["op"] not in {"is-a", "descendent-of"}:
        raise _Unknown
    below = {rule["value"]}
    while more := {code for code, above in parents.items() if above & below} - below:
        below |= more
    return below if rule["op"] == "is-a" else below - {rule["value"]}

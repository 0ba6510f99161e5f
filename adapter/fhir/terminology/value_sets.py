"""Value sets arranged for questions: the parts of the compose, and the expansion if it is complete.

Rules: https://hl7.org/fhir/R4/valueset.html#compositions, https://hl7.org/fhir/R4/valueset.html#expansion.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adapter.fhir.terminology.code_systems import Texts, texts
from adapter.fhir.terminology.filters import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CUT_OFF = {
    "http://hl7.org/fhir/StructureDefinition/valueset-toocostly",
    "http://hl7.org/fhir/StructureDefinition/valueset-unclosed",
}


@dataclass(frozen=True)
class Part:
    """An include or exclude: codes of one system (enumerated, filtered or all) that are in all value sets.

    ``system`` is None when the part names value sets only, and ``enumerated`` when it lists no concepts.
    """

    system: str | None
    version: str | None
    enumerated: frozenset[str] | None
    filters: tuple[Filter, ...]
    value_sets: tuple[str, ...]
    displays: Mapping[str, Texts]

    @property
    def canonical(self) -> str:
        """The system of the part, with ``|version`` if it names one."""
        return f"{self.system}|{self.version}" if self.version else str(self.system)

    @cached_property
    def folded(self) -> frozenset[str]:
        """The enumerated codes without their case."""
        return frozenset(code.casefold() for code in self.enumerated or ())


@dataclass(frozen=True)
class ValueSet:
    """A value set: its includes and excludes, and the pairs of system and code in its expansion.

    ``expanded`` is None without an expansion. ``is_closed``: the expansion has all the codes.
    ``has_inactive`` is false when the compose takes inactive codes out.
    """

    includes: tuple[Part, ...]
    excludes: tuple[Part, ...]
    has_inactive: bool
    expanded: frozenset[tuple[str, str]] | None
    is_closed: bool


def value_set(tree: Mapping[str, Any]) -> ValueSet:
    """The value set of a ValueSet resource."""
    compose, expansion = tree.get("compose") or {}, tree.get("expansion")
    found = list(_contained(expansion)) if expansion else []
    return ValueSet(
        includes=tuple(_part(one) for one in compose.get("include", ())),
        excludes=tuple(_part(one) for one in compose.get("exclude", ())),
        has_inactive=compose.get("inactive", True),
        expanded=_pairs(found) if expansion else None,
        is_closed=expansion is not None and is_complete(expansion, len(found)),
    )


def is_complete(expansion: Mapping[str, Any], entries: int) -> bool:
    """Tests whether an expansion with a number of entries has every code: no page, and not cut off."""
    urls = {one.get("url") for one in expansion.get("extension", ())}
    return not urls & _CUT_OFF and not expansion.get("offset") and expansion.get("total", entries) <= entries


def _part(node: Mapping[str, Any]) -> Part:
    concepts = node.get("concept")
    return Part(
        system=node.get("system"),
        version=node.get("version"),
        enumerated=None if concepts is None else frozenset(one["code"] for one in concepts),
        filters=tuple(
            Filter(one["property"], one["op"], str(one["value"])) for one in node.get("filter", ())
        ),
        value_sets=tuple(node.get("valueSet", ())),
        displays={one["code"]: said for one in concepts or () if (said := texts(one, None))},
    )


def _contained(expansion: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    waiting = list(expansion.get("contains", ()))
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.get("contains", ()))


def _pairs(entries: list[Mapping[str, Any]]) -> frozenset[tuple[str, str]]:
    """System and code of the entries that may be chosen; an abstract entry groups others."""
    return frozenset(
        (one["system"], one["code"])
        for one in entries
        if "system" in one and "code" in one and not one.get("abstract")
    )

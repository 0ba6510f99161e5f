"""Registers of codes that no FHIR package holds: countries, currencies, and subtags of language tags.

The command :mod:`adapter.fhir.terminology.build_registers` makes the file of the registers.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from adapter.fhir.codec.stored import read_stored

REGISTERS = Path(__file__).with_name("registers.json")

_SYSTEMS = {
    "urn:iso:std:iso:3166": "countries",
    "urn:iso:std:iso:3166:-2": "subdivisions",
    "urn:iso:std:iso:4217": "currencies",
}


@cache
def register(name: str) -> frozenset[str]:
    """The codes of a register; those of language tags are in lower case."""
    return frozenset(_registers()[name].split(" "))


def listed_system(url: str) -> dict[str, Any] | None:
    """A code system whose codes are in a register, as a CodeSystem resource without displays, or None."""
    name = _SYSTEMS.get(url.partition("|")[0])
    if name is None:
        return None
    concepts = [{"code": code} for code in sorted(register(name))]
    return {"url": url, "content": "complete", "caseSensitive": True, "concept": concepts}


@cache
def _registers() -> dict[str, str]:
    return dict(read_stored(REGISTERS.read_bytes()))

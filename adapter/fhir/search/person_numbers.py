"""Which identifier systems are about persons, and how a birth number is told in a query.

A birth number must stand in no address, log or link, so the door refuses one in a GET query; systems as HL7
Norge's no-basis and best practice name them (https://github.com/HL7Norway/best-practice).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapter.fhir.search.parameter_values import split_token

if TYPE_CHECKING:
    from collections.abc import Iterable

_OID = "urn:oid:2.16.578.1.12.4.1.4."
_NAMING = "http://hl7.no/fhir/NamingSystem/"

SAME_SYSTEM = {
    f"{_NAMING}FNR": f"{_OID}1",
    f"{_NAMING}DNR": f"{_OID}2",
    f"{_NAMING}FHNR": f"{_OID}3",
    f"{_NAMING}HPR": f"{_OID}4",
    f"{_NAMING}DUFN": f"{_OID}5",
    f"{_NAMING}RESHid": f"{_OID}102",
    "http://data.brreg.no/begrep/28155": f"{_OID}101",
}
"""Other names clients use for the systems the profiles fix."""

_PERSON_SYSTEMS = {f"{_OID}{number}" for number in (1, 2, 3, 5)}
_ELEVEN_DIGITS = re.compile(r"\d{6}[\s-]?\d{5}", re.ASCII)


def canonical_system(system: str) -> str:
    """The system under the one name it is stored by."""
    return SAME_SYSTEM.get(system, system)


def is_birth_number_system(system: str) -> bool:
    """Does the system number persons: fødselsnummer, D-nummer, felles hjelpenummer, DUF-nummer?"""
    return canonical_system(system) in _PERSON_SYSTEMS


def carries_birth_number(pairs: Iterable[tuple[str, str]]) -> bool:
    """Does any value of a query number a person: by its system, or eleven digits without a system?"""
    return any(_is_birth_number(token) for _, value in pairs for token in value.split(","))


def _is_birth_number(token: str) -> bool:
    system, value = split_token(token)
    if system:
        return bool(value) and is_birth_number_system(system)
    return _ELEVEN_DIGITS.fullmatch(value.strip()) is not None

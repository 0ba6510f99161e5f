"""Identifier systems of persons, and detection of a birth number in a query.

No URL, log or link may have a birth number, so the door refuses a birth number in a GET query. The systems
are those of HL7 Norway's no-basis and best practice (https://github.com/HL7Norway/best-practice).
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
"""Alternative names of identifier systems, and the OID that the profiles require."""

_PERSON_SYSTEMS = {f"{_OID}{number}" for number in (1, 2, 3, 5)}
ELEVEN_DIGITS = r"[0-9]{6}[\s-]?[0-9]{5}"
"""The form of a birth number, written as one number or with a space or hyphen after the date."""

_ELEVEN_DIGITS = re.compile(ELEVEN_DIGITS)


def canonical_system(system: str) -> str:
    """The name under which an identifier system is stored."""
    return SAME_SYSTEM.get(system, system)


def is_birth_number_system(system: str) -> bool:
    """Tests whether a system is fødselsnummer, D-nummer, felles hjelpenummer or DUF-nummer."""
    return canonical_system(system) in _PERSON_SYSTEMS


def carries_birth_number(pairs: Iterable[tuple[str, str]]) -> bool:
    """Tests whether a value of a query is a birth number: by its system, or as eleven digits alone."""
    return any(_is_birth_number(token) for _, value in pairs for token in value.split(","))


def _is_birth_number(token: str) -> bool:
    system, value = split_token(token)
    if system:
        return bool(value) and is_birth_number_system(system)
    return _ELEVEN_DIGITS.fullmatch(value.strip()) is not None

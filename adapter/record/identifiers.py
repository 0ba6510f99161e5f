"""National numbers: which system each has, whether the digits can be right, and which make a record unique.

Birth number: eleven digits, the last two control digits (modulo 11), the first of them from 2032 also with a
remainder of 1 to 3. D-number: day + 40; help number of hospitals: month + 40; synthetic people: month + 80.
Organisation number: nine digits, modulo 11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SYSTEMS: Mapping[str, str] = {
    "fnr": "urn:oid:2.16.578.1.12.4.1.4.1",
    "dnr": "urn:oid:2.16.578.1.12.4.1.4.2",
    "fhn": "urn:oid:2.16.578.1.12.4.1.4.3",
    "hpr": "urn:oid:2.16.578.1.12.4.1.4.4",
    "orgnr": "urn:oid:2.16.578.1.12.4.1.4.101",
    "resh": "urn:oid:2.16.578.1.12.4.1.4.102",
}
"""Identifier.system of each type, by no-basis."""

BIRTH_NUMBERS = ("fnr", "dnr")
_UNIQUE = {"sak": ("fnr", "dnr", "fhn"), "ansatt": ("fnr", "dnr", "hpr"), "organisasjon": ("orgnr", "resh")}

_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_ORGANISATION = (3, 2, 7, 6, 5, 4, 3, 2)
_REMAINDERS = range(4)


def keys(kind: str, body: dict[str, Any]) -> list[tuple[str, str]]:
    """The (system, value) that no other record of this kind may have."""
    holder = body.get("innbygger", {}) if kind == "sak" else body
    return [
        (SYSTEMS[ident["type"]], ident["verdi"])
        for ident in holder.get("identer", ())
        if ident["type"] in _UNIQUE[kind]
    ]


def is_birth_number(text: str) -> bool:
    """Can this be a birth number or D-number: a date that exists, and both control digits right?"""
    if not (len(text) == 11 and text.isascii() and text.isdigit()):
        return False
    digits = [int(sign) for sign in text]
    day, month = int(text[:2]) % 40, int(text[2:4]) % 40
    second = (11 - _weighed(digits, _SECOND)) % 11
    return 1 <= day <= 31 and 1 <= month <= 12 and _first_fits(digits) and second == digits[10]


def _first_fits(digits: Sequence[int]) -> bool:
    base = 11 - _weighed(digits, _FIRST)
    return any((base + remainder) % 11 == digits[9] for remainder in _REMAINDERS)


def is_synthetic(text: str) -> bool:
    """Is this birth number invented: month + 80? No person has or will have one."""
    return text[2:4].isdigit() and int(text[2:4]) > 80


def is_organisation_number(text: str) -> bool:
    """Can this be an organisation number: nine digits, the last of them right?"""
    if not (len(text) == 9 and text.isascii() and text.isdigit()):
        return False
    digits = [int(sign) for sign in text]
    return (11 - _weighed(digits, _ORGANISATION)) % 11 == digits[8]


def is_hpr_number(text: str) -> bool:
    """Can this be a number of the register of health personnel: seven to nine digits?"""
    return 7 <= len(text) <= 9 and text.isascii() and text.isdigit()


def _weighed(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False)) % 11

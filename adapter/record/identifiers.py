"""Norwegian identifiers: their systems, their control digits, and the unique keys of records.

Birth numbers: skatteetaten.no, https://skatteetaten.github.io/folkeregisteret-api-dokumentasjon/ (the
control digits, and the rule for numbers issued from 2032, which is accepted already). Systems: the
slices of no-basis-Patient, -Practitioner and -Organization, http://hl7.no/fhir/StructureDefinition.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SYSTEMS: Mapping[str, str] = {
    "fnr": "urn:oid:2.16.578.1.12.4.1.4.1",
    "dnr": "urn:oid:2.16.578.1.12.4.1.4.2",
    "fhn": "urn:oid:2.16.578.1.12.4.1.4.3",
    "hpr": "urn:oid:2.16.578.1.12.4.1.4.4",
    "orgnr": "urn:oid:2.16.578.1.12.4.1.4.101",
    "resh": "urn:oid:2.16.578.1.12.4.1.4.102",
}
"""The Identifier.system of each ident type with a fixed system; ``hnr`` and ``annen`` carry their own."""

_UNIQUE: Mapping[str, tuple[str, ...]] = {
    "sak": ("fnr", "dnr", "fhn"),
    "ansatt": ("hpr", "fnr", "dnr"),
    "organisasjon": ("orgnr", "resh"),
}

_BIRTH_NUMBER = re.compile(r"[0-9]{11}")
_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_ORGNR = re.compile(r"[0-9]{9}")
_ORGNR_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_HPR = re.compile(r"[0-9]{7,9}")

# Offsets: on the day of a D-number, on the month of an H-number and of a synthetic number (80 or NHN's 65).
_D_NUMBER = 40
_H_NUMBER = 40
_SYNTHETIC = (80, 65)
_LONGEST = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # days in each month, in a leap year


def is_birth_number(number: str) -> bool:
    """Tests whether ``number`` is a fødselsnummer or D-nummer: a valid day and valid control digits.

    H-numbers and synthetic numbers are birth numbers too. Neither sex nor century is read from a number.
    """
    return _BIRTH_NUMBER.fullmatch(number) is not None and _has_day(number) and _controls_fit(number)


def is_d_number(number: str) -> bool:
    """Tests whether ``number`` is a birth number with 4 added to its first digit."""
    return is_birth_number(number) and number[0] in "4567"


def is_synthetic(number: str) -> bool:
    """Tests whether a birth number is synthetic: its month has 80 (or 65) added."""
    return _BIRTH_NUMBER.fullmatch(number) is not None and _offset(number) in _SYNTHETIC


def is_organisation_number(number: str) -> bool:
    """Tests whether ``number`` has nine digits, the last a control digit (mod 11; 3 2 7 6 5 4 3 2)."""
    if _ORGNR.fullmatch(number) is None:
        return False
    control = -_sum(_ORGNR_WEIGHTS, number) % 11
    return control == int(number[8])


def is_hpr_number(number: str) -> bool:
    """Tests whether ``number`` has the seven to nine digits of a number in Helsepersonellregisteret."""
    return _HPR.fullmatch(number) is not None


def keys(kind: str, body: dict[str, Any]) -> list[tuple[str, str]]:
    """The unique (system, value) pairs of a record, each once, in the record's order.

    The keys of a sak are the numbers of its innbygger: one sak per person. A sak with tilstand
    feilregistrert has no keys, so that the person can have another sak; nor has a sak that is innmeldt,
    which the municipality has not accepted.
    """
    if kind == "sak" and body.get("tilstand") in {"feilregistrert", "innmeldt"}:
        return []
    holder = body.get("innbygger", {}) if kind == "sak" else body
    return list(dict.fromkeys(_keys(_UNIQUE[kind], holder.get("identer", ()))))


def _keys(types: tuple[str, ...], identer: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for ident in identer:
        if ident["type"] in types:
            yield SYSTEMS[ident["type"]], ident["verdi"]


def _has_day(number: str) -> bool:
    offset = _offset(number)
    if offset is None:
        return False
    day, month = int(number[:2]), int(number[2:4]) - offset
    return 1 <= (day - _D_NUMBER if day > _D_NUMBER else day) <= _LONGEST[month]


def _offset(number: str) -> int | None:
    """The offset added to the month; None if no offset gives a month."""
    month = int(number[2:4])
    return next((offset for offset in (0, _H_NUMBER, *_SYNTHETIC) if 1 <= month - offset <= 12), None)


def _controls_fit(number: str) -> bool:
    """Tests whether both control digits are right; from 2032 the first may leave a remainder of 1, 2 or 3."""
    first = (_sum(_FIRST, number) + int(number[9])) % 11
    second = (_sum(_SECOND, number) + int(number[10])) % 11
    return first in {0, 1, 2, 3} and second == 0


def _sum(weights: tuple[int, ...], number: str) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False))

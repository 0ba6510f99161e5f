"""Norwegian identifiers: their control digits, and the unique keys of records."""

from __future__ import annotations

import pytest
from hypothesis import given

from adapter.record.identifiers import (
    is_birth_number,
    is_d_number,
    is_hpr_number,
    is_organisation_number,
    is_synthetic,
    keys,
)
from tests.record.given import PERSON, sak
from tests.strategies.numbers import birth_numbers, organisation_numbers

FNR, DNR = "urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2"


@pytest.mark.parametrize(
    ("number", "valid", "synthetic", "d_number"),
    [
        ("12856812055", True, True, False),
        ("03910990054", True, True, False),
        ("51847530190", True, True, True),
        ("12856812054", False, True, False),  # a control digit
        ("12856812045", False, True, False),
        ("00000000000", False, False, False),  # the digits fit, the day does not exist
        ("32856812055", False, True, False),
        ("1285681205", False, False, False),
        ("128568120550", False, False, False),
        ("1285681205٥", False, False, False),  # a digit, and not one of ours
        ("12856812055\n", False, False, False),
        ("", False, False, False),
    ],
)
def test_a_birth_number_has_a_valid_day_and_control_digits(
    number: str, valid: bool, synthetic: bool, d_number: bool
) -> None:
    """Day and control digits must be valid; 80 on the month is synthetic, 4 on the first digit a D-number."""
    assert (is_birth_number(number), is_synthetic(number), is_d_number(number)) == (
        valid,
        synthetic,
        d_number,
    )


@given(birth_numbers(), birth_numbers(d_number=True))
def test_every_generated_birth_number_is_valid(number: str, d_number: str) -> None:
    """The strategy computes the control digits with other code than the check."""
    assert is_birth_number(number)
    assert is_synthetic(number)
    assert not is_d_number(number)
    assert is_d_number(d_number)


@given(birth_numbers())
def test_one_changed_control_digit_is_invalid(number: str) -> None:
    """A birth number with one changed control digit is never valid."""
    wrong = number[:10] + str((int(number[10]) + 1) % 10)
    assert not is_birth_number(wrong)


@pytest.mark.parametrize("rest", [1, 2, 3])
def test_a_birth_number_issued_from_2032_is_valid(rest: int) -> None:
    """The first control digit may leave a remainder of 1, 2 or 3; the second none."""
    fits = [number for tail in range(10_000) if is_birth_number(number := f"1285681{tail:04}")]
    assert PERSON in fits
    assert any(_rest(number) == rest for number in fits)
    assert all(_rest(number) in {0, 1, 2, 3} for number in fits)


def _rest(number: str) -> int:
    return sum(w * int(d) for w, d in zip((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), number, strict=False)) % 11


@pytest.mark.parametrize(
    ("month", "synthetic", "valid"),
    [("05", False, True), ("45", False, True), ("70", True, True), ("85", True, True), ("13", False, False)],
)
def test_the_month_offset_tells_h_numbers_and_synthetic_numbers(
    month: str, synthetic: bool, valid: bool
) -> None:
    """40 on the month is an H-number; 80 or 65 is synthetic; other offsets are invalid."""
    fits = [f"12{month}{n:07}" for n in range(6_800_000, 6_802_000) if is_birth_number(f"12{month}{n:07}")]
    assert bool(fits) is valid
    assert all(is_synthetic(number) is synthetic for number in fits)


@given(organisation_numbers())
def test_an_organisation_number_has_a_valid_control_digit(number: str) -> None:
    """Nine digits, the last a control digit of the others."""
    assert is_organisation_number(number)
    assert not is_organisation_number(number[:8] + str((int(number[8]) + 1) % 10))
    assert not is_organisation_number(number[:8])


@pytest.mark.parametrize(
    ("number", "valid"), [("1234567", True), ("123456789", True), ("123456", False), ("A234567", False)]
)
def test_an_hpr_number_has_seven_to_nine_digits(number: str, valid: bool) -> None:
    """An HPR number has no control digit."""
    assert is_hpr_number(number) is valid


def test_the_keys_of_a_sak_are_the_national_numbers_of_its_innbygger() -> None:
    """One sak per person, by any national number; numbers of other people are no keys."""
    identer = [
        {"type": "fnr", "verdi": PERSON},
        {"type": "dnr", "verdi": "51847530190"},
        {"type": "annen", "system": "urn:oid:1.2", "verdi": "1"},
        {"type": "fnr", "verdi": PERSON},
    ]
    assert keys("sak", sak(**{"innbygger.identer": identer})) == [(FNR, PERSON), (DNR, "51847530190")]


@pytest.mark.parametrize("tilstand", ["feilregistrert", "innmeldt"])
def test_a_sak_innmeldt_or_feilregistrert_has_no_keys(tilstand: str) -> None:
    """A sak that is innmeldt or feilregistrert does not block another sak of the person."""
    assert keys("sak", sak(tilstand=tilstand)) == []


def test_the_keys_of_ansatt_and_organisasjon_are_their_national_numbers() -> None:
    """An ansatt has keys by HPR and birth number, an organisasjon by organisation number and RESH."""
    ansatt = {
        "id": "a",
        "identer": [{"type": "hpr", "verdi": "1234567"}, {"type": "orgnr", "verdi": "314159268"}],
    }
    assert keys("ansatt", ansatt) == [("urn:oid:2.16.578.1.12.4.1.4.4", "1234567")]
    assert keys("organisasjon", ansatt) == [("urn:oid:2.16.578.1.12.4.1.4.101", "314159268")]
    assert keys("organisasjon", {"id": "o"}) == []

"""The digits that check an identifier, and which identifiers are unique."""

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
def test_a_birth_number_is_checked_by_its_digits(
    number: str, valid: bool, synthetic: bool, d_number: bool
) -> None:
    """Control digits and day must fit; 80 added to the month is an invented person, 4 first a D-number."""
    assert (is_birth_number(number), is_synthetic(number), is_d_number(number)) == (
        valid,
        synthetic,
        d_number,
    )


@given(birth_numbers(), birth_numbers(d_number=True))
def test_every_made_number_fits(number: str, d_number: str) -> None:
    """The control digits are computed here by other code than that which checks them."""
    assert is_birth_number(number)
    assert is_synthetic(number)
    assert not is_d_number(number)
    assert is_d_number(d_number)


@given(birth_numbers())
def test_a_wrong_last_digit_is_found(number: str) -> None:
    """One digit changed is always found by the control digit it is."""
    wrong = number[:10] + str((int(number[10]) + 1) % 10)
    assert not is_birth_number(wrong)


@pytest.mark.parametrize("rest", [1, 2, 3])
def test_numbers_given_out_from_2032_fit(rest: int) -> None:
    """The first control digit may leave a rest of 1, 2 or 3; the second leaves none."""
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
def test_the_month_says_what_kind_it_is(month: str, synthetic: bool, valid: bool) -> None:
    """40 is added for an H-number; 80 or 65 for an invented person; other months are none."""
    fits = [f"12{month}{n:07}" for n in range(6_800_000, 6_802_000) if is_birth_number(f"12{month}{n:07}")]
    assert bool(fits) is valid
    assert all(is_synthetic(number) is synthetic for number in fits)


@given(organisation_numbers())
def test_an_organisation_number_is_checked_by_its_last_digit(number: str) -> None:
    """Nine digits, the last of which checks the others."""
    assert is_organisation_number(number)
    assert not is_organisation_number(number[:8] + str((int(number[8]) + 1) % 10))
    assert not is_organisation_number(number[:8])


@pytest.mark.parametrize(
    ("number", "valid"), [("1234567", True), ("123456789", True), ("123456", False), ("A234567", False)]
)
def test_an_hpr_number_is_seven_to_nine_digits(number: str, valid: bool) -> None:
    """It has no control digit."""
    assert is_hpr_number(number) is valid


def test_the_keys_of_a_sak_are_its_innbygger_s() -> None:
    """One sak per person, whichever national number is the same; those of others are not keys."""
    identer = [
        {"type": "fnr", "verdi": PERSON},
        {"type": "dnr", "verdi": "51847530190"},
        {"type": "annen", "system": "urn:oid:1.2", "verdi": "1"},
        {"type": "fnr", "verdi": PERSON},
    ]
    assert keys("sak", sak(**{"innbygger.identer": identer})) == [(FNR, PERSON), (DNR, "51847530190")]


@pytest.mark.parametrize("tilstand", ["feilregistrert", "innmeldt"])
def test_a_sak_the_municipality_does_not_stand_by_has_no_keys(tilstand: str) -> None:
    """A report not taken in, or a sak about the wrong person, does not keep the right one out."""
    assert keys("sak", sak(tilstand=tilstand)) == []


def test_the_keys_of_the_others() -> None:
    """Professionals by HPR and birth number, units by organisation number and RESH."""
    ansatt = {
        "id": "a",
        "identer": [{"type": "hpr", "verdi": "1234567"}, {"type": "orgnr", "verdi": "314159268"}],
    }
    assert keys("ansatt", ansatt) == [("urn:oid:2.16.578.1.12.4.1.4.4", "1234567")]
    assert keys("organisasjon", ansatt) == [("urn:oid:2.16.578.1.12.4.1.4.101", "314159268")]
    assert keys("organisasjon", {"id": "o"}) == []

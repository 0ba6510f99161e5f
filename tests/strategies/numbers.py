"""Strategies of identifiers: synthetic birth numbers and invented organisation numbers."""

from __future__ import annotations

from hypothesis import strategies as st


def birth_number(day: int, month: int, year: int, serial: int) -> str | None:
    """A birth number with its control digits, or None for the serials that have none.

    For a D-number add 40 to the day; for an invented person add 80 to the month.
    """
    digits = f"{day:02}{month:02}{year:02}{serial:03}"
    for weights in ((3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)):
        control = -sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11
        if control == 10:
            return None
        digits += str(control)
    return digits


def organisation_number(serial: int) -> str | None:
    """An organisation number that begins with 3, as no real one does; None if it has no control digit."""
    digits = f"3{serial:07}"
    control = -sum(w * int(d) for w, d in zip((3, 2, 7, 6, 5, 4, 3, 2), digits, strict=True)) % 11
    return None if control == 10 else f"{digits}{control}"


def birth_numbers(*, d_number: bool = False) -> st.SearchStrategy[str]:
    """Synthetic birth numbers, or synthetic D-numbers."""
    first = 41 if d_number else 1
    days, months = st.integers(first, first + 27), st.integers(81, 92)
    return st.builds(_from_serial, days, months, st.integers(0, 99), st.integers(0, 980))


def organisation_numbers() -> st.SearchStrategy[str]:
    """Invented organisation numbers."""
    return st.integers(0, 9_999_990).map(
        lambda serial: next(filter(None, map(organisation_number, range(serial, serial + 9))))
    )


def _from_serial(day: int, month: int, year: int, serial: int) -> str:
    numbers = (birth_number(day, month, year, serial + beyond) for beyond in range(20))
    return next(number for number in numbers if number)


IDENTIFIERS: dict[str, st.SearchStrategy[str]] = {
    "fnr": birth_numbers(),
    "dnr": birth_numbers(d_number=True),
    "fhn": st.from_regex(r"[89][0-9]{10}", fullmatch=True),
    "hpr": st.from_regex(r"[0-9]{7,9}", fullmatch=True),
    "orgnr": organisation_numbers(),
    "resh": st.from_regex(r"[1-9][0-9]{4,6}", fullmatch=True),
    "hnr": st.from_regex(r"H[0-9]{4,8}", fullmatch=True),
    "annen": st.from_regex(r"[A-Z]{1,3}-[0-9]{1,6}", fullmatch=True),
}
"""By type of ident."""

"""SMART scopes as permissions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.security.scopes import EVERYTHING, Scopes


@pytest.mark.parametrize(
    ("scope", "letters"),
    [
        ("system/CareTeam.cruds", "cruds"),
        ("system/CareTeam.rs", "rs"),
        ("user/CareTeam.r", "r"),
        ("system/*.s", "s"),
        ("system/CareTeam.read", "rs"),
        ("system/CareTeam.write", "cud"),
        ("user/*.*", "cruds"),
        ("openid system/CareTeam.c fhirUser system/CareTeam.d launch/patient", "cd"),
    ],
)
def test_a_scope_allows_its_letters_and_no_other(scope: str, letters: str) -> None:
    """Version 2 letters one by one; .read is rs, .write is cud, .* is all; other scopes are passed over."""
    scopes = Scopes.parse(scope)
    assert "".join(letter for letter in "cruds" if scopes.allows("CareTeam", letter)) == letters


@pytest.mark.parametrize(
    "scope",
    [
        "system/CareTeam.dus",
        "system/CareTeam.sr",
        "system/CareTeam.rr",
        "system/CareTeam.",
        "system/CareTeam",
        "System/CareTeam.r",
        "system/careTeam.r",
        "system/CareTeam.READ",
        "system//CareTeam.r",
        "system/CareTeam.rs?category=assess-plan",
        "system/CareTeam.r\nsystem/*.cruds",
        "xsystem/CareTeam.r",
        "",
    ],
)
def test_what_is_not_written_as_smart_writes_it_allows_nothing(scope: str) -> None:
    """Letters out of order, wrong case, stray signs and narrowed scopes give no permission to read."""
    scopes = Scopes.parse(scope)
    assert not scopes.allows("CareTeam", "r")


def test_a_scope_is_for_its_type() -> None:
    """A permission for one type says nothing about another."""
    assert not Scopes.parse("system/Patient.cruds").allows("CareTeam", "r")
    assert EVERYTHING.allows("CareTeam", "d")


def test_patient_scopes_need_a_patient() -> None:
    """patient/ is bounded by one patient, so it counts only for a caller who sees that one alone."""
    assert not Scopes.parse("patient/*.rs").allows("CareTeam", "r")
    assert Scopes.parse("patient/*.rs", patient_context=True).allows("CareTeam", "r")


@given(st.text(alphabet="systemuerpatin/*.crudsCT ?=", max_size=60))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    """Whatever the text, parsing ends, and permissions are letters of cruds."""
    assert all(letter in "cruds" for _, letter in Scopes.parse(text).permissions)

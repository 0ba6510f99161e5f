"""SMART scopes give permissions on types and interactions."""

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
    """Version 2 has letters; .read is rs, .write is cud, .* is all; scopes that are not FHIR are ignored."""
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
def test_a_malformed_scope_allows_nothing(scope: str) -> None:
    """Letters out of order, wrong case, stray characters and narrowed scopes give no permission."""
    scopes = Scopes.parse(scope)
    assert not scopes.allows("CareTeam", "r")


def test_a_scope_allows_its_type_only() -> None:
    """A permission on one type is no permission on another."""
    assert not Scopes.parse("system/Patient.cruds").allows("CareTeam", "r")
    assert EVERYTHING.allows("CareTeam", "d")


def test_a_patient_scope_needs_patient_context() -> None:
    """A patient/ scope counts only for a caller that is a person."""
    assert not Scopes.parse("patient/*.rs").allows("CareTeam", "r")
    assert Scopes.parse("patient/*.rs", patient_context=True).allows("CareTeam", "r")


@given(st.text(alphabet="systemuerpatin/*.crudsCT ?=", max_size=60))
def test_any_text_is_parsed_to_permissions_of_cruds(text: str) -> None:
    """Any text is parsed without an error, to permissions with letters of cruds."""
    assert all(letter in "cruds" for _, letter in Scopes.parse(text).permissions)

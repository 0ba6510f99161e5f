"""If-None-Match and Prefer are read in the spellings that clients use."""

from __future__ import annotations

import pytest

from adapter.rest.conditions import is_known, preferred_return, wants_lenience


@pytest.mark.parametrize("header", ['W/"3"', '"3"', 'W/"2", W/"3"', '"1","3"', "*", ' W/"3" '])
def test_if_none_match_matches_the_version_in_every_spelling(header: str) -> None:
    """If-None-Match matches as a weak tag, a strong tag, a list and a star."""
    assert is_known(header, 3)


@pytest.mark.parametrize(
    "header", [None, "", "3", 'W/"3" x', '"3', 'W/"30"', '"2"', "W/3 4", '"', "x" * 8000]
)
def test_if_none_match_does_not_match_another_tag_or_no_tag(header: str | None) -> None:
    """A tag of another version, and a header that is not a tag, give the whole resource."""
    assert not is_known(header, 3)


@pytest.mark.parametrize(
    ("prefer", "preference"),
    [
        ("return=minimal", "minimal"),
        ("return=representation", "representation"),
        ("return=OperationOutcome", "OperationOutcome"),
        ('return="minimal"', "minimal"),
        ("respond-async, return=minimal; x=1", "minimal"),
        ("handling=strict, return=OperationOutcome", "OperationOutcome"),
        ("return=presentation", None),
        ("return=minimally", None),
        ("handling=lenient", None),
        ("", None),
        (None, None),
    ],
)
def test_prefer_return_is_read_and_unknown_preferences_are_ignored(
    prefer: str | None, preference: str | None
) -> None:
    """Prefer: return=... is read; an unknown preference is ignored, as RFC 7240 requires."""
    assert preferred_return(prefer) == preference


@pytest.mark.parametrize(
    ("prefer", "lenient"),
    [
        ("handling=lenient", True),
        ('return=minimal, handling = "lenient"; x', True),
        ("handling=strict, handling=lenient", False),
        ("handling=leniently", False),
        ("return=representation", False),
        (None, False),
    ],
)
def test_prefer_handling_is_read_and_is_strict_by_default(prefer: str | None, lenient: bool) -> None:
    """The first handling counts, and strict is the default: https://hl7.org/fhir/R4/search.html#errors."""
    assert wants_lenience(prefer) is lenient

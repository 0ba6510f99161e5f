"""Headers that make an answer conditional, in the forms clients write them."""

from __future__ import annotations

import pytest

from adapter.rest.conditions import is_known, preferred_return, wants_lenience


@pytest.mark.parametrize("header", ['W/"3"', '"3"', 'W/"2", W/"3"', '"1","3"', "*", ' W/"3" '])
def test_a_version_the_client_has_is_known(header: str) -> None:
    """If-None-Match is read weak, strong, as a list and as a star."""
    assert is_known(header, 3)


@pytest.mark.parametrize(
    "header", [None, "", "3", 'W/"3" x', '"3', 'W/"30"', '"2"', "W/3 4", '"', "x" * 8000]
)
def test_other_tags_are_not_known(header: str | None) -> None:
    """Another version's tag, and a header that is no tag, gives the resource."""
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
def test_prefer_says_how_much_is_returned(prefer: str | None, preference: str | None) -> None:
    """Prefer: return=... is obeyed; a preference nobody knows is passed over, as RFC 7240 wants."""
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
def test_prefer_says_how_strictly_a_search_is_read(prefer: str | None, lenient: bool) -> None:
    """https://hl7.org/fhir/R4/search.html#errors; the first handling counts, and without one it is strict."""
    assert wants_lenience(prefer) is lenient

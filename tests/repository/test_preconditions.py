"""If-Match, as clients send it, against the version there is."""

from __future__ import annotations

import pytest

from adapter.errors import AdapterError, BadRequest, PreconditionFailed, PreconditionRequired
from adapter.repository.writes.preconditions import check_if_match


@pytest.mark.parametrize("sent", ['W/"3"', '"3"', '"2", W/"3"', 'W/"a,b" ,"3"', "*", ' W/"3" '])
def test_a_tag_of_the_current_version_lets_the_write_through(sent: str) -> None:
    """Weak and strong tags, lists of them and the star are all read."""
    check_if_match(sent, 3, required=True)


@pytest.mark.parametrize("current", [3, None])
@pytest.mark.parametrize(
    "sent",
    [
        "3", "W/3", "garbage", '*, W/"3"', '"3', 'w/"3"', '"3" "4"', '"3",', '"a b"', "", ",", "**",
        "x" * 9000, '"3",' * 4000 + "x",
    ],
)  # fmt: skip
def test_what_is_no_tag_is_not_understood(sent: str, current: int | None) -> None:
    """400 naming the header: what is wrong is how it is written, and nobody has changed anything."""
    with pytest.raises(BadRequest) as caught:
        check_if_match(sent, current, required=True)
    (found,) = caught.value.findings
    assert found.code == "if-match-invalid"
    assert "If-Match" in found.nb
    assert "If-Match" in found.en


@pytest.mark.parametrize(
    ("sent", "current", "required", "refusal"),
    [
        (None, 3, True, PreconditionRequired),
        ('W/"2"', 3, True, PreconditionFailed),
        ('""', 3, True, PreconditionFailed),
        ('W/"*"', 3, True, PreconditionFailed),
        ('W/"33"', 3, False, PreconditionFailed),
        ('W/"1"', None, True, PreconditionFailed),
        ("*", None, False, PreconditionFailed),
    ],
)
def test_another_version_is_refused(
    sent: str | None, current: int | None, required: bool, refusal: type[AdapterError]
) -> None:
    """An old tag is 412, a missing one 428 where it is required."""
    with pytest.raises(refusal):
        check_if_match(sent, current, required=required)


@pytest.mark.parametrize(("current", "required"), [(None, True), (3, False)])
def test_no_tag_is_needed_for_what_is_new_or_where_it_is_optional(
    current: int | None, required: bool
) -> None:
    """A first write has seen nothing."""
    check_if_match(None, current, required=required)

"""Preconditions: the If-Match header of a write against the current version."""

from __future__ import annotations

import pytest

from adapter.errors import AdapterError, BadRequest, PreconditionFailed, PreconditionRequired
from adapter.repository.writes.preconditions import check_if_match


@pytest.mark.parametrize("sent", ['W/"3"', '"3"', '"2", W/"3"', 'W/"a,b" ,"3"', "*", ' W/"3" '])
def test_if_match_with_the_current_version_is_accepted(sent: str) -> None:
    """Weak and strong ETags, lists of ETags and the star are accepted."""
    check_if_match(sent, 3, required=True)


@pytest.mark.parametrize("current", [3, None])
@pytest.mark.parametrize(
    "sent",
    [
        "3", "W/3", "garbage", '*, W/"3"', '"3', 'w/"3"', '"3" "4"', '"3",', '"a b"', "", ",", "**",
        "x" * 9000, '"3",' * 4000 + "x",
    ],
)  # fmt: skip
def test_if_match_that_is_no_etag_is_refused_with_400(sent: str, current: int | None) -> None:
    """A header that is no ETag is a syntax fault, not a conflict: the refusal is 400 and names If-Match."""
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
def test_if_match_with_another_version_is_refused(
    sent: str | None, current: int | None, required: bool, refusal: type[AdapterError]
) -> None:
    """An old ETag gives 412; a missing header gives 428 where it is required."""
    with pytest.raises(refusal):
        check_if_match(sent, current, required=required)


@pytest.mark.parametrize(("current", "required"), [(None, True), (3, False)])
def test_if_match_is_not_needed_for_a_new_resource_or_where_optional(
    current: int | None, required: bool
) -> None:
    """The first write of a resource has no version to name."""
    check_if_match(None, current, required=required)

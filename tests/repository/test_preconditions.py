"""If-Match, as clients send it, against the version there is."""

from __future__ import annotations

import pytest

from adapter.errors import AdapterError, PreconditionFailed, PreconditionRequired
from adapter.repository.preconditions import check_if_match


@pytest.mark.parametrize("sent", ['W/"3"', '"3"', "3", '"2", W/"3"', "*", ' W/"3" '])
def test_a_tag_of_the_current_version_lets_the_write_through(sent: str) -> None:
    """Weak, strong and bare tags, lists and the star are all read."""
    check_if_match(sent, 3, required=True)


@pytest.mark.parametrize(
    ("sent", "current", "required", "refusal"),
    [
        (None, 3, True, PreconditionRequired),
        ('W/"2"', 3, True, PreconditionFailed),
        ("", 3, True, PreconditionFailed),
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

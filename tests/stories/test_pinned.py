"""What the municipality and the recipients of each story are given of it, pinned byte for byte.

``pytest tests/stories --accept`` rewrites the files; read the difference before it is committed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapter.fhir.codec.stored import read_stored
from adapter.fhir.validation.structure import check as structure_faults
from tests.stories.told import EXAMPLES, RECIPIENTS, bundle, given

if TYPE_CHECKING:
    from adapter.repository import Repository

PINNED = [(story, who) for story, recipients in RECIPIENTS.items() for who in ("kommune", *recipients)]


@pytest.mark.parametrize(("story", "who"), PINNED)
def test_what_is_given_is_what_is_pinned(repository: Repository, story: str, who: str, accept: bool) -> None:
    """The same record, clock and ids give everybody the same bytes, and those that somebody has read."""
    path = EXAMPLES / story / f"{who}.fhir.json"
    now = bundle(given(repository, who, story))
    assert structure_faults(read_stored(now)) == []
    if accept:
        path.write_bytes(now)
    assert now.decode().splitlines() == path.read_text(encoding="utf-8").splitlines()
    assert now == path.read_bytes()


def test_no_pinned_file_is_left_unread() -> None:
    """A pinned file is one that is compared, and every story has its own."""
    named = {EXAMPLES / story / f"{who}.fhir.json" for story, who in PINNED}
    assert set(EXAMPLES.rglob("*.fhir.json")) == named
    assert set(RECIPIENTS) == {path.parents[1].name for path in EXAMPLES.rglob("saker/*.json")}

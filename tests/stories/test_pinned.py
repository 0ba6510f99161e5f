"""Pinned answers: every resource published to the municipality and to the recipients of each story.

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
def test_the_published_resources_equal_the_pinned_file(
    repository: Repository, story: str, who: str, accept: bool
) -> None:
    """The same record, clock and ids give each caller the bytes of the pinned file, in valid R4."""
    path = EXAMPLES / story / f"{who}.fhir.json"
    now = bundle(given(repository, who, story))
    assert structure_faults(read_stored(now)) == []
    if accept:
        path.write_bytes(now)
    assert now.decode().splitlines() == path.read_text(encoding="utf-8").splitlines()
    assert now == path.read_bytes()


def test_every_pinned_file_and_every_story_is_compared() -> None:
    """Each pinned file is compared with an answer, and each story has recipients."""
    named = {EXAMPLES / story / f"{who}.fhir.json" for story, who in PINNED}
    assert set(EXAMPLES.rglob("*.fhir.json")) == named
    assert set(RECIPIENTS) == {path.parents[1].name for path in EXAMPLES.rglob("saker/*.json")}

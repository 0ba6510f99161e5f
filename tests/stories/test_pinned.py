"""Pinned answers: every resource published to the municipality and to the recipients of each story.

``kommune.fhir.json`` beside the records of a story is what the municipality is given, byte for byte. In
``pinned/`` a recipient's file has what differs from it, and the narratives stand as plain text.
``pytest tests/stories --accept`` rewrites the files; read the difference before it is committed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.codec.stored import read_stored
from adapter.fhir.validation.structure import check as structure_faults
from adapter.rest.splicing import reference, resource_bytes
from tests.stories.reviewed import difference, texts
from tests.stories.told import EXAMPLES, RECIPIENTS, bundle, given

if TYPE_CHECKING:
    from adapter.repository import Repository

FOLDER = Path(__file__).parent / "pinned"
STORIES = tuple(RECIPIENTS)
PINNED = [(story, who) for story, recipients in RECIPIENTS.items() for who in recipients]


def resources(repository: Repository, who: str, story: str) -> dict[str, dict[str, Any]]:
    """The resources given to a caller, by reference, as served."""
    return {reference(one): read_stored(resource_bytes(one)) for one in given(repository, who, story)}


@pytest.mark.parametrize("story", STORIES)
def test_the_municipality_is_given_the_pinned_bytes(repository: Repository, story: str, accept: bool) -> None:
    """The same record, clock and ids give the municipality the bytes and texts of the pinned files."""
    now = bundle(given(repository, "kommune", story))
    assert structure_faults(read_stored(now)) == []
    _compare(EXAMPLES / story / "kommune.fhir.json", now, accept=accept)
    told = texts(resources(repository, "kommune", story), {})
    _compare(FOLDER / story / "kommune.txt", told.encode(), accept=accept)


@pytest.mark.parametrize(("story", "who"), PINNED)
def test_a_recipient_is_given_the_pinned_difference(
    repository: Repository, story: str, who: str, accept: bool
) -> None:
    """A recipient is given valid R4 that differs from the municipality's as the pinned files say."""
    whole, shown = resources(repository, "kommune", story), resources(repository, who, story)
    assert structure_faults(read_stored(bundle(given(repository, who, story)))) == []
    _compare(FOLDER / story / f"{who}.json", difference(whole, shown), accept=accept)
    _compare(FOLDER / story / f"{who}.txt", texts(shown, whole).encode(), accept=accept)


def test_every_pinned_file_and_every_story_is_compared() -> None:
    """Each pinned file is compared with an answer, and each story has recipients."""
    named = {FOLDER / story / "kommune.txt" for story in STORIES}
    named |= {FOLDER / story / f"{who}.{suffix}" for story, who in PINNED for suffix in ("json", "txt")}
    assert {path for path in FOLDER.rglob("*") if path.is_file()} == named
    assert set(EXAMPLES.rglob("*.fhir.json")) == {EXAMPLES / story / "kommune.fhir.json" for story in STORIES}
    assert set(RECIPIENTS) == {path.parents[1].name for path in EXAMPLES.rglob("saker/*.json")}


def _compare(path: Path, now: bytes, *, accept: bool) -> None:
    """Compare an answer with its pinned file, line by line; with ``accept`` pin it anew."""
    if accept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(now)
    assert now.decode().splitlines() == path.read_text(encoding="utf-8").splitlines()
    assert now == path.read_bytes()

"""Three stories as their FHIR was written by hand, from FHIR and no-basis; no mapping wrote these files.

``expected_<story>.json`` has the resources a story is about, by reference, as the municipality reads them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapter.fhir import json
from tests.stories.told import given

if TYPE_CHECKING:
    from adapter.repository import Repository

FOLDER = Path(__file__).parent
EXPECTED = [
    (path.stem.removeprefix("expected_"), reference, resource)
    for path in sorted(FOLDER.glob("expected_*.json"))
    for reference, resource in json.parse(path.read_bytes()).items()
]


@pytest.mark.parametrize(("story", "reference", "expected"), EXPECTED, ids=[row[1] for row in EXPECTED])
def test_a_story_is_the_fhir_written_by_hand(
    repository: Repository, story: str, reference: str, expected: dict[str, object]
) -> None:
    """Every element but meta and the narrative is what was written by hand, and there is no other."""
    found = {f"{one.type}/{one.id}": json.parse(one.body) for one in given(repository, "kommune", story)}
    shown = {name: value for name, value in found[reference].items() if name not in {"meta", "text"}}
    assert shown == expected

"""Stories compared with FHIR written by hand from FHIR and no-basis, not made by the mapping.

``expected_<story>.json`` has the main resources of a story, by reference, as the municipality reads them.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapter.fhir.codec.stored import read_stored
from adapter.storage import ChangeNote
from tests.stories.told import given, told

if TYPE_CHECKING:
    from adapter.repository import Repository

FOLDER = Path(__file__).parent
EXPECTED = [
    (path.stem.removeprefix("expected_"), reference, resource)
    for path in sorted(FOLDER.glob("expected_*.json"))
    for reference, resource in read_stored(path.read_bytes()).items()
]


@pytest.mark.parametrize(("story", "reference", "expected"), EXPECTED, ids=[row[1] for row in EXPECTED])
def test_a_story_gives_the_fhir_written_by_hand(
    repository: Repository, story: str, reference: str, expected: dict[str, object]
) -> None:
    """Every element but meta and narrative equals the resource written by hand; none is added."""
    found = {f"{one.type}/{one.id}": read_stored(one.body) for one in given(repository, "kommune", story)}
    assert _content(found[reference]) == expected


def test_a_plan_gives_the_fhir_written_by_hand(migrated_sqlite: Path, tmp_path: Path) -> None:
    """A plan with goals and tiltak, put as a record, gives the FHIR resources written by hand."""
    story = read_stored((FOLDER / "plan_slagpasient.json").read_bytes())
    path = shutil.copyfile(migrated_sqlite, tmp_path / "plan.db")
    repository = told(f"sqlite:///{path}", tmp_path)
    sak = repository.record("sak", "sak-slagpasient").body | story["record"]
    note = ChangeNote("test", None, None, None, "test", "write")
    repository.put_record("sak", sak["id"], sak, if_match="*", note=note)
    found = {
        f"{one.type}/{one.id}": read_stored(one.body) for one in given(repository, "kommune", "slagpasient")
    }
    repository.store.close()
    assert {name: _content(found[name]) for name in story["fhir"]} == story["fhir"]


def _content(resource: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in resource.items() if name not in {"meta", "text"}}

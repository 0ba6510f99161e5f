"""Our verdicts beside those of HL7's validator, on the cases of its public test suite."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.report import KEPT, read_reasons, report, unexplained
from tests.conformance.rounds import CASES, read_rounds
from tests.conformance.tally import APART, ARTEFACTS, GROUPS, MISSION, Count, Held, hold

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not CASES.is_dir(), reason="../shared/fhir/validator-cases is not beside the checkout"
    ),
]


@pytest.fixture(scope="module")
def held() -> list[Held]:
    """All rounds with our verdicts."""
    return hold(read_rounds())


def test_every_round_that_can_be_held_is_held(held: list[Held]) -> None:
    """The rounds are those of which HL7's engine offline has a verdict, each once, all in a group."""
    recorded = json.loads((CASES / "offline-verdicts.json").read_text())["rounds"]
    assert len(held) == len({one.round.key for one in held}) == len(recorded)
    assert {one.round.module for one in held} <= frozenset().union(*GROUPS.values())


def test_no_round_makes_the_engine_crash(held: list[Held]) -> None:
    """Every round has a verdict, those of the modules apart too."""
    assert [(one.round.key, one.crash) for one in held if one.crash] == []
    assert any(one.round.module in APART for one in held)


def test_every_difference_has_a_reason_and_every_reason_a_difference(held: list[Held]) -> None:
    """The table of reasons has the rounds of the groups that differ from the record, and no other."""
    without, stale = unexplained(held, read_reasons())
    assert [(one.round.key, one.codes, one.round.texts) for one in without] == []
    assert stale == []


def test_the_page_about_conformance_is_current(held: list[Held]) -> None:
    """`make conformance` prints docs/conformance.md."""
    assert report(held, read_reasons()) == KEPT.read_text()


def test_the_mission_group_is_judged_no_worse_than_promised(held: list[Held]) -> None:
    """Most rounds about resources, Bundles and formats have the verdict on record; false alarms are few."""
    agreed = [one for one in held if not one.round.is_contested]
    mission = Count.of(one for one in agreed if one.round.module in MISSION)
    assert mission.same / mission.rounds >= 0.92
    assert mission.caught / mission.invalid >= 0.86
    assert mission.false_alarms / mission.valid <= 0.03
    artefacts = Count.of(one for one in agreed if one.round.module in ARTEFACTS)
    assert artefacts.same / artefacts.rounds >= 0.55


def test_renaming_the_cases_changes_nothing(held: list[Held], tmp_path: Path) -> None:
    """The suite with other names for cases and files gets the same verdicts, in the same order."""
    renamed = hold(read_rounds(_renamed(tmp_path)))
    assert not {one.round.name for one in renamed} & {one.round.name for one in held}
    assert not {one.round.file.name for one in renamed} & {one.round.file.name for one in held}
    assert [_judged(one) for one in renamed] == [_judged(one) for one in held]


def _judged(one: Held) -> tuple[Any, ...]:
    return one.round.kind, one.round.is_valid, one.is_valid, one.has_unchecked, one.codes


def _renamed(folder: Path) -> Path:
    """A copy of the suite in which cases and files have numbers for names."""
    (folder / "outcomes").symlink_to(CASES / "outcomes")
    manifest = json.loads((CASES / "manifest.json").read_text())
    files: dict[str, str] = {}
    names: dict[str, str] = {}

    def file(name: str) -> str:
        if name not in files:
            files[name] = f"{len(files)}.{name.rpartition('.')[2]}"
            if (CASES / name).is_file():
                shutil.copyfile(CASES / name, folder / files[name])
        return files[name]

    for case in manifest["test-cases"]:
        case["name"] = names.setdefault(case["name"], f"case {len(names)}")
        for run in (case, case.get("profile", {})):
            run.update({key: file(run[key]) for key in ("file", "source") if key in run})
            run.update(
                {key: [file(one) for one in run[key]] for key in ("profiles", "supporting") if key in run}
            )
    offline = json.loads((CASES / "offline-verdicts.json").read_text())
    offline["rounds"] = [[names[name], *told] for name, *told in offline["rounds"]]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "offline-verdicts.json").write_text(json.dumps(offline))
    return folder

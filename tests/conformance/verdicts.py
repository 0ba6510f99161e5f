"""The verdicts of HL7's engine on the cases of our own: ``python -m tests.conformance.verdicts`` writes them.

``verdicts.json`` has, for each case, the ids and places of the errors, or the failure of the engine; so the
tests have this second opinion where no JDK is.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conformance import base_cases, profile_cases
from tests.conformance.judging import Judge, JudgeMissingError, Task

if TYPE_CHECKING:
    from tests.conformance.judging import Answer

KEPT = Path(__file__).with_name("verdicts.json")

Verdicts = dict[str, list[str]]
"""Name of a case -> its errors as ``id at place``; none: valid."""


def cases() -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Every case by its name, with the profiles to judge it by."""
    base = base_cases.VALID | {
        f"{number}: {fault}": one for number, (fault, one) in base_cases.INVALID.items()
    }
    profiled = profile_cases.VALID | profile_cases.INVALID
    return {f"base {name}": (one, []) for name, one in base.items()} | {
        f"profile {name}": (one, [profile_cases.PLAN]) for name, one in profiled.items()
    }


def verdicts(judge: Judge) -> Verdicts:
    """What the engine says of every case."""
    with tempfile.TemporaryDirectory() as folder:
        tasks = []
        for nth, (resource, profiles) in enumerate(cases().values()):
            path = Path(folder) / f"{nth}.json"
            path.write_text(json.dumps(resource))
            definitions = profile_cases.DEFINITIONS if profiles else ()
            tasks.append(Task(path, profiles, definitions, allows_any_extension=True))
        answers = judge.answers(tasks)
    return {name: _told(answer) for name, answer in zip(cases(), answers, strict=True)}


def _told(answer: Answer) -> list[str]:
    if answer.failure:
        return [f"failure: {answer.failure.partition(':')[0]}"]
    return sorted({f"{one['id'] or '-'} at {one['location']}" for one in answer.errors})


def read_verdicts() -> Verdicts:
    """The verdicts that are kept."""
    kept: Verdicts = json.loads(KEPT.read_text())
    return kept


if __name__ == "__main__":
    try:
        KEPT.write_text(json.dumps(verdicts(Judge.built()), indent=1, ensure_ascii=False) + "\n")
    except JudgeMissingError as missing:
        sys.exit(str(missing))

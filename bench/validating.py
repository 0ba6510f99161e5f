"""Benchmark of validation in CPU seconds, beside HL7's engine where a JDK and Maven are.

One file and a thousand files are whole processes, as a pipeline starts them. The warm figures are of one
process that has judged the same kind of resource before. Bundles show whether the time is linear.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.conformance import profile_cases
from tests.conformance.base_cases import bundle
from tests.conformance.engine import Engine, tree
from tests.conformance.judging import Judge, JudgeMissingError, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FILES = 1000
ENTRIES = (100, 1000, 10_000)
ENTRIES_THERE = (100, 1000)
"""Sizes of the Bundles that HL7's engine is given."""

WARM = 200
"""Files that HL7's engine is given twice for the warm figures."""

ROUNDS = 5
PROFILES = (profile_cases.PLAN,)
_CODE = "import sys; from adapter.cli import main; main(sys.argv[1:])"


def main() -> None:
    """Run the benchmarks and print one table; a figure that was not measured is a dash."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = _files(folder)
        ours = {**_processes(files), **_warm(files[0].read_bytes()), **_bundles(folder)}
        theirs = _theirs(files, folder)
    size = len(json.dumps(care_plan(0)))
    _say(f"validation; a CarePlan has {size} bytes; median of {ROUNDS}; the JVM uses several threads")
    _say(f"{'':44}{'adapter':>12}{'HL7 engine':>12}")
    for title, figure in ours.items():
        _say(f"{title:44}{figure:>12}{theirs.get(title, '-'):>12}")


def care_plan(number: int) -> dict[str, Any]:
    """A CarePlan of about 2.5 kB that is valid by the profile of the tests."""
    plan = profile_cases.VALID["everything the profile names"]
    details = [
        {
            "detail": {
                "status": "in-progress",
                "description": f"Tiltak {nth} i planen, avtalt med personen og de nærmeste",
                "scheduledPeriod": {"start": "2026-01-15", "end": "2026-12-31"},
                "performer": [{"reference": "PractitionerRole/fysioterapeut", "display": "Fysioterapeut"}],
            }
        }
        for nth in range(3)
    ]
    return plan | {"id": f"plan-{number}", "activity": details}


def _files(folder: Path) -> list[Path]:
    paths = [folder / f"plan-{number}.json" for number in range(FILES)]
    for number, path in enumerate(paths):
        path.write_text(json.dumps(care_plan(number)))
    return paths


@dataclass(frozen=True, slots=True)
class Process:
    """The CPU seconds of a finished process, and its largest memory."""

    seconds: float
    megabytes: float


def _validated(paths: Sequence[Path]) -> Process:
    """The process of ``ip-adapter validate`` on files."""
    command = [sys.executable, "-c", _CODE, "validate", *map(str, paths)]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode != 0:
        raise RuntimeError(f"a CarePlan of the benchmark is not valid: {paths[0].name}")
    return Process(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _processes(files: list[Path]) -> dict[str, str]:
    one = [_validated(files[:1]) for _ in range(ROUNDS)]
    return {
        "one file, CPU s": f"{median(run.seconds for run in one):.2f}",
        "one file, MB": f"{median(run.megabytes for run in one):.0f}",
        f"{FILES} files, CPU s": f"{_validated(files).seconds:.2f}",
    }


def _warm(data: bytes) -> dict[str, str]:
    engine = Engine([tree(path) for path in profile_cases.DEFINITIONS])
    return {
        "warm CarePlan, base, ms": f"{_ms(lambda: engine.judged(data), 200):.2f}",
        "warm CarePlan, profile, ms": f"{_ms(lambda: engine.judged(data, PROFILES), 200):.2f}",
    }


def _bundles(folder: Path) -> dict[str, str]:
    figures = {}
    for entries in ENTRIES:
        data = _bundle(folder, entries).read_bytes()
        spent = _ms(partial(Engine().judged, data), max(1, 200 // entries))
        figures[f"Bundle of {entries} entries, ms an entry"] = f"{spent / entries:.2f}"
    return figures


def _bundle(folder: Path, entries: int) -> Path:
    """The file of a collection of so many CarePlans."""
    path = folder / f"bundle-{entries}.json"
    path.write_text(json.dumps(bundle("collection", *(care_plan(number) for number in range(entries)))))
    return path


def _ms(work: Callable[[], object], times: int) -> float:
    """The median of the CPU milliseconds of one call, warm."""
    work()
    spent = []
    for _ in range(ROUNDS):
        before = time.process_time()
        for _ in range(times):
            work()
        spent.append((time.process_time() - before) / times * 1000)
    return median(spent)


def _theirs(files: list[Path], folder: Path) -> dict[str, str]:
    """The same figures of HL7's engine; empty, with the reason printed, where it cannot run."""
    try:
        judge = Judge.built()
    except JudgeMissingError as missing:
        _say(str(missing))
        return {}
    once = [Task(path) for path in files]
    warm = once[:WARM]
    profiled = [Task(path, PROFILES, profile_cases.DEFINITIONS) for path in files[:WARM]]
    bundles = [Task(folder / f"bundle-{entries}.json") for entries in ENTRIES_THERE]
    answers, _ = judge.timed([*warm, *warm, *profiled, *profiled, *bundles])
    spent = [answer.cpu_ms for answer in answers]
    figures = {
        "one file, CPU s": f"{judge.timed(once[:1])[1]:.1f}",
        f"{FILES} files, CPU s": f"{judge.timed(once)[1]:.1f}",
        "warm CarePlan, base, ms": f"{median(spent[WARM : 2 * WARM]):.1f}",
        "warm CarePlan, profile, ms": f"{median(spent[3 * WARM : 4 * WARM]):.1f}",
    }
    for entries, ms in zip(ENTRIES_THERE, spent[4 * WARM :], strict=True):
        figures[f"Bundle of {entries} entries, ms an entry"] = f"{ms / entries:.1f}"
    return figures


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()

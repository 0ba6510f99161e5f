"""HL7's own validation engine as a judge: many files in one Java process, where a JDK and Maven are present.

    judge = Judge.built()                       # about a minute the first time: Maven fetches the libraries
    judge.answers([Task(Path("a.json"))])       # -> [Answer(errors=(), ...)]

The engine works offline, with the package hl7.fhir.r4.core 4.0.1 and with the definitions of each task alone.
``python -m tests.conformance.judging FILES`` prints what the engine says of files.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.fhir.definitions.build import download

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HERE = Path(__file__).parent / "judge"
BUILT = Path(__file__).resolve().parents[2] / "build" / "judge"
MEMORY = "-Xmx1500m"

_EMPTY = {"name": "hl7.fhir.xver-extensions", "version": "0.1.0", "fhirVersions": ["4.0.1"]}
"""A package that the engine wants to load; without a network an empty one has to do."""


class JudgeMissingError(Exception):
    """A program that the judge needs is not on this machine; the text names it."""


@dataclass(frozen=True, slots=True)
class Task:
    """One file to judge, by base R4 or by profiles; ``definitions`` are files of conformance resources."""

    file: Path
    profiles: Sequence[str] = ()
    definitions: Sequence[Path] = ()
    allows_any_extension: bool = False

    @property
    def line(self) -> str:
        """The task as the judge reads it."""
        return json.dumps(
            {
                "file": str(self.file),
                "profiles": list(self.profiles),
                "definitions": [str(path) for path in self.definitions],
                "anyExtensions": self.allows_any_extension,
            }
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The issues of one file as the engine gives them, or the text of its failure; milliseconds of CPU."""

    issues: tuple[dict[str, Any], ...]
    failure: str | None
    cpu_ms: float

    @property
    def errors(self) -> tuple[dict[str, Any], ...]:
        """The issues that make the file invalid."""
        return tuple(one for one in self.issues if one["severity"] in {"error", "fatal"})

    @property
    def is_valid(self) -> bool:
        """Tests whether the engine did its work and found no error."""
        return self.failure is None and not self.errors


@dataclass(frozen=True, slots=True)
class Judge:
    """The compiled judge with its libraries in a folder."""

    folder: Path

    @classmethod
    def built(cls, folder: Path = BUILT) -> Judge:
        """The judge, built in the folder when it is missing or older than its source.

        Raises:
            JudgeMissingError: java, javac or mvn is not on this machine.
            subprocess.CalledProcessError: the build failed.
        """
        for program in ("java", "javac", "mvn"):
            if shutil.which(program) is None:
                raise JudgeMissingError(f"{program} is not on this machine: HL7's engine does not judge")
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of a test run share the folder
            _build(folder)
        return cls(folder)

    def answers(self, tasks: Iterable[Task]) -> list[Answer]:
        """The answers to all tasks, in their order, from one Java process.

        Raises:
            subprocess.CalledProcessError: the process ended with an error.
        """
        return self.timed(tasks)[0]

    def timed(self, tasks: Iterable[Task]) -> tuple[list[Answer], float]:
        """The answers, and the CPU seconds of the whole Java process."""
        before = _children_seconds()
        with tempfile.TemporaryDirectory() as folder:
            plan = Path(folder) / "tasks.ndjson"
            plan.write_text("".join(task.line + "\n" for task in tasks))
            classes = f"{self.folder / 'classes'}{os.pathsep}{self.folder / 'lib'}/*"
            home = f"-Duser.home={self.folder / 'home'}"
            told = _run("java", home, MEMORY, "-cp", classes, "Judge", str(plan))
        return [_answer(json.loads(line)) for line in told.splitlines()], _children_seconds() - before


def _answer(told: dict[str, Any]) -> Answer:
    return Answer(tuple(told.get("issues", ())), told.get("failure"), told.get("cpuMs", 0.0))


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _build(folder: Path) -> None:
    """Fetch, compile and unpack what is missing in the folder or older than its source."""
    libraries, classes = folder / "lib", folder / "classes"
    if _is_older(libraries, HERE / "pom.xml"):
        _run("mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies",
             f"-DoutputDirectory={libraries}")  # fmt: skip
        libraries.touch()
    if _is_older(classes, HERE / "Judge.java"):
        _run("javac", "-encoding", "UTF-8", "-cp", f"{libraries}/*", "-d", str(classes),
             str(HERE / "Judge.java"))  # fmt: skip
        classes.touch()
    _unpack_packages(folder / "home" / ".fhir" / "packages")


def _is_older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def _run(*command: str) -> str:
    """The standard output of a command; what it said of its failure is printed before the error is raised."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-4000:] + done.stderr[-4000:])
        done.check_returncode()
    return done.stdout


def _unpack_packages(cache: Path) -> None:
    """Put the packages where the engine looks for them; what is there already is left."""
    core = cache / "hl7.fhir.r4.core#4.0.1"
    if not core.exists():
        part = cache / "part"
        with tarfile.open(fileobj=io.BytesIO(download())) as archive:
            archive.extractall(part, filter="data")
        part.rename(core)
    empty = cache / "{name}#{version}".format(**_EMPTY) / "package"
    empty.mkdir(parents=True, exist_ok=True)
    (empty / "package.json").write_text(json.dumps(_EMPTY))
    (empty / ".index.json").write_text(json.dumps({"index-version": 2, "files": []}))


def main(files: Sequence[str]) -> None:
    """Print each file with the errors that the engine finds by base R4."""
    try:
        judge = Judge.built()
    except JudgeMissingError as missing:
        sys.exit(str(missing))
    for file, answer in zip(files, judge.answers(Task(Path(file)) for file in files), strict=True):
        sys.stdout.write(f"{file}: {'valid' if answer.is_valid else answer.failure or 'invalid'}\n")
        for issue in answer.issues:
            sys.stdout.write(f"  {issue['severity']}: {issue['location']}: {issue['text']} [{issue['id']}]\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The files of promises: read, compared with what the adapter does now, and written anew on purpose.

A line that begins with ``#`` explains the file and is not compared.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER = Path(__file__).parent
ON_PURPOSE = "if that is on purpose: `python -m tests.promised`, and a line in CHANGELOG.md"


def compare(name: str, found: Sequence[str]) -> None:
    """Let the lines through if they are those of the file.

    Args:
        name: of the file, beside this one.
        found: the lines as the adapter of today has them.

    Raises:
        AssertionError: it names each line that is gone, and each that is new.
    """
    told = list(differences(name, found))
    assert not told, "\n".join([f"{name} and the adapter differ; {ON_PURPOSE}", *told])


def differences(name: str, found: Sequence[str]) -> Iterator[str]:
    """One line a difference: ``routes.txt:17: gone or changed: …`` or ``routes.txt: new, add it: …``."""
    numbered = list(_compared(name))
    pinned = [line for _, line in numbered]
    for kind, begin, end, other_begin, other_end in SequenceMatcher(
        None, pinned, found, autojunk=False
    ).get_opcodes():
        if kind != "equal":
            yield from (f"{name}:{number}: gone or changed: {line}" for number, line in numbered[begin:end])
            yield from (f"{name}: new, add it: {line}" for line in found[other_begin:other_end])


def lines(name: str) -> list[str]:
    """The lines of a file that are compared."""
    return [line for _, line in _compared(name)]


def write(name: str, found: Sequence[str]) -> None:
    """Write the lines into the file, below what explains it."""
    path = FOLDER / name
    old = path.read_text("utf-8").splitlines() if path.exists() else []
    head = [line for line in old if line.startswith("#")]
    path.write_text("\n".join([*head, *found, ""]), "utf-8")


def _compared(name: str) -> Iterator[tuple[int, str]]:
    """The lines that are compared, with their numbers."""
    for number, line in enumerate((FOLDER / name).read_text("utf-8").splitlines(), start=1):
        if not line.startswith("#"):
            yield number, line

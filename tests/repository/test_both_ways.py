"""The tests of the doors pass with every write made a second way beside the first, and compared."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.repository import file_way, whole_way

if TYPE_CHECKING:
    from pathlib import Path

COUNTS_STATEMENTS = "tests/rest/test_statements.py"
"""The second ways ask the database too."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folders", "planned", "converted"),
    [
        (("rest",), 500, 100),
        (("kommune", "edits", "refusals", "stories", "mapping/senders"), 250, 150),
    ],
    ids=["rest", "others"],
)
def test_every_write_of_the_suite_gives_the_same_both_ways(
    folders: tuple[str, ...], planned: int, converted: int, tmp_path: Path
) -> None:
    """A plan equals that of the whole way, and a part what converting its resource from a file gives."""
    counts = {way.COUNTED: tmp_path / way.__name__ for way in (whole_way, file_way)}
    plugins = [part for way in (whole_way, file_way) for part in ("-p", way.__name__)]
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins]
    done = subprocess.run(
        [*line, "-m", "not slow", f"--ignore={COUNTS_STATEMENTS}", *(f"tests/{one}" for one in folders)],
        env={**os.environ, **{name: str(path) for name, path in counts.items()}},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    totals = [sum(map(int, path.read_text().split())) for path in counts.values()]
    sys.stdout.write(f"{', '.join(folders)}: {totals[0]} plans and {totals[1]} conversions compared\n")
    assert totals[0] >= planned
    assert totals[1] >= converted

"""A file converts to the parts that the FHIR door makes of the same resources, or is refused alike."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from adapter.errors import AdapterError
from adapter.repository import Put
from adapter.security.caller import OPEN_CALLER
from tests.mapping.senders.test_senders import FILES, FIRST, REFUSED, sent_by
from tests.repository.file_way import COUNTED, compared
from tests.repository.test_delta import KINDS, NOTE
from tests.repository.test_delta import put as put_record
from tests.rest.world import RECORDS

if TYPE_CHECKING:
    from pathlib import Path

    from adapter.repository import Repository


def test_the_files_of_senders_convert_as_the_door_places_them(repository: Repository) -> None:
    """Each file after the other, over all that stands, and once more over itself."""
    for base, body in RECORDS:
        put_record(repository, KINDS[base], body)
    with compared() as number:
        for name in [*FIRST, *FILES, *FILES]:
            sent = sent_by(name)
            put = Put(sent["resourceType"], sent)
            if name in REFUSED:
                with pytest.raises(AdapterError):
                    repository.put([put], caller=OPEN_CALLER, note=NOTE)
            else:
                repository.put([put], caller=OPEN_CALLER, note=NOTE)
    assert number == [len(FIRST) + 2 * len(FILES)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "least"),
    [("mapping/senders", 100), ("edits", 25), ("refusals", 70), ("rest", 100)],
)
def test_every_write_at_the_fhir_door_converts_alike(folder: str, least: int, tmp_path: Path) -> None:
    """The tests of the door pass with every write of the municipality converted from a file and compared."""
    count = tmp_path / "converted"
    line = [sys.executable, "-m", "pytest", "-q", "-p", "tests.repository.file_way", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*line, "-m", "not slow", f"tests/{folder}"],
        env={**os.environ, COUNTED: str(count)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    total = sum(map(int, count.read_text().split()))
    sys.stdout.write(f"{folder}: {total} writes converted\n")
    assert total >= least

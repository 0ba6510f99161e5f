"""A line of a promise that is gone, changed or new is named, with the file it stands in and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.promised import pinned

if TYPE_CHECKING:
    from pathlib import Path

PROMISED = "# Addresses\n/fhir  POST\n/healthz  GET\n/readyz  GET\n"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (["/fhir  POST", "/readyz  GET"], ["{file}:3: gone or changed: /healthz  GET"]),
        (
            ["/fhir  GET", "/healthz  GET", "/readyz  GET"],
            ["{file}:2: gone or changed: /fhir  POST", "{file}: new, add it: /fhir  GET"],
        ),
        (
            ["/fhir  POST", "/healthz  GET", "/readyz  GET", "/metrics  GET"],
            ["{file}: new, add it: /metrics  GET"],
        ),
        (["/fhir  POST", "/healthz  GET", "/readyz  GET"], []),
    ],
    ids=["gone", "changed", "new", "as promised"],
)
def test_each_difference_is_named_with_file_and_line(
    tmp_path: Path, found: list[str], told: list[str]
) -> None:
    """The line number counts comment lines, which are not compared."""
    file = tmp_path / "routes.txt"
    file.write_text(PROMISED)
    assert list(pinned.differences(str(file), found)) == [line.format(file=file) for line in told]


def test_a_difference_names_the_command_that_accepts_it(tmp_path: Path) -> None:
    """The message names the command that rewrites the files, and the changelog."""
    file = tmp_path / "routes.txt"
    file.write_text(PROMISED)
    with pytest.raises(AssertionError, match=r"python -m tests\.promised.*CHANGELOG\.md"):
        pinned.compare(str(file), [])


def test_writing_keeps_the_comment_lines(tmp_path: Path) -> None:
    """The rewritten file has its comment lines, followed by the lines found now."""
    file = tmp_path / "routes.txt"
    file.write_text(PROMISED)
    pinned.write(str(file), ["/fhir  GET"])
    assert file.read_text() == "# Addresses\n/fhir  GET\n"

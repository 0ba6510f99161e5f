"""`ip-adapter validate` on broken and hostile packages, profiles and resources."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conformance.broken_inputs import BROKEN, PROFILE, SOUND

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 20
"""No input may take longer, also on a busy machine."""

_CODE = "import sys; from adapter.cli import main; main(sys.argv[1:])"


def _validated(folder: Path, resource: bytes, package: bytes | None, *arguments: str) -> tuple[int, str, str]:
    (folder / "resource.json").write_bytes(resource)
    command = [sys.executable, "-c", _CODE, "validate", str(folder / "resource.json"), *arguments]
    if package is not None:
        (folder / "package.tgz").write_bytes(package)
        command += ["--package", str(folder / "package.tgz")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    return done.returncode, done.stdout, done.stderr


def test_the_package_that_is_not_broken_is_taken(tmp_path: Path) -> None:
    """The same resource with a sound package and its profile is valid, so it is the fault that is refused."""
    resource = BROKEN["a truncated package"].resource
    code, told, wrong = _validated(tmp_path, resource, SOUND, "--profile", PROFILE)
    assert (code, wrong) == (0, ""), told


@pytest.mark.slow
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_input_gives_a_finding_or_one_line(name: str, tmp_path: Path) -> None:
    """A broken input ends with findings, or with exit code 2 and one line; it is never valid."""
    broken = BROKEN[name]
    code, told, wrong = _validated(tmp_path, broken.resource, broken.package, *broken.arguments)
    assert "Traceback" not in told + wrong
    assert code in (1, 2), told
    assert ("finding" if code == 1 else "refused") in broken.outcomes, told + wrong
    if code == 1:
        assert told.strip()
    else:
        assert len(wrong.splitlines()) == 1, wrong

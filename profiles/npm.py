"""Runs the compilers of FHIR Shorthand, SUSHI and GoFSH, with the packages of FHIR in a folder of the build.

Both are npm packages. They look for FHIR packages under the home folder, so their home is the build's:
nothing is read from or written to the user's own. What is not there they try to download, and go on without
it.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

VERSIONS = ("fsh-sushi@3.21.0", "gofsh@2.6.1")
_FAULT = re.compile(r"^(error|warn)\s+(.*)$")


class CompilerError(Exception):
    """A compiler found errors; the text is its own lines."""


@dataclass(frozen=True)
class Compilers:
    """SUSHI and GoFSH in a folder of the build, installed on first use, without scripts of npm packages."""

    folder: Path

    @property
    def packages(self) -> Path:
        """The folder of FHIR packages."""
        return self.folder / "home" / ".fhir" / "packages"

    def install(self) -> None:
        """Install both; npm does nothing when they are there.

        Raises:
            subprocess.CalledProcessError: npm could not install them.
        """
        if not all((self._bin / name).exists() for name in ("sushi", "gofsh")):
            self.folder.mkdir(parents=True, exist_ok=True)
            options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(self.folder)]
            subprocess.run(["npm", "install", "--silent", *options, *VERSIONS], check=True)  # noqa: S603, S607

    def gofsh(self, definitions: Path, project: Path) -> None:
        """Write definitions in JSON as FSH, into ``project/input/fsh``."""
        self._run("gofsh", str(definitions), "--out", str(project), "--useFHIRVersion", "4.0.1")

    def sushi(self, project: Path, known: tuple[str, ...]) -> list[str]:
        """Compile a project to definitions with snapshots, into ``project/fsh-generated/resources``.

        Args:
            project: the folder with sushi-config.yaml.
            known: the beginnings of faults that are known and harmless.

        Returns:
            The warnings and errors that are not known.
        """
        faults = self._run("sushi", "build", str(project), "--snapshot")
        return [fault for fault in faults if not fault.partition(": ")[2].startswith(known)]

    def _run(self, name: str, *arguments: str) -> list[str]:
        """The warnings and errors a compiler prints."""
        done = subprocess.run(  # noqa: S603 - the compilers and folders of the build
            [str(self._bin / name), *arguments],
            env={**os.environ, "HOME": str(self.folder / "home")},
            capture_output=True,
            text=True,
            check=False,
        )
        lines = (done.stdout + done.stderr).splitlines()
        return [f"{match[1]}: {match[2]}" for match in map(_FAULT.match, lines) if match]

    @property
    def _bin(self) -> Path:
        return self.folder / "node_modules" / ".bin"

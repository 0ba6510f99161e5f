"""Search for FHIR files by name, folder or pattern, as not every shell expands patterns."""

from __future__ import annotations

from dataclasses import dataclass, field
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.fhir.codec.sniffing import is_fhir

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LARGEST_FILE = 64 * 1024 * 1024
SUFFIXES = frozenset({".json", ".xml", ".ndjson"})
"""Suffixes of the files that are read in a folder and in its subfolders."""


@dataclass(frozen=True, slots=True)
class FhirFile:
    """One file and its content."""

    path: Path
    data: bytes


@dataclass(slots=True)
class FileSearch:
    """One search for files; counts files that are not FHIR and lists the reason for each read failure."""

    passed_over: int = 0
    failures: list[str] = field(default_factory=list)

    def files(self, names: Iterable[str]) -> Iterator[FhirFile]:
        """Each file once: a named file whatever it holds, and a file in a folder if it is FHIR."""
        paths: dict[Path, bool] = {}
        for path, is_named in self._paths(names):
            paths[path] = is_named or paths.get(path, False)
        for path, is_named in paths.items():
            data = self._read(path)
            if data is not None and (is_named or is_fhir(data)):
                yield FhirFile(path, data)
            elif data is not None:
                self.passed_over += 1

    def _paths(self, names: Iterable[str]) -> Iterator[tuple[Path, bool]]:
        """Each path, and whether the user named the file (by name or pattern) or a folder above it."""
        for name in names:
            path = Path(name)
            if not path.exists() and has_magic(name):
                matched = sorted(Path(one) for one in glob(name, recursive=True))
            else:
                matched = [path] if path.exists() else []
            if not matched:
                self.failures.append(f"{name}: no such file")
            for one in matched:
                if one.is_dir():
                    yield from ((below, False) for below in _below(one))
                else:
                    yield one, True

    def _read(self, path: Path) -> bytes | None:
        try:
            if path.stat().st_size <= LARGEST_FILE:
                return path.read_bytes()
            self.failures.append(f"{path}: larger than {LARGEST_FILE // 2**20} MB")
        except OSError as error:
            self.failures.append(f"{path}: {error.strerror}")
        return None


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())

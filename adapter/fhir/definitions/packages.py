"""FHIR packages: the definitions of a table of the project, of a folder, or of a package file (.tgz).

A package is indexed by canonical; a definition is read when it is asked for. Nothing is unpacked to disk.
https://hl7.org/fhir/R4/packages.html.
"""

from __future__ import annotations

import gzip
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import TYPE_CHECKING, Any

import msgspec

from adapter.errors import AdapterError
from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.sniffing import is_fhir, sniff
from adapter.fhir.codec.stored import read_stored, same
from adapter.fhir.definitions.canonical_members import comparable
from adapter.fhir.definitions.terminology_shapes import misshapen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

KINDS = frozenset({"StructureDefinition", "ValueSet", "CodeSystem"})
"""The definitions that validation reads; other resources of a package are passed over."""

MOST_FILES = 50_000
MOST_BYTES = 512 * 1024 * 1024
LARGEST_FILE = 64 * 1024 * 1024

_SKIPPED_FOLDERS = frozenset({"example", "examples", "openapi", "xml", "other", "tests"})
_reading = Lock()


class PackageError(Exception):
    """A package that cannot be read; the text is one line: what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a definition; ``read`` gives its tree. ``supplements`` is a code system it adds to."""

    version: str
    read: Callable[[], dict[str, Any]]
    supplements: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """The definitions of a package by kind and canonical, and its name with version: ``name#version``."""

    name: str
    editions: Mapping[tuple[str, str], tuple[Edition, ...]]


class _Head(msgspec.Struct):
    """The elements of a resource that the index needs; values of other types are refused by msgspec."""

    resourceType: str = ""  # noqa: N815 - FHIR's spelling
    url: str = ""
    version: str = ""
    supplements: str = ""


class _Manifest(msgspec.Struct):
    """The elements of package.json that name a package."""

    name: str = ""
    version: str = ""


@cache
def table(path: Path, name: str) -> Package:
    """The package of a table that :mod:`adapter.fhir.definitions.build` made."""
    # In memory, since forked processes would share the position in an open file.
    archive = zipfile.ZipFile(BytesIO(path.read_bytes()))

    @cache
    def group(member: str) -> Any:
        with _reading:
            return read_stored(archive.read(member))

    def read(member: str, url: str) -> dict[str, Any]:
        return dict(group(member)[url])

    return Package(
        name,
        {
            (kind, url): (Edition(version or "", partial(read, member, url), *of),)
            for kind, urls in group("canonicals").items()
            for url, (member, version, *of) in urls.items()
        },
    )


def package(path: Path) -> Package:
    """The package in a folder, in its subfolder ``package``, or in a package file (.tgz).

    Raises:
        PackageError: the path cannot be read, exceeds a bound, or holds a file that is not JSON or XML.
    """
    try:
        return _indexed(_folder_files(path) if path.is_dir() else _archive_files(path), path.name)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        reason = (
            error.strerror if isinstance(error, OSError) and error.strerror else "not a package file (.tgz)"
        )
        raise PackageError(f"{path}: {reason}. Name a folder or a .tgz file.") from None


def _folder_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The JSON and XML files below a folder, with their names; folders of examples are passed over."""
    root = folder / "package" if (folder / "package").is_dir() else folder
    for path in sorted(root.rglob("*")):
        inner = path.relative_to(root)
        if (
            path.suffix in {".json", ".xml"}
            and path.is_file()
            and not _SKIPPED_FOLDERS.intersection(inner.parts[:-1])
        ):
            if path.stat().st_size > LARGEST_FILE:
                raise PackageError(f"{path}: larger than {LARGEST_FILE // 2**20} MB. Leave the file out.")
            yield inner.as_posix(), path.read_bytes()


class _Unpacked(gzip.GzipFile):
    """The bytes of an archive; all of them count, also those of members that no one reads."""

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes."""
        data = super().read(size)
        if self.tell() > MOST_BYTES:
            raise PackageError(f"{self.name}: more than {MOST_BYTES // 2**20} MB. Name a smaller package.")
        return data


def _archive_files(path: Path) -> Iterator[tuple[str, bytes]]:
    """The JSON files in the folder ``package`` of an archive, with their names."""
    with _Unpacked(path) as unpacked, tarfile.open(fileobj=unpacked, mode="r|") as archive:
        for count, member in enumerate(archive, 1):
            if count > MOST_FILES:
                raise PackageError(f"{path}: more than {MOST_FILES} files. Name a smaller package.")
            inner = PurePosixPath(member.name)
            named = (inner, PurePosixPath(member.linkname)) if member.linkname else (inner,)
            if any(one.is_absolute() or ".." in one.parts for one in named):
                raise PackageError(
                    f"{path}: a name in the archive leaves its folder. Do not use this package."
                )
            if not member.isfile() or inner.suffix != ".json" or inner.parts[:-1] != ("package",):
                continue
            file = archive.extractfile(member)
            if member.size > LARGEST_FILE or file is None:
                raise PackageError(
                    f"{path}: {inner.name} is larger than {LARGEST_FILE // 2**20} MB. Leave it out."
                )
            yield inner.name, file.read()


def _indexed(files: Iterable[tuple[str, bytes]], name: str) -> Package:
    editions: dict[tuple[str, str], tuple[Edition, ...]] = {}
    bytes_read = 0
    for count, (file, data) in enumerate(files, 1):
        bytes_read += len(data)
        if count > MOST_FILES or bytes_read > MOST_BYTES:
            raise PackageError(
                f"{name}: more than {MOST_FILES} files or {MOST_BYTES // 2**20} MB. Name a smaller package."
            )
        if file == "package.json":
            name = _name(data) or name
            continue
        head, edition = _edition(data, f"{name}/{file}")
        if head.resourceType in KINDS and head.url:
            _add(editions, (head.resourceType, head.url), edition, name)
    return Package(name, editions)


def _add(
    editions: dict[tuple[str, str], tuple[Edition, ...]], key: tuple[str, str], edition: Edition, name: str
) -> None:
    """Add a definition; the same version of it twice must be the same definition."""
    others = editions.get(key, ())
    if twin := next((one for one in others if one.version == edition.version), None):
        if not same(comparable(twin.read()), comparable(edition.read())):
            raise PackageError(
                f"{name}: {key[1]} is defined twice, differently. Remove one of the definitions."
            )
        return
    editions[key] = (*others, edition)


def _edition(data: bytes, file: str) -> tuple[_Head, Edition]:
    """The head of a resource, and its definition; XML is read at once, JSON when it is asked for."""
    format_, text, _ = sniff(data)

    @cache
    def read() -> dict[str, Any]:
        try:
            tree = read_received(text, format_)
        except AdapterError as refusal:
            raise PackageError(f"{file}: {refusal.findings[0].as_line()}") from None
        if fault := misshapen(tree):
            raise PackageError(f"{file}: {fault}. Correct the file, or remove it from the package.")
        return tree

    is_xml = format_ == "xml"
    if is_xml and not is_fhir(data):
        return _Head(), Edition("", read)
    try:
        head = msgspec.convert(read(), _Head) if is_xml else msgspec.json.decode(text, type=_Head)
    except msgspec.ValidationError:
        return _Head(), Edition("", read)
    except (msgspec.DecodeError, RecursionError):
        raise PackageError(f"{file}: not JSON. Correct the file, or remove it from the package.") from None
    return head, Edition(head.version, read, head.supplements.partition("|")[0])


def _name(data: bytes) -> str:
    try:
        manifest = msgspec.json.decode(data, type=_Manifest)
    except (msgspec.DecodeError, RecursionError):
        return ""
    return f"{manifest.name}#{manifest.version}" if manifest.name and manifest.version else manifest.name

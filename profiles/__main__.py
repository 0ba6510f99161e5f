"""``python -m profiles NO_BASIS [DEFINITIONS]``: compile the profiles, and make their FHIR package.

NO_BASIS is the folder of HL7 Norge's definitions as XML. Writes DEFINITIONS, or ``profiles/definitions``
(committed: generated terminology and extensions, differentials of profiles), and
``build/profiles/<name>-<version>.tgz`` (definitions with snapshots). Exit codes: 0 compiled, 1 SUSHI has
an error or a warning that is not known.
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
import sys
import tarfile
from pathlib import Path
from typing import Any

from adapter.mapping.artefacts.__main__ import artefacts, as_file
from adapter.settings import mappings_folder
from profiles.dependencies import add_core, add_no_basis
from profiles.npm import Compilers

HERE = Path(__file__).parent
DEFINITIONS = HERE / "definitions"
BUILD = HERE.parent / "build" / "profiles"

KNOWN = (
    "Failed to load automatically-provided hl7.",  # HL7's tools and terminology: nothing here names them
    "The FSHOnly property is set to true",  # no web pages are made
)
"""Warnings of SUSHI that are known, with the reason they are harmless."""

_LEFT_OUT = ("snapshot", "mapping")
"""What SUSHI copies from the base of a profile, and readers take from the base."""


def main(no_basis: Path, definitions: Path = DEFINITIONS) -> int:
    """Compile everything; the exit code."""
    compilers = Compilers(BUILD / "compilers")
    compilers.install()
    add_core(compilers.packages)
    add_no_basis(no_basis, compilers, BUILD / "no-basis")
    project = _project(compilers)
    faults = compilers.sushi(project, KNOWN)
    for fault in faults:
        print(fault, file=sys.stderr)
    if any(fault.startswith("error") for fault in faults):
        return 1
    compiled = _read(project / "fsh-generated" / "resources")
    committed = _committed(compiled)
    shutil.rmtree(definitions, ignore_errors=True)
    definitions.mkdir()
    for name, content in committed.items():
        (definitions / name).write_bytes(content)
    print(_package(committed, compiled))
    return 1 if faults else 0


def _project(compilers: Compilers) -> Path:
    """The project SUSHI compiles: the FSH of this folder, and generated and foreign extensions as FSH."""
    generated, project = BUILD / "generated", BUILD / "project"
    for folder in (generated, project):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    for name, content in artefacts(mappings_folder()):
        if name.startswith("StructureDefinition-"):  # FSH names terminology by its canonical URL alone
            (generated / name).write_bytes(content)
    for path in (HERE / "foreign").glob("*.json"):
        shutil.copy(path, generated)
    compilers.gofsh(generated, project)
    shutil.copytree(HERE / "fsh", project / "input" / "fsh" / "own")
    shutil.copy(HERE / "sushi-config.yaml", project)
    return project


def _read(folder: Path) -> dict[str, dict[str, Any]]:
    """The definitions in a folder, by file name."""
    return {path.name: json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))}


def _committed(compiled: dict[str, dict[str, Any]]) -> dict[str, bytes]:
    """The files to commit: generated ones as they are, and the others without what is their base's."""
    own = dict(artefacts(mappings_folder()))
    foreign = {path.name for path in (HERE / "foreign").glob("*.json")}
    for name, resource in compiled.items():
        if name not in own and name not in foreign:
            own[name] = as_file({key: value for key, value in resource.items() if key not in _LEFT_OUT})
    return dict(sorted(own.items()))


def _package(committed: dict[str, bytes], compiled: dict[str, dict[str, Any]]) -> Path:
    """The FHIR package with snapshots: the committed definitions with the snapshots of the compiled ones."""
    manifest = json.loads((HERE / "package.json").read_bytes())
    foreign = {path.name: path.read_bytes() for path in (HERE / "foreign").glob("*.json")}
    files = {"package.json": (HERE / "package.json").read_bytes()}
    index = []
    for name, content in sorted({**committed, **foreign}.items()):
        resource = json.loads(content)
        if "snapshot" in compiled.get(name, {}):
            resource["snapshot"] = compiled[name]["snapshot"]
        files[name] = as_file(resource)
        keys = ("resourceType", "id", "url", "version", "kind", "type")
        index.append({"filename": name, **{key: resource[key] for key in keys if key in resource}})
    files[".index.json"] = json.dumps({"index-version": 2, "files": index}).encode()
    path = BUILD / f"{manifest['name']}-{manifest['version']}.tgz"
    path.write_bytes(_archive(files))
    return path


def _archive(files: dict[str, bytes]) -> bytes:
    """The files under ``package/`` as .tgz; the same files always give the same bytes."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(tar.getvalue(), mtime=0)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))

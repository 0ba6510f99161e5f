"""Inputs that are broken or hostile, with the kind of outcome that each must have.

``finding``: the command ends with 1 and reports at least one finding. ``refused``: it ends with 2 and one
line on the error stream. An input may allow both; none may give a traceback, take long, or be called valid.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.conformance.base_cases import INVALID, patient

Outcome = Literal["finding", "refused"]

BASE = "https://odelagt.example/fhir/StructureDefinition"
PROFILE = f"{BASE}/a"
PATIENT = json.dumps(patient(name=[{"family": "a" * 40 + "!"}])).encode()
FINDING: frozenset[Outcome] = frozenset({"finding"})
REFUSED: frozenset[Outcome] = frozenset({"refused"})


@dataclass(frozen=True, slots=True)
class Broken:
    """A resource, a package as the bytes of a tgz, and the outcomes that are right; None: no package."""

    outcomes: frozenset[Outcome]
    package: bytes | None = None
    resource: bytes = PATIENT
    arguments: tuple[str, ...] = field(default=("--profile", PROFILE))


def profile(
    name: str = "a", base: str = "http://hl7.org/fhir/StructureDefinition/Patient", **root: Any
) -> bytes:
    """A profile of Patient whose root element has these rules."""
    return json.dumps(
        {
            "resourceType": "StructureDefinition",
            "id": name,
            "url": f"{BASE}/{name}",
            "name": name.upper(),
            "status": "draft",
            "fhirVersion": "4.0.1",
            "kind": "resource",
            "abstract": False,
            "type": "Patient",
            "baseDefinition": base,
            "derivation": "constraint",
            "differential": {"element": [{"id": "Patient", "path": "Patient", **root}]},
        }
    ).encode()


def constrained(expression: str) -> bytes:
    """A package whose profile has one constraint."""
    constraint = {"key": "a-1", "severity": "error", "human": "Prøve", "expression": expression}
    return package({"package/StructureDefinition-a.json": profile(constraint=[constraint])})


def package(members: dict[str, bytes], *, link: str = "") -> bytes:
    """A FHIR package as a tgz with these members, and with a symbolic link to a path outside of it."""
    manifest = json.dumps({"name": "odelagt", "version": "1.0.0", "fhirVersions": ["4.0.1"]}).encode()
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, content in {"package/package.json": manifest, **members}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        if link:
            member = tarfile.TarInfo("package/StructureDefinition-b.json")
            member.type, member.linkname = tarfile.SYMTYPE, link
            archive.addfile(member)
    return data.getvalue()


def bomb() -> bytes:
    """A tgz of about a megabyte with one member of a gigabyte."""
    member = tarfile.TarInfo("package/StructureDefinition-a.json")
    member.size = 2**30
    zeros = gzip.compress(bytes(2**24), 9)
    return gzip.compress(member.tobuf()) + zeros * 64 + gzip.compress(bytes(10240))


SOUND = package({"package/StructureDefinition-a.json": profile()})

BROKEN: dict[str, Broken] = {
    "a package with a path out of it": Broken(REFUSED, package({"package/../../a.json": profile()})),
    "a package with an absolute path": Broken(REFUSED, package({"/tmp/a.json": profile()})),  # noqa: S108
    "a package with a link out of it": Broken(REFUSED, package({}, link="../../../etc/hostname")),
    "a truncated package": Broken(REFUSED, SOUND[: len(SOUND) // 2]),
    "a package that is no archive": Broken(REFUSED, b"not an archive"),
    "a package with a member of a gigabyte": Broken(REFUSED, bomb()),
    "a definition that is not JSON": Broken(
        FINDING | REFUSED, package({"package/StructureDefinition-a.json": b"{"})
    ),
    "a profile that is its own base": Broken(
        FINDING | REFUSED, package({"package/StructureDefinition-a.json": profile(base=PROFILE)})
    ),
    "two profiles that are each other's base": Broken(
        FINDING | REFUSED,
        package(
            {
                "package/StructureDefinition-a.json": profile(base=f"{BASE}/b"),
                "package/StructureDefinition-b.json": profile("b", base=PROFILE),
            }
        ),
    ),
    "a constraint that does not parse": Broken(FINDING | REFUSED, constrained("name.exists( and")),
    "a constraint that nests ten thousand times": Broken(
        FINDING | REFUSED, constrained("(" * 10_000 + "false" + ")" * 10_000)
    ),
    "a constraint with a regular expression that explodes": Broken(
        FINDING, constrained("name.family.matches('^(a+)+$')")
    ),
    "a constraint that takes exponential steps": Broken(
        FINDING, constrained("descendants()" + ".select(%resource.descendants())" * 12 + ".empty()")
    ),
    "an element of FHIR R5": Broken(FINDING, resource=json.dumps(INVALID[35][1]).encode(), arguments=()),
    "a resource that is not JSON": Broken(FINDING | REFUSED, resource=b'{"resourceType": P', arguments=()),
    "a truncated resource": Broken(FINDING | REFUSED, resource=PATIENT[:-20], arguments=()),
}
"""Name -> the input."""

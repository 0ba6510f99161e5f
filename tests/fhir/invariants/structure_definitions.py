"""StructureDefinition and ElementDefinition: a valid profile, and what breaks its invariants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fhir.invariants.clinical import Broken

ROOT: dict[str, Any] = {"id": "Patient", "path": "Patient"}
NAME: dict[str, Any] = {"id": "Patient.name", "path": "Patient.name"}
FULL: dict[str, Any] = {
    "definition": "x",
    "min": 0,
    "max": "*",
    "base": {"path": "Patient", "min": 0, "max": "*"},
}
EXTENSION: dict[str, Any] = {"id": "Extension", "path": "Extension"}
HL7 = "http://hl7.org/fhir/StructureDefinition/proeve"

SOUND: dict[str, dict[str, Any]] = {
    "StructureDefinition": {
        "url": "https://epj.example/StructureDefinition/x",
        "name": "Navn",
        "status": "draft",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "derivation": "constraint",
        "snapshot": {"element": [ROOT | FULL, NAME | FULL]},
        "differential": {"element": [ROOT, NAME]},
    }
}


def _differential(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"differential": {"element": list(elements)}}


def _element(**element: Any) -> dict[str, Any]:
    """A differential whose second element has these rules."""
    return _differential(ROOT, {**NAME, **element})


def _snapshot(*elements: dict[str, Any], **name: Any) -> dict[str, Any]:
    """A snapshot of these elements, or of the root and a second element with these rules."""
    named = {key: value for key, value in {**NAME, **FULL, **name}.items() if value is not None}
    return {"snapshot": {"element": list(elements) or [ROOT | FULL, named]}}


_LOGICAL = {"kind": "logical", "derivation": "specialization"}
_RULE = {"key": "x-1", "severity": "error", "human": "x"}
_AT = ".differential.element[1]"

BROKEN: list[Broken] = [
    ("StructureDefinition", key, place, changes)
    for key, place, changes in (
        ("eld-1", f"{_AT}.slicing", _element(slicing={"rules": "open"})),
        ("eld-2", _AT, _element(min=2, max="1")),
        ("eld-3", f"{_AT}.max", _element(max="-1")),
        ("eld-4", f"{_AT}.type[0]", _element(type=[{"code": "string", "aggregation": ["bundled"]}])),
        ("eld-5", _AT, _element(contentReference="#Patient.name", type=[{"code": "string"}])),
        ("eld-6", _AT, _element(fixedString="x", type=[{"code": "string"}, {"code": "code"}])),
        ("eld-7", _AT, _element(patternString="x", type=[{"code": "string"}, {"code": "code"}])),
        ("eld-8", _AT, _element(fixedString="x", patternString="x")),
        ("eld-12", f"{_AT}.binding", _element(binding={"strength": "example", "valueSet": "ftp://x/y"})),
        ("eld-13", _AT, _element(type=[{"code": "string"}, {"code": "string"}])),
        ("eld-14", _AT, _element(constraint=[_RULE | {"expression": "true"}] * 2)),
        ("eld-15", _AT, _element(defaultValueString="x", meaningWhenMissing="x")),
        ("eld-16", _AT, _element(sliceName="x y")),
        ("eld-17", f"{_AT}.type[0]", _element(type=[{"code": "string", "targetProfile": [HL7]}])),
        ("eld-18", _AT, _element(isModifier=True)),
        ("eld-19", _AT, _element(path="Patient.name,")),
        ("eld-20", _AT, _element(path="Patient.Name")),
        ("eld-21", f"{_AT}.constraint[0]", _element(constraint=[_RULE])),
        ("eld-22", _AT, _element(sliceIsConstraining=True)),
        ("sdf-0", "", {"name": "1 navn"}),
        ("sdf-1", "", _LOGICAL | _snapshot(ROOT | FULL, NAME | FULL, NAME | FULL | {"id": "x"})),
        ("sdf-2", ".mapping[0]", {"mapping": [{"identity": "x"}]}),
        ("sdf-3", ".snapshot", _snapshot(definition=None)),
        ("sdf-4", "", {"baseDefinition": None}),
        ("sdf-5", "", {"type": "Extension"} | _snapshot(EXTENSION | FULL) | _differential(EXTENSION)),
        ("sdf-6", "", {"snapshot": None, "differential": None}),
        ("sdf-8", ".snapshot", _snapshot(path="Person.name")),
        ("sdf-8a", ".differential", _element(path="Person.name")),
        ("sdf-8b", ".snapshot", _snapshot(base=None)),
        ("sdf-9", "", _differential(ROOT | {"label": "x"})),
        ("sdf-10", ".snapshot.element[1]", _snapshot(binding={"strength": "example"})),
        ("sdf-11", "", _snapshot({"id": "Person", "path": "Person"} | FULL)),
        ("sdf-14", "", _differential(ROOT, {"path": "Patient.name"})),
        ("sdf-15", "", _snapshot(ROOT | FULL | {"type": [{"code": "Patient"}]})),
        ("sdf-15a", "", _differential(ROOT | {"type": [{"code": "Patient"}]})),
        ("sdf-16", "", _snapshot(ROOT | FULL, NAME | FULL, NAME | FULL)),
        ("sdf-17", "", _differential(ROOT, NAME, NAME)),
        ("sdf-18", "", {"contextInvariant": ["true"]}),
        ("sdf-19", "", {"url": HL7} | _element(type=[{"code": "a-b"}])),
        ("sdf-20", ".differential", _differential(ROOT | {"slicing": {"rules": "open", "description": "x"}})),
        ("sdf-21", "", _element(defaultValueString="x")),
        ("sdf-22", "", {"url": HL7} | _element(defaultValueString="x")),
        ("sdf-23", "", _differential(ROOT | {"sliceName": "x"})),
    )
]  # fmt: skip

"""Conformance and knowledge artefacts: a valid resource of each type, and what breaks its invariants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fhir.invariants.clinical import Broken

X: dict[str, Any] = {"text": "x"}
URL, DRAFT = "https://epj.example/x", {"status": "draft"}
REFERENCE = {"reference": "EvidenceVariable/1"}
IDENTIFIED = {"url": URL, "name": "Navn", **DRAFT}

SOUND: dict[str, dict[str, Any]] = {
    "ActivityDefinition": DRAFT,
    "CapabilityStatement": {
        **DRAFT,
        "date": "2026",
        "kind": "instance",
        "description": "x",
        "implementation": {"description": "x"},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [{"mode": "server", "resource": [{"type": "Patient"}]}],
    },
    "CodeSystem": {
        **DRAFT,
        "content": "complete",
        "concept": [{"code": "a", "concept": [{"code": "b"}]}, {"code": "c"}],
    },
    "CompartmentDefinition": {**IDENTIFIED, "code": "Patient", "search": True},
    "ConceptMap": {
        **DRAFT,
        "group": [{"element": [{"target": [{"equivalence": "equal"}]}], "unmapped": {"mode": "provided"}}],
    },
    "EffectEvidenceSynthesis": {
        **DRAFT,
        **dict.fromkeys(("population", "exposure", "exposureAlternative", "outcome"), REFERENCE),
    },
    "EventDefinition": {**DRAFT, "trigger": [{"type": "named-event", "name": "x"}]},
    "Evidence": {**DRAFT, "exposureBackground": REFERENCE},
    "EvidenceVariable": {**DRAFT, "characteristic": [{"definitionCanonical": URL}]},
    "ExampleScenario": DRAFT,
    "GraphDefinition": {**DRAFT, "name": "Navn", "start": "Patient"},
    "ImplementationGuide": {
        **IDENTIFIED,
        "packageId": "x.y",
        "fhirVersion": ["4.0.1"],
        "definition": {
            "grouping": [{"id": "g", "name": "x"}],
            "resource": [{"reference": REFERENCE, "groupingId": "g", "fhirVersion": ["4.0.1"]}],
        },
    },
    "Library": {**DRAFT, "type": X},
    "Measure": {**DRAFT, "group": [{"stratifier": [{"code": X}]}]},
    "MessageDefinition": {
        **DRAFT,
        "date": "2026",
        "eventUri": "urn:x",
        "focus": [{"code": "Patient", "min": 0, "max": "*"}, {"code": "Basic", "min": 0}],
    },
    "NamingSystem": {
        **DRAFT,
        "name": "Navn",
        "kind": "root",
        "date": "2026",
        "uniqueId": [
            {"type": "oid", "value": "2.16.578.1", "preferred": True},
            {"type": "oid", "value": "2.16.578.2"},
        ],
    },
    "OperationDefinition": {
        **DRAFT,
        "name": "Navn",
        "kind": "operation",
        "code": "x",
        "system": True,
        "type": False,
        "instance": False,
        "parameter": [{"name": "x", "use": "in", "min": 0, "max": "1", "type": "string"}],
    },
    "PlanDefinition": DRAFT,
    "Questionnaire": {
        **DRAFT,
        "item": [
            {"linkId": "1", "type": "string"},
            {"linkId": "2", "type": "group", "item": [{"linkId": "3", "type": "display"}]},
        ],
    },
    "ResearchDefinition": {**DRAFT, "population": REFERENCE | {"reference": "ResearchElementDefinition/1"}},
    "ResearchElementDefinition": {
        **DRAFT,
        "type": "population",
        "characteristic": [{"definitionCanonical": URL}],
    },
    "RiskEvidenceSynthesis": {**DRAFT, "population": REFERENCE, "outcome": REFERENCE},
    "SearchParameter": {
        **IDENTIFIED,
        "description": "x",
        "code": "x",
        "base": ["Patient"],
        "type": "string",
    },
    "StructureMap": {
        **IDENTIFIED,
        "group": [
            {
                "name": "x",
                "typeMode": "none",
                "input": [{"name": "x", "mode": "source"}],
                "rule": [{"name": "x", "source": [{"context": "x"}]}],
            }
        ],
    },
    "TerminologyCapabilities": {**DRAFT, "date": "2026", "kind": "requirements", "description": "x"},
    "ValueSet": {**DRAFT, "compose": {"include": [{"system": "urn:x"}]}},
}


def _rest(**resource: Any) -> dict[str, Any]:
    return {"rest": [{"mode": "server", "resource": [{"type": "Patient", **resource}]}]}


def _parameter(**parameter: Any) -> dict[str, Any]:
    return {"parameter": [{"name": "x", "use": "in", "min": 0, "max": "1", **parameter}]}


def _item(**item: Any) -> dict[str, Any]:
    return {"item": [{"linkId": "1", **item}]}


def _target(**target: Any) -> dict[str, Any]:
    rule = {"name": "x", "source": [{"context": "x"}], "target": [target]}
    group = {"name": "x", "typeMode": "none", "input": [{"name": "x", "mode": "source"}], "rule": [rule]}
    return {"group": [group]}


def _unmapped(mode: str) -> dict[str, Any]:
    return {"group": [{"element": [{"code": "a"}], "unmapped": {"mode": mode}}]}


_GUIDE: dict[str, Any] = SOUND["ImplementationGuide"]["definition"]
_COMPONENT = {"criteria": {"language": "text/cql", "expression": "x"}}
_WHEN = {"question": "2", "operator": "=", "answerString": "x"}

BROKEN: list[Broken] = [
    *(
        (type_name, f"{prefix}-0", "", {"name": "1 navn"})
        for prefix, type_name in {
            "adf": "ActivityDefinition", "cmd": "ConceptMap",
            "cpb": "CapabilityStatement", "cpd": "CompartmentDefinition", "csd": "CodeSystem",
            "ees": "EffectEvidenceSynthesis", "esc": "ExampleScenario", "evd": "EventDefinition",
            "evi": "Evidence", "evv": "EvidenceVariable", "gdf": "GraphDefinition",
            "ig": "ImplementationGuide", "lib": "Library", "mea": "Measure", "msd": "MessageDefinition",
            "nsd": "NamingSystem", "opd": "OperationDefinition", "pdf": "PlanDefinition",
            "que": "Questionnaire", "red": "ResearchElementDefinition", "rsd": "ResearchDefinition",
            "rvs": "RiskEvidenceSynthesis", "smp": "StructureMap", "spd": "SearchParameter",
            "tcp": "TerminologyCapabilities", "vsd": "ValueSet",
        }.items()
    ),
    ("CapabilityStatement", "cpb-1", "", {"rest": None}),
    (
        "CapabilityStatement",
        "cpb-2",
        "",
        {"description": None, "implementation": None, "kind": "requirements"},
    ),
    (
        "CapabilityStatement",
        "cpb-3",
        "",
        {
            "kind": "requirements",
            "implementation": None,
            "messaging": [
                {
                    "endpoint": [
                        {
                            "protocol": {
                                "system": "http://terminology.hl7.org/CodeSystem/message-transport",
                                "code": "http",
                            },
                            "address": URL,
                        }
                    ]
                }
            ],
        },
    ),
    (
        "CapabilityStatement",
        "cpb-7",
        "",
        {"document": [{"mode": "producer", "profile": URL}, {"mode": "producer", "profile": URL}]},
    ),
    (
        "CapabilityStatement",
        "cpb-9",
        ".rest[0]",
        {"rest": [{"mode": "server", "resource": [{"type": "Patient"}, {"type": "Patient"}]}]},
    ),
    (
        "CapabilityStatement",
        "cpb-12",
        ".rest[0].resource[0]",
        _rest(searchParam=[{"name": "x", "type": "token"}, {"name": "x", "type": "token"}]),
    ),
    ("CapabilityStatement", "cpb-14", "", {"implementation": None}),
    ("CapabilityStatement", "cpb-15", "", {"kind": "capability"}),
    ("CapabilityStatement", "cpb-16", "", {"kind": "requirements"}),
    ("CodeSystem", "csd-1", "", {"concept": [{"code": "a", "concept": [{"code": "b"}]}, {"code": "b"}]}),
    (
        "ConceptMap",
        "cmd-1",
        ".group[0].element[0].target[0]",
        {"group": [{"element": [{"target": [{"equivalence": "narrower"}]}]}]},
    ),
    ("ConceptMap", "cmd-2", ".group[0].unmapped", _unmapped("fixed")),
    ("ConceptMap", "cmd-3", ".group[0].unmapped", _unmapped("other-map")),
    (
        "ImplementationGuide",
        "ig-1",
        ".definition",
        {"definition": {**_GUIDE, "resource": [{"reference": REFERENCE, "groupingId": "h"}]}},
    ),
    (
        "ImplementationGuide",
        "ig-2",
        "",
        {"definition": {"resource": [{"reference": REFERENCE, "fhirVersion": ["4.0.0"]}]}},
    ),
    ("Measure", "mea-1", "", {"group": [{"stratifier": [{"description": "x", "component": [_COMPONENT]}]}]}),
    ("MessageDefinition", "md-1", ".focus[0]", {"focus": [{"code": "Patient", "min": 0, "max": "0"}]}),
    ("NamingSystem", "nsd-1", "", {"uniqueId": [{"type": "uuid", "value": "x"}]}),
    (
        "NamingSystem",
        "nsd-2",
        "",
        {"uniqueId": [{"type": "oid", "value": value, "preferred": True} for value in ("2.16.1", "2.16.2")]},
    ),
    ("OperationDefinition", "opd-1", ".parameter[0]", _parameter()),
    ("OperationDefinition", "opd-2", ".parameter[0]", _parameter(type="code", searchType="token")),
    ("OperationDefinition", "opd-3", ".parameter[0]", _parameter(type="string", targetProfile=[URL])),
    ("Questionnaire", "que-1", ".item[0]", _item(type="group")),
    ("Questionnaire", "que-2", "", {"item": [{"linkId": "1", "type": "string"}] * 2}),
    ("Questionnaire", "que-3", ".item[0]", _item(type="display", code=[{"system": "urn:x", "code": "a"}])),
    (
        "Questionnaire",
        "que-4",
        ".item[0]",
        _item(type="choice", answerValueSet=URL, answerOption=[{"valueString": "x"}]),
    ),
    ("Questionnaire", "que-5", ".item[0]", _item(type="boolean", answerValueSet=URL)),
    ("Questionnaire", "que-6", ".item[0]", _item(type="display", required=True)),
    (
        "Questionnaire",
        "que-7",
        ".item[0].enableWhen[0]",
        _item(type="string", enableWhen=[{**_WHEN, "operator": "exists"}]),
    ),
    (
        "Questionnaire",
        "que-8",
        ".item[0]",
        _item(type="display", initial=[{"valueString": "x"}]),
    ),
    ("Questionnaire", "que-9", ".item[0]", _item(type="display", readOnly=True)),
    ("Questionnaire", "que-10", ".item[0]", _item(type="date", maxLength=1)),
    (
        "Questionnaire",
        "que-11",
        ".item[0]",
        _item(type="choice", answerOption=[{"valueString": "x"}], initial=[{"valueString": "x"}]),
    ),
    ("Questionnaire", "que-12", ".item[0]", _item(type="string", enableWhen=[_WHEN, _WHEN])),
    ("Questionnaire", "que-13", ".item[0]", _item(type="string", initial=[{"valueString": "x"}] * 2)),
    ("SearchParameter", "spd-1", "", {"xpath": "x"}),
    ("SearchParameter", "spd-2", "", {"chain": ["x"]}),
    ("StructureMap", "smp-1", ".group[0].rule[0].target[0]", _target(element="x")),
    ("StructureMap", "smp-2", ".group[0].rule[0].target[0]", _target(context="x")),
    (
        "TerminologyCapabilities",
        "tcp-1",
        ".codeSystem[0]",
        {"codeSystem": [{"version": [{"code": "1"}, {"isDefault": True}]}]},
    ),
    ("TerminologyCapabilities", "tcp-2", "", {"description": None}),
    ("TerminologyCapabilities", "tcp-3", "", {"kind": "instance"}),
    ("TerminologyCapabilities", "tcp-4", "", {"kind": "capability"}),
    ("TerminologyCapabilities", "tcp-5", "", {"software": {"name": "x"}}),
    ("ValueSet", "vsd-1", ".compose.include[0]", {"compose": {"include": [{"version": "1"}]}}),
    (
        "ValueSet",
        "vsd-2",
        ".compose.include[0]",
        {"compose": {"include": [{"valueSet": [URL], "concept": [{"code": "a"}]}]}},
    ),
    (
        "ValueSet",
        "vsd-3",
        ".compose.include[0]",
        {
            "compose": {
                "include": [
                    {
                        "system": "urn:x",
                        "concept": [{"code": "a"}],
                        "filter": [{"property": "x", "op": "=", "value": "x"}],
                    }
                ]
            }
        },
    ),
    (
        "ValueSet",
        "vsd-6",
        ".expansion.contains[0]",
        {"expansion": {"timestamp": "2026", "contains": [{"abstract": True}]}},
    ),
    (
        "ValueSet",
        "vsd-9",
        ".expansion.contains[0]",
        {"expansion": {"timestamp": "2026", "contains": [{"display": "x"}]}},
    ),
    (
        "ValueSet",
        "vsd-10",
        ".expansion.contains[0]",
        {"expansion": {"timestamp": "2026", "contains": [{"code": "a"}]}},
    ),
]  # fmt: skip

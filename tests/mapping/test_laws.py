"""The three laws, for every mapping file, over resources that reach every element of their type.

The resources are any valid R4, and every refusal must name a place. The parts are those the resources were
mapped to. Every reason to refuse must be a row of the printed list.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from adapter.errors import Unprocessable
from adapter.fhir.validation.structure import check
from adapter.mapping import PartMapping, installed
from adapter.record.parts import BY_NAME
from adapter.repository.refusal_list import NOT_UNDERSTOOD, OUT_OF_PLACE
from tests.strategies.resources import resources

MAPPINGS = installed()
PARTS = sorted(MAPPINGS.by_part)
AROUND = {"person": "Patient/p1", "ansatt": "Practitioner/a1"}
REASONS = {refusal.message.code for refusal in NOT_UNDERSTOOD + OUT_OF_PLACE}
"""All that a mapping refuses valid R4 for."""
QUICK = settings(max_examples=40, suppress_health_check=list(HealthCheck))
THOROUGH = settings(max_examples=1500, suppress_health_check=list(HealthCheck))


PROPOSAL = "proposal"
"""The intent that makes a ServiceRequest a henvendelse; with another it is a tiltak."""


def placed(mapping: PartMapping, resource: dict[str, Any]) -> dict[str, Any]:
    """The resource with an id and the reference to its owner, as it would be sent."""
    owner = BY_NAME[mapping.part].owner
    reference = {"reference": AROUND["ansatt" if owner == "practitioner" else "person"]}
    intent = resource.get("intent")
    if mapping.part == "henvendelse" or (mapping.part == "tiltak" and intent == PROPOSAL):
        resource = {**resource, "intent": PROPOSAL if mapping.part == "henvendelse" else "plan"}
    return {**resource, "id": "r1", **({owner: reference} if owner else {})}


def taken(
    mapping: PartMapping, resource: dict[str, Any], onto: dict[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The part and residue of a resource; a refusal must name places, and ends the example."""
    ids = (f"new-{number}" for number in itertools.count())
    try:
        return mapping.to_plan(resource, AROUND, onto=onto, new_id=lambda: next(ids))
    except Unprocessable as refused:
        for finding in refused.findings:
            assert finding.expression, finding
            assert finding.expression.startswith(mapping.type), finding
            assert finding.code in REASONS, finding
        assume(False)
        raise


def supplied(sent: Any, given_back: Any) -> Any:
    """``given_back`` without the element ids, meta and fixed or surrounding values that ``sent`` left out."""
    if isinstance(sent, dict) and isinstance(given_back, dict):
        return {key: supplied(sent[key], given_back[key]) for key in given_back if key in sent}
    if isinstance(sent, list) and isinstance(given_back, list) and len(given_back) >= len(sent):
        kept = list(given_back)
        while len(kept) > len(sent):  # a fixed item the sender left out
            extra = next((i for i, one in enumerate(kept) if one not in sent and is_fixed(one)), None)
            if extra is None:
                break
            kept.pop(extra)
        return [supplied(one, other) for one, other in zip(sent, kept, strict=False)] + kept[len(sent) :]
    return given_back


UNSERVED = frozenset({"modifierExtension", "implicitRules", "link"})
"""Modifier elements that are always refused, so that the drawn resources have none."""

FIXED = [
    {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "NOK"}]},
    {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "ECON"}]},
    {"coding": [{"system": "http://snomed.info/sct", "code": "734163000"}]},
    {"coding": [{"system": "http://loinc.org", "code": "LA28865-6"}]},
    {"coding": [{"system": "http://loinc.org", "code": "59284-0"}]},
    {"uri": "https://ip-adapter.example/fhir/samtykke"},
]


def is_fixed(item: Any) -> bool:
    """Is an item one of the fixed items of the printed list?"""
    return item in FIXED


def without_server_owned(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource without id and without ``versionId`` and ``lastUpdated`` of ``meta``."""
    meta = {
        k: v
        for k, v in resource.get("meta", {}).items()
        if k.lstrip("_") not in {"id", "versionId", "lastUpdated"}
    }
    return {**{k: v for k, v in resource.items() if k != "meta"}, **({"meta": meta} if meta else {})}


def hold_laws(part: str, data: st.DataObject) -> None:
    """Draw resources, and assert the three laws of each."""
    mapping = MAPPINGS.of(part)
    first = placed(mapping, data.draw(resources(mapping.type, without=UNSERVED)))
    plan, residue = taken(mapping, first)
    given_back = mapping.to_fhir(plan, AROUND, residue)

    sent = without_server_owned(first)
    assert supplied(sent, given_back) == sent, "what was put is what is given"
    assert [f for f in check(given_back) if f.severity in {"error", "fatal"}] == [], "what is given is valid"

    again = taken(mapping, given_back, plan)
    assert again == (plan, residue), "what was given and is put back unchanged changes nothing"

    other = placed(mapping, data.draw(resources(mapping.type, without=UNSERVED)))
    edited, _ = taken(mapping, other, plan)
    shown = mapping.to_fhir(edited, AROUND, residue)
    unchanged, fitting = taken(mapping, shown, edited)
    assert unchanged == edited, "residue never shadows an edit"
    assert mapping.stale(edited, AROUND, fitting or {}) == [], "what is kept after an edit still belongs"
    assert mapping.to_fhir(edited, AROUND, fitting) == shown, "and is all that belongs"


@pytest.mark.parametrize("part", PARTS)
@QUICK
@given(data=st.data())
def test_a_mapping_holds_the_three_laws(part: str, data: st.DataObject) -> None:
    """GetPut, PutGet, and residue never shadows an edit, for random resources of each type."""
    hold_laws(part, data)


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
@THOROUGH
@given(data=st.data())
def test_a_mapping_holds_the_three_laws_for_every_element(part: str, data: st.DataObject) -> None:
    """The same laws, for resources that reach every element."""
    hold_laws(part, data)

"""The laws from the record's side, for all parts the schema allows.

Resources drawn at random seldom say what our own code systems and extensions say; parts say little else.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from adapter.errors import Unprocessable
from adapter.fhir.primitives import is_date, is_date_time
from adapter.fhir.validation.structure import check
from adapter.record.parts import SHOWN
from adapter.record.schema import definitions
from tests.mapping.test_laws import AROUND, MAPPINGS, PARTS, UNSERVED, placed, taken
from tests.strategies.records import parts
from tests.strategies.resources import resources

QUICK = settings(max_examples=40, suppress_health_check=list(HealthCheck))
THOROUGH = settings(max_examples=800, suppress_health_check=list(HealthCheck))


@cache
def schema_of(part: str) -> Any:
    """A validator of one kind of part."""
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/$defs/{part}", "$defs": definitions()},
        validate_formats=True,
        formats={"fhir-date": is_date, "fhir-dateTime": is_date_time},
    )


@cache
def unmapped(part: str) -> set[str]:
    """The fields of a part without an element, by the ledger of its file."""
    left_out = next(file.left_out for file in MAPPINGS.sources.files if file.part == part)
    return {*left_out.get("record", ()), *left_out.get("awaited", ())}


def hold_part_laws(part: str, data: st.DataObject) -> None:
    """Draw parts, and residue from a resource, and assert the laws."""
    mapping = MAPPINGS.of(part)
    plan = data.draw(parts(part))
    resource = mapping.to_fhir(plan, AROUND)
    assert [f for f in check(resource) if f.severity in {"error", "fatal"}] == [], "what is given is valid"
    assert taken(mapping, resource, plan) == (plan, None), "what is put back unchanged changes nothing"

    fresh, residue = taken(mapping, mapping.awaiting.taken_from(resource, plan)[0])
    assert residue is None
    mapped = set(plan) - unmapped(part)
    told = {key: plan[key] for key in mapped if plan[key] is not False or key in fresh}
    assert told == fresh, "everything that is mapped is told, though not that a flag is not set"

    _, residue = taken(mapping, placed(mapping, data.draw(resources(mapping.type, without=UNSERVED))))
    shown = mapping.to_fhir(plan, AROUND, residue)
    assert taken(mapping, shown, plan)[0] == plan, "residue never shadows an edit"


def take_what_fits(part: str, data: st.DataObject) -> None:
    """Draw a resource; the part of a stored resource is valid by the schema."""
    mapping = MAPPINGS.of(part)
    resource = placed(mapping, data.draw(resources(mapping.type, without=UNSERVED)))
    numbers = itertools.count()
    try:
        taken_in, _ = mapping.to_plan(resource, AROUND, onto=None, new_id=lambda: f"new-{next(numbers)}")
    except Unprocessable:
        assume(False)
    kept = {key: value for key, value in taken_in.items() if key not in SHOWN}
    assert [(e.instance_path, e.message) for e in schema_of(part).iter_errors(kept)] == []


@pytest.mark.parametrize("part", PARTS)
@QUICK
@given(data=st.data())
def test_every_field_of_a_part_survives_a_read_and_a_put(part: str, data: st.DataObject) -> None:
    """A part that is written to FHIR and read back is the same part."""
    hold_part_laws(part, data)


@pytest.mark.parametrize("part", PARTS)
@QUICK
@given(data=st.data())
def test_the_part_of_a_stored_resource_is_valid_by_the_schema(part: str, data: st.DataObject) -> None:
    """A resource that the mapping does not refuse becomes a part the schema accepts."""
    take_what_fits(part, data)


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
@THOROUGH
@given(data=st.data())
def test_the_laws_of_parts_at_length(part: str, data: st.DataObject) -> None:
    """The same laws, for many parts and resources."""
    hold_part_laws(part, data)
    take_what_fits(part, data)

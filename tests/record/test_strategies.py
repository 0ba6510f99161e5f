"""The records of the property tests are valid and lawful."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.record import schema
from adapter.record.references import references
from tests.record.given import broken as broken_rules
from tests.strategies.pool import made
from tests.strategies.records import TODAY, ansatte, organisasjoner, saker

RECORDS = {"sak": saker(), "ansatt": ansatte(), "organisasjon": organisasjoner()}


def hold(kind: str, body: dict[str, Any]) -> None:
    """Assert that a record breaks neither schema nor rules, and that every reference in it has an id."""
    assert schema.validate(kind, body) == []
    assert broken_rules(kind, None, body, today=TODAY, production=False) == []
    assert all(reference.id for reference in references(kind, body))


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_of_the_pool_is_valid_and_lawful(kind: str) -> None:
    """A record that the tests share breaks neither schema nor rules."""
    for body in made(kind):
        hold(kind, body)


@pytest.mark.slow
@pytest.mark.parametrize("kind", RECORDS)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(data=st.data())
def test_a_generated_record_is_valid_and_lawful(kind: str, data: st.DataObject) -> None:
    """A generated record breaks neither schema nor rules."""
    hold(kind, data.draw(RECORDS[kind]))

"""Resources of our own: the valid ones are valid, and each fault is found, by our engine and by HL7's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conformance import base_cases, profile_cases
from tests.conformance.base_cases import INVALID, VALID
from tests.conformance.engine import Engine
from tests.conformance.verdicts import cases, read_verdicts, verdicts

if TYPE_CHECKING:
    from tests.conformance.judging import Judge

BY_SETTING = 41
"""The row of a modifierExtension without a definition: a finding that a setting makes an error."""

OTHERWISE = {
    "base Subscription": "MIME types come from a terminology server there",
    "base 37: more extensions of a primitive than values": "the engine fails",
    "base 41: a modifierExtension without a definition": "any extension is allowed in this run",
}
"""Cases of which HL7's engine offline does not give the verdict in the tables, with the reason."""


@pytest.mark.parametrize("name", VALID)
def test_a_valid_resource_is_not_refused(name: str) -> None:
    """A resource without a fault has no error."""
    assert [str(one.expression) for one in Engine().judged(json.dumps(VALID[name]).encode()).errors] == []


@pytest.mark.parametrize("number", [number for number in INVALID if number != BY_SETTING])
def test_a_resource_with_one_fault_is_invalid(number: int) -> None:
    """Each fault of the table makes its resource invalid."""
    fault, resource = INVALID[number]
    assert not Engine().judged(json.dumps(resource).encode()).is_valid, fault


def test_every_row_of_the_comparison_has_a_case() -> None:
    """The rows are 1 to 45 without the one that cannot be rebuilt; 15 resources beside them are valid."""
    assert set(INVALID) == set(range(1, 46)) - {11}
    assert len(VALID) == 15


def test_hl7s_engine_gives_the_verdicts_of_the_tables() -> None:
    """HL7's engine agrees with the tables about every case but the listed ones."""
    valid = {f"base {name}" for name in base_cases.VALID} | {
        f"profile {name}" for name in profile_cases.VALID
    }
    kept = read_verdicts()
    assert set(kept) == set(cases())
    differing = {name for name, told in kept.items() if _is_failure(told) or (not told) != (name in valid)}
    assert differing == set(OTHERWISE)


def _is_failure(told: list[str]) -> bool:
    return any(one.startswith("failure") for one in told)


@pytest.mark.slow
def test_the_verdicts_that_are_kept_are_those_of_hl7s_engine(judge: Judge) -> None:
    """HL7's engine gives the verdicts of verdicts.json today."""
    assert verdicts(judge) == read_verdicts()

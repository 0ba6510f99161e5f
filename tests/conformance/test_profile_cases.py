"""CarePlans of our own by a profile: the valid ones are valid, and each broken rule is found."""

from __future__ import annotations

import json

import pytest

from tests.conformance.engine import Engine, tree
from tests.conformance.profile_cases import DEFINITIONS, INVALID, PLAN, VALID


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Our engine with the profile and what it names."""
    return Engine([tree(path) for path in DEFINITIONS])


@pytest.mark.parametrize("name", VALID)
def test_a_plan_that_fits_the_profile_is_valid(engine: Engine, name: str) -> None:
    """A CarePlan that keeps every rule of the profile has no error, and its profile is judged."""
    result = engine.judged(json.dumps(VALID[name]).encode(), [PLAN])
    assert [(one.code, str(one.expression)) for one in result.errors] == []
    assert [one for one in result.not_checked if one.kind == "profile"] == []


@pytest.mark.parametrize("name", INVALID)
def test_a_plan_that_breaks_one_rule_of_the_profile_is_invalid(engine: Engine, name: str) -> None:
    """A CarePlan that breaks one rule is invalid by the profile, and valid without it."""
    data = json.dumps(INVALID[name]).encode()
    assert not engine.judged(data, [PLAN]).is_valid
    if "extension" not in name:  # what an extension may hold is asked without the profile too
        assert engine.judged(data).is_valid


@pytest.mark.parametrize("name", [*VALID, *INVALID])
def test_a_profile_is_claimed_in_the_resource_as_by_name(engine: Engine, name: str) -> None:
    """A profile in meta.profile gives the same findings as the same profile named for the run."""
    plan = (VALID | INVALID)[name]
    named = engine.judged(json.dumps(plan).encode(), [PLAN])
    claimed = engine.judged(json.dumps(plan | {"meta": {"profile": [PLAN]}}).encode())
    assert claimed.verdict == named.verdict == ("valid" if name in VALID else "invalid")
    assert [one.code for one in claimed.errors] == [one.code for one in named.errors]


def test_the_definitions_of_one_case_are_unknown_to_the_next(engine: Engine) -> None:
    """An engine without the profile's package names it as not checked, also after one that had it."""
    data = json.dumps(INVALID["a required element is missing"]).encode()
    assert not engine.judged(data, [PLAN]).is_valid
    without = Engine().judged(data, [PLAN])
    assert without.is_valid
    assert PLAN in [one.url for one in without.not_checked]

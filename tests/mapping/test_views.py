"""A view lets rows see a fact where the resource has it; what it cannot take back is told by name."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from adapter.errors import Unprocessable
from adapter.mapping.views import VIEWS
from tests.mapping.test_opaque_consent import CONSENT, PART, taken


def test_a_view_adds_what_it_says() -> None:
    """The recipient stands once in a samtykke, and in each of its rules where rows see it; nowhere else."""
    view = VIEWS["samtykke"]
    bare: dict[str, Any] = dict(PART)
    seen = view.spread(bare)
    (mine,), (shown,) = bare["regler"], seen["regler"]
    assert {f"regler.{name}" for name in shown.keys() - mine.keys()} == set(view.adds)
    assert seen.keys() == bare.keys()
    assert view.gather(seen) == (bare, [])


def told_of(element: str, value: Any) -> set[tuple[str, str | None]]:
    """What is told of a Consent that would take the place of one that is acted on."""
    sent = copy.deepcopy(CONSENT)
    sent["provision"][element] = value
    with pytest.raises(Unprocessable) as refused:
        taken(sent, PART)
    return {(finding.code, finding.expression) for finding in refused.value.findings}


def test_two_recipients_are_told_where_they_are_refused() -> None:
    """A consent names one."""
    (mine,) = CONSENT["provision"]["provision"]
    other = {**mine, "id": "r2", "actor": copy.deepcopy(mine["actor"])}
    other["actor"][0]["reference"] = {"reference": "Organization/nav"}
    assert ("several-recipients", "Consent.provision.provision") in told_of("provision", [mine, other])


def test_a_plan_is_told_where_it_is_refused() -> None:
    """Only a consent to the plan says which."""
    about = {"meaning": "related", "reference": {"reference": "CarePlan/a"}}
    assert ("consent-about-a-plan", "Consent.provision.data") in told_of("data", [about])

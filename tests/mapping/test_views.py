"""Views: rows see a value where the resource has it, and refusals of a view name their place."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from adapter.errors import Unprocessable
from adapter.mapping.views import VIEWS
from tests.mapping.test_opaque_consent import CONSENT, PART, taken


def test_the_samtykke_view_adds_the_recipient_to_each_regel() -> None:
    """The recipient is stored once in a samtykke; the view adds it to each regel and nothing else."""
    view = VIEWS["samtykke"]
    bare: dict[str, Any] = dict(PART)
    seen = view.spread(bare)
    (mine,), (shown,) = bare["regler"], seen["regler"]
    assert {f"regler.{name}" for name in shown.keys() - mine.keys()} == set(view.adds)
    assert seen.keys() == bare.keys()
    assert view.gather(seen) == (bare, [])


def told_of(element: str, value: Any) -> set[tuple[str, str | None]]:
    """The findings of a Consent that would replace an enforced samtykke."""
    sent = copy.deepcopy(CONSENT)
    sent["provision"][element] = value
    with pytest.raises(Unprocessable) as refused:
        taken(sent, PART)
    return {(finding.code, finding.expression) for finding in refused.value.findings}


def test_two_recipients_are_refused_at_the_provisions() -> None:
    """A Consent with two recipients is refused with several-recipients."""
    (mine,) = CONSENT["provision"]["provision"]
    other = {**mine, "id": "r2", "actor": copy.deepcopy(mine["actor"])}
    other["actor"][0]["reference"] = {"reference": "Organization/nav"}
    assert ("several-recipients", "Consent.provision.provision") in told_of("provision", [mine, other])


def test_a_plan_in_a_consent_to_sharing_is_refused_at_provision_data() -> None:
    """Only a consent to having a plan can refer to a plan."""
    about = {"meaning": "related", "reference": {"reference": "CarePlan/a"}}
    assert ("consent-about-a-plan", "Consent.provision.data") in told_of("data", [about])

"""Withdrawing the last consent to a plan ends the plan; the rest of the sak is unchanged."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from adapter.record.consequences import with_consequences

TODAY = date(2026, 3, 1)
PLAN = {"id": "p", "plantype": "individuell-plan", "status": "aktiv"}
DELPLAN = {"id": "d", "plantype": "delplan-krise", "status": "aktiv"}
OLD = {"id": "o", "plantype": "individuell-plan", "status": "fullfort"}


def sak(*samtykker: str, planer: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A sak with an individuell plan and plan samtykker in these states."""
    given = [{"id": f"s{n}", "type": "plan", "tilstand": tilstand} for n, tilstand in enumerate(samtykker)]
    return {"samtykker": given, "planer": [PLAN, DELPLAN, OLD] if planer is None else planer, "team": ["t"]}


def test_withdrawing_the_last_plan_consent_ends_the_plan() -> None:
    """The active plan becomes trukket, today, with the reason; nothing else changes."""
    after = with_consequences(sak("aktiv"), sak("inaktiv"), TODAY)
    ended = {"status": "trukket", "avslutning": {"grunn": "samtykke-trukket", "dato": "2026-03-01"}}
    assert after == {**sak("inaktiv"), "planer": [{**PLAN, **ended}, DELPLAN, OLD]}


def about(plan: str) -> dict[str, Any]:
    """A sak with a consent to one of two plans."""
    given = {"id": "s", "type": "plan", "tilstand": "aktiv", "gjelderPlaner": [plan]}
    return {**sak(), "samtykker": [given]}


def test_moving_a_consent_to_another_plan_ends_the_first_plan() -> None:
    """A consent that is changed to another plan leaves the first plan without consent."""
    assert with_consequences(about("p"), about("o"), TODAY)["planer"][0]["status"] == "trukket"
    assert with_consequences(about("o"), about("p"), TODAY) == about("p")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, sak("inaktiv")),
        (sak("aktiv"), sak("aktiv")),
        (sak("aktiv", "aktiv"), sak("inaktiv", "aktiv")),
        (sak("inaktiv"), sak("inaktiv")),
        (sak("aktiv", planer=[]), sak("inaktiv", planer=[])),
    ],
    ids=["new", "unchanged", "another stands", "withdrawn before", "no plan"],
)
def test_only_withdrawing_the_last_plan_consent_ends_the_plan(
    before: dict[str, Any] | None, after: dict[str, Any]
) -> None:
    """Other changes of the sak end no plan."""
    assert with_consequences(before, after, TODAY) is after

"""The rules of law and arithmetic, applied to the change of a record and not to its past.

A write is refused for the rules it newly breaks. A record that broke a rule already (by import, or because
the law or the date has changed) stays writable; :mod:`adapter.record.avvik` lists it. Withdrawing a samtykke
is never refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapter.record.rules import consent, coordination, identity, planning
from adapter.record.rules.violation import Case, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapter.errors import Finding

__all__ = ["ALWAYS", "OF_A_SAK", "Case", "broken", "newly_broken"]

ALWAYS: tuple[Callable[[Case], Iterator[Violation]], ...] = (
    identity.identifiers,
    identity.periods,
    identity.duplicate_ids,
    identity.numbers_as_ids,
    identity.one_part_each,
    identity.local_references,
    identity.own_parent,
)
"""The rules of every record."""

OF_A_SAK: tuple[Callable[[Case], Iterator[Violation]], ...] = (
    coordination.one_coordinator,
    coordination.child_coordinator,
    coordination.closed_team,
    consent.samtykker,
    planning.one_plan,
    planning.plan_consent,
    planning.a_plan,
    planning.coordinator_stays,
    planning.no_circles,
    planning.goal_dates,
    planning.goals_of_the_person,
)
"""The rules of a sak that is aktiv or avsluttet: not innmeldt, and not feilregistrert."""


def newly_broken(case: Case) -> list[Finding]:
    """The findings of the rules that the change of a case newly breaks; empty if the change is lawful.

    The version before is looked at only where the version after breaks a rule.
    """
    before, after = case.before, case.body
    if before == after:
        return []
    breaches = broken(case)
    if not breaches:
        return []
    known = {breach.key for breach in broken(replace(case, body=before))} if before else set()
    taken_back = _taken_back(before or {}, after)
    return [
        breach.finding()
        for breach in breaches
        if breach.key not in known
        and (breach.message is identity.ID_TWICE or not breach.place.startswith(taken_back))
    ]


def broken(case: Case) -> list[Violation]:
    """Every violation of a rule in a record as it stands."""
    legal = case.kind == "sak" and case.body["tilstand"] in {"aktiv", "avsluttet"}
    return [breach for rule in (*ALWAYS, *(OF_A_SAK if legal else ())) for breach in rule(case)]


def _taken_back(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    """The places of the samtykker this change makes inaktiv: a withdrawal is never refused, pbrl § 4-1."""
    over = {item["id"] for item in before.get("samtykker", ()) if item["tilstand"] == "inaktiv"}
    return tuple(
        consent.place_of(item)
        for item in after.get("samtykker", ())
        if item["tilstand"] == "inaktiv" and item["id"] not in over
    )

"""Consequences by law of a change: withdrawing the last consent to the plan ends the plan.

Pasient- og brukerrettighetsloven § 2-5 and the regulation on individuell plan: a plan is made only with the
person's consent. Withdrawing it is never refused, and ends the plan; the coordinator stays (§ 2-5 b).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

_LIVING = frozenset({"utkast", "aktiv", "pa-vent"})


def with_consequences(before: dict[str, Any] | None, after: dict[str, Any], today: date) -> dict[str, Any]:
    """The sak with the plans ended that lose their consent by the change; ``after`` itself if none does.

    Args:
        before: the sak as it stands, None for a new one.
        after: the sak as it was sent.
        today: the date on the Norwegian clock, on which a plan ends.
    """
    planer = [_ended(plan, today) if _lost(plan, before, after) else plan for plan in after.get("planer", ())]
    return {**after, "planer": planer} if planer != after.get("planer", []) else after


def without_consent(sak: dict[str, Any]) -> frozenset[str]:
    """The individuelle planer to which consent has been withdrawn and not given again, ended or not."""
    return frozenset(
        plan["id"]
        for plan in sak.get("planer", ())
        if plan.get("plantype") == "individuell-plan"
        and not _consented(sak, plan["id"])
        and any(
            samtykke.get("type") == "plan"
            and "tilbaketrekking" in samtykke
            and is_about(samtykke, plan["id"])
            for samtykke in sak.get("samtykker", ())
        )
    )


def is_about(samtykke: dict[str, Any], plan: str) -> bool:
    """Is a consent to having a plan about the plan of this id? A consent that names no plan is about all."""
    return plan in samtykke.get("gjelderPlaner", (plan,))


def _ended(plan: dict[str, Any], today: date) -> dict[str, Any]:
    ended = {"grunn": "samtykke-trukket", "dato": today.isoformat()}
    return {**plan, "status": "trukket", "avslutning": {**ended, **plan.get("avslutning", {})}}


def _lost(plan: dict[str, Any], before: dict[str, Any] | None, after: dict[str, Any]) -> bool:
    """Does the change remove the consent of an individuell plan that has not ended?"""
    if plan.get("plantype") != "individuell-plan" or plan.get("status") not in _LIVING:
        return False
    return _consented(before or {}, plan["id"]) and not _consented(after, plan["id"])


def _consented(sak: dict[str, Any], plan: str) -> bool:
    return any(
        samtykke.get("type") == "plan" and samtykke.get("tilstand") == "aktiv" and is_about(samtykke, plan)
        for samtykke in sak.get("samtykker", ())
    )

"""What the law lets follow from a change by itself: no consent to the plan, no plan.

Pasient- og brukerrettighetsloven § 2-5 and the regulation on individuell plan: a plan is made only with the
person's consent. Withdrawing that is never refused, and ends the plan; the coordinator stays (§ 2-5 b).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

_LIVING = frozenset({"utkast", "aktiv", "pa-vent"})


def with_consequences(before: dict[str, Any] | None, after: dict[str, Any], today: date) -> dict[str, Any]:
    """The sak as it becomes when what follows from the change has followed; ``after`` itself if nothing does.

    Args:
        before: the sak as it stands, None for a new one.
        after: the sak as it was sent.
        today: the date on the Norwegian clock, on which a plan ends.
    """
    if before is None or not _consented(before) or _consented(after):
        return after
    ended = {"grunn": "samtykke-trukket", "dato": today.isoformat()}
    planer = [
        {**plan, "status": "trukket", "avslutning": {**ended, **plan.get("avslutning", {})}}
        if plan.get("plantype") == "individuell-plan" and plan.get("status") in _LIVING
        else plan
        for plan in after.get("planer", ())
    ]
    return {**after, "planer": planer} if planer else after


def _consented(sak: dict[str, Any]) -> bool:
    return any(
        samtykke.get("type") == "plan" and samtykke.get("tilstand") == "aktiv"
        for samtykke in sak.get("samtykker", ())
    )

"""People at work around the person: posts left empty or outgrown, mandates that are over, a death."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message, Severity
from adapter.record.competence import lifetime
from adapter.record.rules.coordination import COORDINATORS, minority
from adapter.record.rules.violation import HOL, PBRL, VGML
from adapter.record.seats import standing
from adapter.record.windows import window_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

VACANCY = Message(
    "coordinator-vacancy",
    IssueType.BUSINESS_RULE,
    nb="Ingen er koordinator nå",
    en="Nobody is coordinator now",
    source=f"{HOL}/§7-2",
    severity=Severity.WARNING,
)
VACANCY_WITH_UNIT = replace(
    VACANCY,
    nb="Ingen er koordinator nå; koordinerende enhet er kontakt ({contact})",
    en="Nobody is coordinator now; the coordinating unit is the contact ({contact})",
    source=f"{HOL}/§7-3",
)
CHILD_GROWN = Message(
    "child-coordinator-outgrown",
    IssueType.EXPIRED,
    nb="Personen har fylt 18 år; en barnekoordinator avløses av en koordinator om behovet varer",
    en="The person has turned 18; a child coordinator is followed by a coordinator if the need lasts",
    source=f"{PBRL}/§2-5c",
    severity=Severity.WARNING,
)
MANDATE_ENDED = Message(
    "guardian-mandate-ended",
    IssueType.EXPIRED,
    nb="Vergens mandat er over; sett aktiv til false, eller forny gyldighet",
    en="The guardian's mandate is over; set aktiv to false, or renew gyldighet",
    source=f"{VGML}/§21",
    severity=Severity.WARNING,
)
DECEASED = Message(
    "person-deceased",
    IssueType.BUSINESS_RULE,
    nb="Personen er død og saken er aktiv; ingen får innsyn ved samtykke etter dødsfallet",
    en="The person is deceased and the sak is active; consent gives nobody access after the death",
    source=f"{PBRL}/§2-5",
    severity=Severity.WARNING,
)


def person(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    """An active sak of somebody who is dead."""
    if _is_dead(sak, now):
        yield DECEASED.at("sak.tilstand")


def coordinators(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    """No coordinator now, or a child coordinator for a person who is grown."""
    current = [seat for seat in standing(sak) if seat.window.holds(now)]
    for seat in current:
        if seat.deltaker.get("rolle") == "barnekoordinator" and _has_grown(sak, now):
            yield CHILD_GROWN.at(f"{seat.path}.rolle")
    active = next((i for i, team in enumerate(sak.get("team", ())) if team.get("status") == "aktiv"), None)
    held = any(seat.deltaker.get("rolle") in COORDINATORS for seat in current)
    if active is None or held or _is_dead(sak, now):
        return
    unit = next((seat for seat in current if seat.deltaker.get("rolle") == "koordinerende-enhet"), None)
    path = f"sak.team[{active}].deltakere"
    yield VACANCY_WITH_UNIT.at(path, contact=unit.path) if unit else VACANCY.at(path)


def guardians(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    """A verge at work after the end of the mandate."""
    for index, parorende in enumerate(sak.get("parorende", ())):
        ended = window_of(parorende.get("gyldighet")).is_over(now)
        if "verge" in parorende and parorende.get("aktiv", True) and ended:
            yield MANDATE_ENDED.at(f"sak.parorende[{index}].gyldighet.til")


def _has_grown(sak: dict[str, Any], now: datetime) -> bool:
    known = "fodselsdato" in sak["innbygger"] and "venterBarn" not in sak["innbygger"]
    return known and not minority(sak).holds(now)


def _is_dead(sak: dict[str, Any], now: datetime) -> bool:
    return bool(sak["innbygger"].get("dod")) or lifetime(sak).is_over(now)

"""Avvik of coordinators and guardians: no coordinator, a child grown up, a mandate expired, a death."""

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
    nb="Saken har ingen koordinator nå. Oppnevn en koordinator.",
    en="The sak has no coordinator now. Appoint a coordinator.",
    source=f"{HOL}/§7-2",
    severity=Severity.WARNING,
)
VACANCY_WITH_UNIT = replace(
    VACANCY,
    nb="Saken har ingen koordinator nå; koordinerende enhet er kontakt ({contact}). Oppnevn en koordinator.",
    en="The sak has no coordinator now; the coordinating unit is the contact ({contact}). Appoint a "
    "coordinator.",
    source=f"{HOL}/§7-3",
)
CHILD_GROWN = Message(
    "child-coordinator-outgrown",
    IssueType.EXPIRED,
    nb="Personen har fylt 18 år og har barnekoordinator. Oppnevn en koordinator om behovet varer.",
    en="The person has turned 18 and has a child coordinator. Appoint a coordinator if the need lasts.",
    source=f"{PBRL}/§2-5c",
    severity=Severity.WARNING,
)
MANDATE_ENDED = Message(
    "guardian-mandate-ended",
    IssueType.EXPIRED,
    nb="Vergens mandat er utløpt. Sett aktiv til false, eller forny gyldighet.",
    en="The guardian's mandate has expired. Set aktiv to false, or renew gyldighet.",
    source=f"{VGML}/§21",
    severity=Severity.WARNING,
)
DECEASED = Message(
    "person-deceased",
    IssueType.BUSINESS_RULE,
    nb="Personen er død, men saken er aktiv. Samtykke gir ikke innsyn etter dødsfallet; avslutt saken.",
    en="The person is deceased, but the sak is active. Consent gives no access after the death; end the sak.",
    source=f"{PBRL}/§2-5",
    severity=Severity.WARNING,
)


def person(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    """The avvik of an active sak of a deceased person."""
    if _is_dead(sak, now):
        yield DECEASED.at("sak.tilstand")


def coordinators(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    """The avvik of a sak without a coordinator now, or with a child coordinator for an adult."""
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
    """The avvik of each active verge whose mandate has expired."""
    for index, parorende in enumerate(sak.get("parorende", ())):
        ended = window_of(parorende.get("gyldighet")).is_over(now)
        if "verge" in parorende and parorende.get("aktiv", True) and ended:
            yield MANDATE_ENDED.at(f"sak.parorende[{index}].gyldighet.til")


def _has_grown(sak: dict[str, Any], now: datetime) -> bool:
    known = "fodselsdato" in sak["innbygger"] and "venterBarn" not in sak["innbygger"]
    return known and not minority(sak).holds(now)


def _is_dead(sak: dict[str, Any], now: datetime) -> bool:
    return bool(sak["innbygger"].get("dod")) or lifetime(sak).is_over(now)

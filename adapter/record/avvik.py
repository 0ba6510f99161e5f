"""What time, import or age has made irregular in a record: told with it, and never in the way of a write.

The rules are those of :mod:`adapter.record.rules`, asked of the record as it stands, and those only a clock
can break. Whether a birth number is of a real person is not told here: that rule is about where it is kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message, Severity
from adapter.fhir.dates import OSLO, anniversary, interval
from adapter.record.competence import MAJORITY, competence, lifetime
from adapter.record.rules import broken
from adapter.record.rules.consent import is_open, is_sharing
from adapter.record.rules.coordination import COORDINATORS, childhood, standing
from adapter.record.rules.planning import individual
from adapter.record.rules.violation import HOL, HPL, PBRL, VGML, Case
from adapter.record.windows import Window, window_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

HEARD_FROM = 12  # pbrl § 4-4: from 12 years a child's own view is given great weight

CONSENT_ENDED = Message(
    "consent-ended",
    IssueType.EXPIRED,
    "Samtykkets periode er over; det åpner ingenting lenger og kan settes inaktivt",
    "The period of the consent is over; it opens nothing any more and can be made inactive",
    f"{HPL}/§22",
    Severity.WARNING,
)
GIVER_OUTGROWN = Message(
    "giver-no-longer-competent",
    IssueType.EXPIRED,
    "Den som ga samtykket, kan ikke lenger samtykke for personen; det åpner ingenting før personen selv, "
    "eller en som kan, har gitt et nytt",
    "Whoever gave the consent can no longer consent for the person; it opens nothing until the person, "
    "or one who can, has given a new one",
    f"{PBRL}/§4-3",
    Severity.WARNING,
)
CHILD_NOT_HEARD = Message(
    "child-not-heard",
    IssueType.INCOMPLETE,
    "Barnet hadde fylt 12 år da samtykket ble gitt, og det er ikke notert at det er hørt",
    "The child had turned 12 when the consent was given, and it is not noted that it was heard",
    f"{PBRL}/§4-4",
    Severity.WARNING,
)
RECIPIENT_ELSEWHERE = Message(
    "recipient-not-known-here",
    IssueType.INCOMPLETE,
    "Mottakeren er ikke en organisasjon, ansatt, parorende eller et team her, så samtykket åpner ingenting",
    "The recipient is no organisasjon, ansatt, parorende or team here, so the consent opens nothing",
    f"{HPL}/§22",
    Severity.WARNING,
)
VACANCY = Message(
    "coordinator-vacancy",
    IssueType.BUSINESS_RULE,
    "Ingen er koordinator nå",
    "Nobody is coordinator now",
    f"{HOL}/§7-2",
    Severity.WARNING,
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
    "Personen har fylt 18 år; en barnekoordinator avløses av en koordinator om behovet varer",
    "The person has turned 18; a child coordinator is followed by a coordinator if the need lasts",
    f"{PBRL}/§2-5c",
    Severity.WARNING,
)
MANDATE_ENDED = Message(
    "guardian-mandate-ended",
    IssueType.EXPIRED,
    "Vergens mandat er over; sett aktiv til false, eller forny gyldighet",
    "The guardian's mandate is over; set aktiv to false, or renew gyldighet",
    f"{VGML}/§21",
    Severity.WARNING,
)
DECEASED = Message(
    "person-deceased",
    IssueType.BUSINESS_RULE,
    "Personen er død og saken er aktiv; ingen får innsyn ved samtykke etter dødsfallet",
    "The person is deceased and the sak is active; consent gives nobody access after the death",
    f"{PBRL}/§2-5",
    Severity.WARNING,
)
EVALUATION_DUE = Message(
    "evaluation-overdue",
    IssueType.EXPIRED,
    "Datoen for neste evaluering av den individuelle planen er passert",
    "The date of the next evaluation of the individual plan has passed",
    f"{PBRL}/§2-5",
    Severity.WARNING,
)
NO_EVALUATION = Message(
    "no-next-evaluation",
    IssueType.INCOMPLETE,
    "Den individuelle planen er aktiv og sier ikke når den skal evalueres neste gang",
    "The individual plan is active and does not say when it is evaluated next",
    f"{PBRL}/§2-5",
    Severity.WARNING,
)
_READERS = frozenset({"organisasjon", "ansatt", "rolle", "parorende", "team"})


def avvik(kind: str, body: dict[str, Any], now: datetime) -> list[Finding]:
    """What is irregular in a record at the instant ``now``, as warnings; empty if nothing is."""
    today = now.astimezone(OSLO).date()
    standing_breaches = broken(Case(kind, body, body, today, production=True))
    told = [replace(breach.finding(), severity=Severity.WARNING) for breach in standing_breaches]
    if kind == "sak" and body["tilstand"] == "aktiv":
        told += [finding for look in _BY_TIME for finding in look(body, now)]
    return told


def _person(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    if _is_dead(sak, now):
        yield DECEASED.at("sak.tilstand")


def _samtykker(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    for index, samtykke in enumerate(sak.get("samtykker", ())):
        path = f"sak.samtykker[{index}]"
        if is_open(samtykke) and _is_over(window_of(samtykke.get("gyldighet")), now):
            yield CONSENT_ENDED.at(f"{path}.gyldighet.til")
        elif is_sharing(samtykke):
            yield from _sharing(sak, samtykke, path, now)


def _sharing(sak: dict[str, Any], samtykke: dict[str, Any], path: str, now: datetime) -> Iterator[Finding]:
    able = competence(sak, samtykke)
    if able and all(_is_over(window, now) for window in able):
        yield GIVER_OUTGROWN.at(f"{path}.gittAv")
    if _was_unheard(sak, samtykke):
        yield CHILD_NOT_HEARD.at(f"{path}.barnetHort")
    if not _READERS & (samtykke.get("mottaker") or {"team": ""}).keys():
        yield RECIPIENT_ELSEWHERE.at(f"{path}.mottaker")


def _was_unheard(sak: dict[str, Any], samtykke: dict[str, Any]) -> bool:
    born, given = sak["innbygger"].get("fodselsdato"), samtykke.get("gittDato")
    if born is None or given is None or samtykke.get("barnetHort"):
        return False
    return anniversary(born, HEARD_FROM) <= interval(given).low < anniversary(born, MAJORITY)


def _coordinators(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
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


def _has_grown(sak: dict[str, Any], now: datetime) -> bool:
    known = "fodselsdato" in sak["innbygger"] and "venterBarn" not in sak["innbygger"]
    return known and not childhood(sak).holds(now)


def _guardians(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    for index, parorende in enumerate(sak.get("parorende", ())):
        ended = _is_over(window_of(parorende.get("gyldighet")), now)
        if "verge" in parorende and parorende.get("aktiv", True) and ended:
            yield MANDATE_ENDED.at(f"sak.parorende[{index}].gyldighet.til")


def _plans(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    for index, plan in individual(sak, frozenset({"aktiv"})):
        due = plan.get("nesteEvaluering")
        if due is None:
            yield NO_EVALUATION.at(f"sak.planer[{index}].nesteEvaluering")
        elif interval(due).high <= now:
            yield EVALUATION_DUE.at(f"sak.planer[{index}].nesteEvaluering")


def _is_over(window: Window, now: datetime) -> bool:
    return window.high is not None and window.high <= now


def _is_dead(sak: dict[str, Any], now: datetime) -> bool:
    return bool(sak["innbygger"].get("dod")) or _is_over(lifetime(sak), now)


_BY_TIME: tuple[Callable[[dict[str, Any], datetime], Iterator[Finding]], ...] = (
    _person,
    _samtykker,
    _coordinators,
    _guardians,
    _plans,
)

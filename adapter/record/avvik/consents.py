"""Avvik of samtykker with less effect than they seem to have: expired, giver no longer competent, opaque."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message, Severity
from adapter.fhir.dates import anniversary, interval
from adapter.record.competence import HEALTH_MAJORITY, competence
from adapter.record.rules.consent import is_open, is_sharing
from adapter.record.rules.violation import HPL, PBRL
from adapter.record.windows import window_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

HEARD_FROM = 12  # pbrl § 4-4: from 12 years a child's own view is given great weight

CONSENT_ENDED = Message(
    "consent-ended",
    IssueType.EXPIRED,
    nb="Perioden for samtykket er over, så samtykket gir ikke lenger innsyn. Sett tilstanden til inaktiv.",
    en="The period of the consent is over, so the consent no longer gives access. Set tilstand to inaktiv.",
    source=f"{HPL}/§22",
    severity=Severity.WARNING,
)
GIVER_OUTGROWN = Message(
    "giver-no-longer-competent",
    IssueType.EXPIRED,
    nb="Den som ga samtykket, kan ikke lenger samtykke for personen, så samtykket gir ikke innsyn. Innhent "
    "et nytt samtykke fra personen selv, eller fra en som kan samtykke for personen.",
    en="The giver can no longer consent for the person, so the consent gives no access. Obtain a new consent "
    "from the person, or from somebody who can consent for the person.",
    source=f"{PBRL}/§4-3",
    severity=Severity.WARNING,
)
CHILD_NOT_HEARD = Message(
    "child-not-heard",
    IssueType.INCOMPLETE,
    nb="Barnet hadde fylt 12 år da samtykket ble gitt, men feltet barnetHort mangler. Hør barnet, og fyll ut "
    "feltet.",
    en="The child had turned 12 when the consent was given, but the field barnetHort is missing. Hear the "
    "child, and fill in the field.",
    source=f"{PBRL}/§4-4",
    severity=Severity.WARNING,
)
RECIPIENT_ELSEWHERE = Message(
    "recipient-not-known-here",
    IssueType.INCOMPLETE,
    nb="Mottakeren er ikke en organisasjon, ansatt, pårørende eller et team i denne tjenesten, så samtykket "
    "verken åpner eller nekter noe. Velg en mottaker som finnes her.",
    en="The recipient is no organisasjon, ansatt, parorende or team of this service, so the consent neither "
    "opens nor denies anything. Choose a recipient that exists here.",
    source=f"{HPL}/§22",
    severity=Severity.WARNING,
)
OPAQUE = Message(
    "consent-not-understood",
    IssueType.INCOMPLETE,
    nb="Samtykket kom som FHIR med elementer tjenesten ikke kan håndheve. Det er lagret, men verken åpner "
    "eller nekter noe. Se /rest, spør avsenderen, og fyll ut feltene.",
    en="The consent came as FHIR with elements the service cannot enforce. It is stored, but neither opens "
    "nor denies anything. See /rest, ask the sender, and fill in the fields.",
    source=f"{HPL}/§22",
    severity=Severity.WARNING,
)
_READERS = frozenset({"organisasjon", "ansatt", "rolle", "parorende", "team"})


def samtykker(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    """The avvik of each samtykke that is aktiv and gives no access, or less than it seems to give."""
    for index, samtykke in enumerate(sak.get("samtykker", ())):
        path = f"sak.samtykker[{index}]"
        if samtykke.get("ugjennomsiktig") and samtykke["tilstand"] in {"aktiv", "foreslatt"}:
            yield OPAQUE.at(f"{path}.ugjennomsiktig")
        elif is_open(samtykke) and window_of(samtykke.get("gyldighet")).is_over(now):
            yield CONSENT_ENDED.at(f"{path}.gyldighet.til")
        elif is_sharing(samtykke):
            yield from _sharing(sak, samtykke, path, now)


def _sharing(sak: dict[str, Any], samtykke: dict[str, Any], path: str, now: datetime) -> Iterator[Finding]:
    able = competence(sak, samtykke)
    if able and all(one.window.is_over(now) for one in able):
        yield GIVER_OUTGROWN.at(f"{path}.gittAv")
    if _was_unheard(sak, samtykke):
        yield CHILD_NOT_HEARD.at(f"{path}.barnetHort")
    if not _READERS & (samtykke.get("mottaker") or {"team": ""}).keys():
        yield RECIPIENT_ELSEWHERE.at(f"{path}.mottaker")


def _was_unheard(sak: dict[str, Any], samtykke: dict[str, Any]) -> bool:
    born, given = sak["innbygger"].get("fodselsdato"), samtykke.get("gittDato")
    if born is None or given is None or samtykke.get("barnetHort"):
        return False
    return anniversary(born, HEARD_FROM) <= interval(given).low < anniversary(born, HEALTH_MAJORITY)

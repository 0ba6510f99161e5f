"""Rules of samtykke: who gave it, to whom, of what, since when; and that taking it back is only that.

Helsepersonelloven § 22 and pasient- og brukerrettighetsloven §§ 4-1 to 4-4. One that is ugjennomsiktig is
kept as it was written elsewhere and opens nothing, so nothing is asked of it but that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import IssueType, Message
from adapter.fhir.dates import interval
from adapter.record.competence import competence
from adapter.record.rules.violation import HPL, PBRL, Violation
from adapter.record.windows import Window, window_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.record.rules.violation import Case

NOT_COMPETENT = Message(
    "giver-not-competent",
    IssueType.BUSINESS_RULE,
    nb="Ingen av dem i gittAv kunne samtykke da: personen fra 16 år, før det en med foreldreansvar, "
    "eller en verge med personlig område",
    en="None of those in gittAv could consent then: the person from 16, before that one with foreldreansvar, "
    "or a verge with a personal scope",
    source=f"{PBRL}/§4-4",
)
NO_RECIPIENT = Message(
    "consent-without-recipient",
    IssueType.BUSINESS_RULE,
    nb="Et aktivt samtykke til deling må ha en mottaker",
    en="An active consent to sharing must name a recipient",
    source=f"{HPL}/§22",
)
NO_RULES = Message(
    "consent-without-rules",
    IssueType.BUSINESS_RULE,
    nb="Et aktivt samtykke til deling må ha minst én regel som sier hva som deles",
    en="An active consent to sharing must have at least one regel saying what is shared",
    source=f"{HPL}/§22",
)
PLAN_RECIPIENT = Message(
    "plan-consent-with-recipient",
    IssueType.BUSINESS_RULE,
    nb="Et samtykke til å ha plan har ingen mottaker; deling er et samtykke for seg",
    en="A consent to having a plan has no recipient; sharing is a samtykke of its own",
    source=f"{PBRL}/§2-5",
)
NOT_GIVEN = Message(
    "consent-without-date",
    IssueType.BUSINESS_RULE,
    nb="Et aktivt samtykke må ha datoen det ble gitt",
    en="An active consent must have the date it was given",
    source=f"{PBRL}/§4-2",
)
GIVEN_LATER = Message(
    "consent-date-in-future",
    IssueType.BUSINESS_RULE,
    nb="Et aktivt samtykke kan ikke være gitt i fremtiden",
    en="An active consent cannot have been given in the future",
    source=f"{PBRL}/§4-2",
)
WITHDRAWN_BUT_NOT_INACTIVE = Message(
    "withdrawn-but-not-inactive",
    IssueType.BUSINESS_RULE,
    nb="Et samtykke med tilbaketrekking må ha tilstanden inaktiv",
    en="A consent with a tilbaketrekking must have the tilstand inaktiv",
    source=f"{PBRL}/§4-1",
)
ABOUT_PLAN = Message(
    "consent-about-a-plan",
    IssueType.BUSINESS_RULE,
    nb="Bare et samtykke til planen sier hvilken plan det gjelder; hva som deles, står i reglene",
    en="Only a consent to the plan says which plan it is about; what is shared stands in the rules",
    source=f"{PBRL}/§2-5",
)
OPAQUE_RULES = Message(
    "opaque-consent-with-rules",
    IssueType.BUSINESS_RULE,
    nb="Et ugjennomsiktig samtykke åpner ingenting og kan ikke ha regler",
    en="An opaque consent opens nothing and cannot have regler",
    source=f"{HPL}/§22",
)
OPAQUE_ALONE = Message(
    "opaque-consent-without-words",
    IssueType.BUSINESS_RULE,
    nb="Ugjennomsiktig er bare et samtykke som kom som FHIR og ikke ble forstått; her er det ingenting å ta "
    "vare på. Utelat ugjennomsiktig, og skriv samtykket i feltene",
    en="Only a consent that came as FHIR and was not understood is ugjennomsiktig; here there is nothing to "
    "keep. Leave ugjennomsiktig out, and write the consent in the fields",
    source=f"{HPL}/§22",
)
SHARING = frozenset({"opplysningsutveksling", "deltaker"})
"""The types of samtykke that let somebody else see."""

_OVER = frozenset({"inaktiv", "feilregistrert"})


def samtykker(case: Case) -> Iterator[Violation]:
    """What each samtykke must say, for what it is and the state it is in."""
    for index, samtykke in enumerate(case.body.get("samtykker", ())):
        for message, field in _faults(case, samtykke):
            path = f"sak.samtykker[{index}].{field}"
            yield Violation(message, path, f"{place_of(samtykke)}.{field}", samtykke.get(field))


def place_of(samtykke: dict[str, Any]) -> str:
    """Where a samtykke stands, by its id."""
    return f"sak.samtykker({samtykke['id']})"


def is_open(samtykke: dict[str, Any]) -> bool:
    """Whether it is aktiv and of a shape that can open something."""
    return samtykke["tilstand"] == "aktiv" and not samtykke.get("ugjennomsiktig")


def is_sharing(samtykke: dict[str, Any]) -> bool:
    """Whether it is aktiv, and lets somebody else see."""
    return is_open(samtykke) and samtykke.get("type") in SHARING


def is_given(case: Case, samtykke: dict[str, Any]) -> bool:
    """Whether it is aktiv, not over before today, and was given by somebody who could give it."""
    ahead = Window(case.day.low, None).within(window_of(samtykke.get("gyldighet")))
    return is_open(samtykke) and not ahead.is_empty() and _was_competent(case, samtykke)


def _faults(case: Case, samtykke: dict[str, Any]) -> Iterator[tuple[Message, str]]:
    if samtykke.get("ugjennomsiktig"):
        if samtykke.get("regler"):
            yield OPAQUE_RULES, "regler"
        if case.kept is not None and samtykke["id"] not in case.kept:
            yield OPAQUE_ALONE, "ugjennomsiktig"
        return
    if "tilbaketrekking" in samtykke and samtykke["tilstand"] not in _OVER:
        yield WITHDRAWN_BUT_NOT_INACTIVE, "tilstand"
    if samtykke.get("type") == "plan" and "mottaker" in samtykke:
        yield PLAN_RECIPIENT, "mottaker"
    if samtykke.get("type") != "plan" and "gjelderPlaner" in samtykke:
        yield ABOUT_PLAN, "gjelderPlaner"
    if is_open(samtykke):
        yield from _date(case, samtykke)
    if is_sharing(samtykke):
        yield from _sharing(case, samtykke)


def _date(case: Case, samtykke: dict[str, Any]) -> Iterator[tuple[Message, str]]:
    given = samtykke.get("gittDato")
    if given is None:
        yield NOT_GIVEN, "gittDato"
    elif interval(given).low >= case.day.high:
        yield GIVEN_LATER, "gittDato"


def _sharing(case: Case, samtykke: dict[str, Any]) -> Iterator[tuple[Message, str]]:
    if "mottaker" not in samtykke:
        yield NO_RECIPIENT, "mottaker"
    if not samtykke.get("regler"):
        yield NO_RULES, "regler"
    if not _was_competent(case, samtykke):
        yield NOT_COMPETENT, "gittAv"


def _was_competent(case: Case, samtykke: dict[str, Any]) -> bool:
    given = samtykke.get("gittDato")
    when = Window(*(interval(given) if given else case.day))
    return any(not able.window.within(when).is_empty() for able in competence(case.body, samtykke))

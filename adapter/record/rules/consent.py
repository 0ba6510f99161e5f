"""Rules of samtykke: giver, recipient, rules, date and withdrawal.

Helsepersonelloven § 22 and pasient- og brukerrettighetsloven §§ 4-1 to 4-4. An opaque samtykke
(ugjennomsiktig) is kept as it was sent and opens nothing, so only the rules of opaque samtykker apply to it.
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
    nb="Ingen i gittAv kunne samtykke for personen den datoen. Samtykke gis av personen fra 16 år, før det "
    "av en forelder med foreldreansvar, eller av en verge med mandat i personlige forhold.",
    en="Nobody in gittAv could consent for the person on that date. Consent is given by the person from 16 "
    "years, before that by a parent with foreldreansvar, or by a verge with a mandate in personal matters.",
    source=f"{PBRL}/§4-4",
)
NO_RECIPIENT = Message(
    "consent-without-recipient",
    IssueType.BUSINESS_RULE,
    nb="Et aktivt samtykke til deling mangler mottaker. Legg til mottakeren.",
    en="An active consent to sharing has no recipient. Add the recipient.",
    source=f"{HPL}/§22",
)
NO_RULES = Message(
    "consent-without-rules",
    IssueType.BUSINESS_RULE,
    nb="Et aktivt samtykke til deling har ingen regel. Legg til minst én regel for hva som deles.",
    en="An active consent to sharing has no regel. Add at least one regel for what is shared.",
    source=f"{HPL}/§22",
)
PLAN_RECIPIENT = Message(
    "plan-consent-with-recipient",
    IssueType.BUSINESS_RULE,
    nb="Et samtykke til å ha plan kan ikke ha mottaker. Bruk et eget samtykke til deling.",
    en="A consent to having a plan cannot have a recipient. Use a separate consent to sharing.",
    source=f"{PBRL}/§2-5",
)
NOT_GIVEN = Message(
    "consent-without-date",
    IssueType.BUSINESS_RULE,
    nb="Et aktivt samtykke mangler datoen det ble gitt. Legg til datoen.",
    en="An active consent has no date. Add the date it was given.",
    source=f"{PBRL}/§4-2",
)
GIVEN_LATER = Message(
    "consent-date-in-future",
    IssueType.BUSINESS_RULE,
    nb="Datoen for et aktivt samtykke er i fremtiden. Rett datoen.",
    en="The date of an active consent is in the future. Correct the date.",
    source=f"{PBRL}/§4-2",
)
WITHDRAWN_BUT_NOT_INACTIVE = Message(
    "withdrawn-but-not-inactive",
    IssueType.BUSINESS_RULE,
    nb="Et samtykke med tilbaketrekking må ha tilstanden inaktiv. Endre tilstanden.",
    en="A consent with a tilbaketrekking must have the tilstand inaktiv. Change the tilstand.",
    source=f"{PBRL}/§4-1",
)
ABOUT_PLAN = Message(
    "consent-about-a-plan",
    IssueType.BUSINESS_RULE,
    nb="Bare et samtykke til å ha plan kan vise til en plan. Bruk reglene til å si hva som deles.",
    en="Only a consent to having a plan can refer to a plan. Use the rules to state what is shared.",
    source=f"{PBRL}/§2-5",
)
OPAQUE_RULES = Message(
    "opaque-consent-with-rules",
    IssueType.BUSINESS_RULE,
    nb="Et ugjennomsiktig samtykke åpner ingenting og kan ikke ha regler. Fjern reglene.",
    en="An opaque consent opens nothing and cannot have regler. Remove the regler.",
    source=f"{HPL}/§22",
)
OPAQUE_ALONE = Message(
    "opaque-consent-without-words",
    IssueType.BUSINESS_RULE,
    nb="Samtykket er merket ugjennomsiktig, men har ingen bevart FHIR-ressurs. Fjern ugjennomsiktig, og fyll "
    "ut feltene i samtykket.",
    en="The consent is marked ugjennomsiktig, but has no preserved FHIR resource. Remove ugjennomsiktig, and "
    "fill in the fields of the consent.",
    source=f"{HPL}/§22",
)
SHARING = frozenset({"opplysningsutveksling", "deltaker"})
"""The types of samtykke that give a recipient access."""

_OVER = frozenset({"inaktiv", "feilregistrert"})


def samtykker(case: Case) -> Iterator[Violation]:
    """Each samtykke has the fields its type and tilstand require."""
    for index, samtykke in enumerate(case.body.get("samtykker", ())):
        for message, field in _faults(case, samtykke):
            path = f"sak.samtykker[{index}].{field}"
            yield Violation(message, path, f"{place_of(samtykke)}.{field}", samtykke.get(field))


def place_of(samtykke: dict[str, Any]) -> str:
    """The place of a samtykke in the sak, by its id."""
    return f"sak.samtykker({samtykke['id']})"


def is_open(samtykke: dict[str, Any]) -> bool:
    """Tests whether a samtykke is aktiv and not opaque."""
    return samtykke["tilstand"] == "aktiv" and not samtykke.get("ugjennomsiktig")


def is_sharing(samtykke: dict[str, Any]) -> bool:
    """Tests whether a samtykke is aktiv, not opaque and of a type that gives a recipient access."""
    return is_open(samtykke) and samtykke.get("type") in SHARING


def is_given(case: Case, samtykke: dict[str, Any]) -> bool:
    """Tests whether a samtykke is aktiv, has not expired before today, and was given by a competent giver."""
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

"""Applications and reports of need without an answer after the legal deadline.

Forvaltningsloven § 11 a: an answer without undue delay, or within a month a preliminary answer with reason
and expected date. pbrl § 2-7 sets other chapters of that law aside for coordinators, but not this paragraph.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message, Severity
from adapter.fhir.dates import OSLO, interval

if TYPE_CHECKING:
    from collections.abc import Iterator

FVL = "https://lovdata.no/lov/1967-02-10"
DEADLINE_PASSED = Message(
    "case-deadline-passed",
    IssueType.EXPIRED,
    nb="Fristen er passert uten avgjørelse. Avgjør saken, eller gi et foreløpig svar med ny frist.",
    en="The deadline has passed without a decision. Decide the case, or give a preliminary answer with a new "
    "deadline.",
    source=f"{FVL}/§11a",
    severity=Severity.WARNING,
)
UNANSWERED = Message(
    "unanswered-for-a-month",
    IssueType.EXPIRED,
    nb="Henvendelsen har ventet i over en måned. Gi et svar, eller et foreløpig svar med frist.",
    en="The henvendelse has waited for more than a month. Give an answer, or a preliminary answer with a "
    "deadline.",
    source=f"{FVL}/§11a",
    severity=Severity.WARNING,
)
NO_NEW_DATE = Message(
    "preliminary-answer-without-date",
    IssueType.INCOMPLETE,
    nb="Et foreløpig svar skal si når svaret kan ventes. Fyll ut feltet frist.",
    en="A preliminary answer must say when the answer can be expected. Fill in the field frist.",
    source=f"{FVL}/§11a",
    severity=Severity.WARNING,
)
_ASKED_FOR = frozenset({"melding-om-behov", "soknad-ip", "soknad-koordinator"})
"""The types of henvendelse that require an answer."""

_ANSWERED = frozenset({"innvilget-ip", "innvilget-koordinator", "avslag", "trukket", "feil-mottaker"})
_OVER = frozenset({"fullfort", "trukket", "feilregistrert", "utkast"})

Step = tuple[int, dict[str, Any]]


def deadlines(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    """The cases and henvendelser without an answer in time.

    The steps about one henvendelse are one case, and the last deadline applies; a step without henvendelse
    is a case of its own.
    """
    over = {one["id"] for one in sak.get("henvendelser", ()) if one["status"] in _OVER}
    cases: dict[str, list[Step]] = {}
    for index, step in enumerate(sak.get("saksgang", ())):
        about = step.get("henvendelse")
        if about not in over:
            cases.setdefault(about or f"#{index}", []).append((index, step))
    for steps in cases.values():
        if not any(step.get("status") in _ANSWERED for _, step in steps):
            yield from _of_case(steps, now)
    yield from _untouched(sak, now)


def _of_case(steps: list[Step], now: datetime) -> Iterator[Finding]:
    last, latest = steps[-1]
    dated = [(index, step["frist"]) for index, step in steps if "frist" in step]
    if latest.get("status") == "forelopig-svar" and "frist" not in latest:
        yield NO_NEW_DATE.at(f"sak.saksgang[{last}].frist")
    elif dated:
        index, deadline = dated[-1]
        if interval(deadline).high <= now:
            yield DEADLINE_PASSED.at(f"sak.saksgang[{index}].frist")
    else:
        yield from (
            UNANSWERED.at(f"sak.saksgang[{index}].opprettet")
            for index, step in steps[:1]
            if step["oppgave"] in _ASKED_FOR and _month_is_over(step, now)
        )


def _untouched(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    """The henvendelser without a step; a step without henvendelse may be about any of them."""
    begun = {step.get("henvendelse") for step in sak.get("saksgang", ())}
    for index, asked in enumerate(sak.get("henvendelser", ())):
        waits = asked.get("type") in _ASKED_FOR and asked["status"] not in _OVER
        if waits and begun.isdisjoint({None, asked["id"]}) and _month_is_over(asked, now):
            yield UNANSWERED.at(f"sak.henvendelser[{index}].opprettet")


def _month_is_over(asked: dict[str, Any], now: datetime) -> bool:
    """Tests whether the same day of the next month, or its last, is over on the Norwegian clock."""
    if "opprettet" not in asked or interval(asked["opprettet"]).high > now:
        return False
    begun = (interval(asked["opprettet"]).high - timedelta(microseconds=1)).astimezone(OSLO)
    year, month = begun.year + begun.month // 12, begun.month % 12 + 1
    last = min(begun.day, monthrange(year, month)[1])
    return now.astimezone(OSLO).date() > datetime(year, month, last, tzinfo=OSLO).date()

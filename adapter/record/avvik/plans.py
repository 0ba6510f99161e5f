"""Avvik of individuelle planer in force: content required by § 19 missing, or the evaluation overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message, Severity
from adapter.fhir.dates import interval
from adapter.record.rules.planning import IN_FORCE, individual
from adapter.record.rules.violation import PBRL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_CONTENT = "https://lovdata.no/forskrift/2011-12-16-1256/§19"
EVALUATION_DUE = Message(
    "evaluation-overdue",
    IssueType.EXPIRED,
    nb="Datoen for neste evaluering av den individuelle planen er passert. Evaluer planen, og sett ny dato.",
    en="The date of the next evaluation of the individual plan has passed. Evaluate the plan, and set a new "
    "date.",
    source=f"{PBRL}/§2-5",
    severity=Severity.WARNING,
)
NO_EVALUATION = Message(
    "no-next-evaluation",
    IssueType.INCOMPLETE,
    nb="Den individuelle planen er aktiv uten dato for neste evaluering. Fyll ut nesteEvaluering.",
    en="The individual plan is active without a date of the next evaluation. Fill in nesteEvaluering.",
    source=f"{PBRL}/§2-5",
    severity=Severity.WARNING,
)
NO_PERFORMER = Message(
    "tiltak-without-performer",
    IssueType.INCOMPLETE,
    nb="Tiltaket i den individuelle planen har ingen utfører. Fyll ut utforere.",
    en="The tiltak of the individual plan has no performer. Fill in utforere.",
    source=_CONTENT,
    severity=Severity.WARNING,
)
NO_RESPONSIBLE = Message(
    "tiltak-without-responsible-organisation",
    IssueType.INCOMPLETE,
    nb="Tiltaket har ingen ansvarlig organisasjon. Legg organisasjonen, eller en rolle i den, til i "
    "utforere.",
    en="The tiltak has no responsible organisation. Add the organisation, or a rolle in it, to utforere.",
    source=_CONTENT,
    severity=Severity.WARNING,
)
_OWN_EFFORT = frozenset({"innbygger", "parorende"})
"""The performers that need no responsible organisation: their own contribution (§ 19 d)."""

_NO_ORGANISATION = frozenset({"ansatt", *_OWN_EFFORT})
"""The kinds of aktor that belong to no organisation; an aktor by identifikator may belong to one."""

_AT_WORK = frozenset({"aktiv", "pa-vent", "ikke-begynt", "avtalt", "i-gang"})


def evaluations(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    """The avvik of each active individuell plan with no next evaluation, or an overdue one."""
    for index, plan in individual(sak, frozenset({"aktiv"})):
        due = plan.get("nesteEvaluering")
        if due is None:
            yield NO_EVALUATION.at(f"sak.planer[{index}].nesteEvaluering")
        elif interval(due).high <= now:
            yield EVALUATION_DUE.at(f"sak.planer[{index}].nesteEvaluering")


def responsibilities(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:  # noqa: ARG001 - no clock here
    """The avvik of each tiltak of an individuell plan in force without performer or responsible organisation.

    Other systems send tiltak without a performer, so the missing performer is an avvik and no refusal.
    """
    for path, tiltak in _tiltak(sak):
        if tiltak["status"] not in _AT_WORK or tiltak.get("skalIkkeUtfores"):
            continue
        told_as = {key for aktor in tiltak.get("utforere", ()) for key in aktor}
        if not told_as:
            yield NO_PERFORMER.at(f"{path}.utforere")
        elif told_as <= _NO_ORGANISATION and not told_as <= _OWN_EFFORT:
            yield NO_RESPONSIBLE.at(f"{path}.utforere")


def _tiltak(sak: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tiltak of the individuelle planer in force, enkleTiltak too, each once and with its path."""
    in_force = list(individual(sak, IN_FORCE))
    named = {id_ for _, plan in in_force for id_ in plan.get("tiltak", ())}
    for index, tiltak in enumerate(sak.get("tiltak", ())):
        if tiltak["id"] in named:
            yield f"sak.tiltak[{index}]", tiltak
    for index, plan in in_force:
        for place, tiltak in enumerate(plan.get("enkleTiltak", ())):
            yield f"sak.planer[{index}].enkleTiltak[{place}]", tiltak

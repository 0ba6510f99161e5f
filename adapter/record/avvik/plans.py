"""Individuelle planer in force that lack what § 19 asks of them, or whose evaluation is overdue."""

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
    nb="Datoen for neste evaluering av den individuelle planen er passert",
    en="The date of the next evaluation of the individual plan has passed",
    source=f"{PBRL}/§2-5",
    severity=Severity.WARNING,
)
NO_EVALUATION = Message(
    "no-next-evaluation",
    IssueType.INCOMPLETE,
    nb="Den individuelle planen er aktiv og sier ikke når den skal evalueres neste gang",
    en="The individual plan is active and does not say when it is evaluated next",
    source=f"{PBRL}/§2-5",
    severity=Severity.WARNING,
)
NO_PERFORMER = Message(
    "tiltak-without-performer",
    IssueType.INCOMPLETE,
    nb="Tiltaket i den individuelle planen sier ikke hvem som utfører det",
    en="The tiltak of the individual plan does not say who carries it out",
    source=_CONTENT,
    severity=Severity.WARNING,
)
NO_RESPONSIBLE = Message(
    "tiltak-without-responsible-organisation",
    IssueType.INCOMPLETE,
    nb="Ingen organisasjon har ansvaret for tiltaket: nevn den i utforere, eller en rolle i den",
    en="No organisation is responsible for the tiltak: name it in utforere, or a rolle in it",
    source=_CONTENT,
    severity=Severity.WARNING,
)
_OWN_EFFORT = frozenset({"innbygger", "parorende"})
"""Who may carry out a tiltak with nobody else responsible: it is a contribution of their own (§ 19 d)."""

_NO_ORGANISATION = frozenset({"ansatt", *_OWN_EFFORT})
"""What an aktor can be told as and belong to no organisation; of one told by identifikator nobody knows."""

_AT_WORK = frozenset({"aktiv", "pa-vent", "ikke-begynt", "avtalt", "i-gang"})


def evaluations(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:
    """An individuell plan that is aktiv and not to be evaluated, or not when it should have been."""
    for index, plan in individual(sak, frozenset({"aktiv"})):
        due = plan.get("nesteEvaluering")
        if due is None:
            yield NO_EVALUATION.at(f"sak.planer[{index}].nesteEvaluering")
        elif interval(due).high <= now:
            yield EVALUATION_DUE.at(f"sak.planer[{index}].nesteEvaluering")


def responsibilities(sak: dict[str, Any], now: datetime) -> Iterator[Finding]:  # noqa: ARG001 - no clock here
    """A tiltak of an individuell plan in force that nobody carries out, or no organisation answers for.

    Any system may send a tiltak that says less, so this is told and not refused.
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
    """The tiltak of the individuelle planer in force, simple ones too, each once and with its path."""
    in_force = list(individual(sak, IN_FORCE))
    named = {id_ for _, plan in in_force for id_ in plan.get("tiltak", ())}
    for index, tiltak in enumerate(sak.get("tiltak", ())):
        if tiltak["id"] in named:
            yield f"sak.tiltak[{index}]", tiltak
    for index, plan in in_force:
        for place, tiltak in enumerate(plan.get("enkleTiltak", ())):
            yield f"sak.planer[{index}].enkleTiltak[{place}]", tiltak

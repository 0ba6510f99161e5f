"""Avvik: irregularities of a record by time, import or age, as warnings that never block a write.

The checks are the rules of :mod:`adapter.record.rules`, applied to the record as it stands, and rules that
depend on the clock. A real birth number is no avvik: that rule is about the installation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, Severity
from adapter.fhir.dates import OSLO
from adapter.record.avvik import casework, consents, coordinators, plans
from adapter.record.rules import broken
from adapter.record.rules.violation import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

BY_TIME: tuple[Callable[[dict[str, Any], datetime], Iterator[Finding]], ...] = (
    coordinators.person,
    consents.samtykker,
    coordinators.coordinators,
    coordinators.guardians,
    plans.evaluations,
    plans.responsibilities,
    casework.deadlines,
)
"""The checks of an active sak that depend on the instant."""


def avvik(kind: str, body: dict[str, Any], now: datetime) -> list[Finding]:
    """The avvik of a record at the instant ``now``, as warnings; empty if there is none."""
    today = now.astimezone(OSLO).date()
    standing_breaches = broken(Case(kind, body, body, today, production=True))
    told = [replace(breach.finding(), severity=Severity.WARNING) for breach in standing_breaches]
    if kind == "sak" and body["tilstand"] == "aktiv":
        told += [finding for look in BY_TIME for finding in look(body, now)]
    return told

"""What time, import or age has made irregular in a record: told with it, and never in the way of a write.

The rules are those of :mod:`adapter.record.rules`, asked of the record as it stands, and those only a clock
can break. Whether a birth number is of a real person is not told here: that rule is about where it is kept.
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
"""Asked of an active sak at an instant."""


def avvik(kind: str, body: dict[str, Any], now: datetime) -> list[Finding]:
    """What is irregular in a record at the instant ``now``, as warnings; empty if nothing is."""
    today = now.astimezone(OSLO).date()
    standing_breaches = broken(Case(kind, body, body, today, production=True))
    told = [replace(breach.finding(), severity=Severity.WARNING) for breach in standing_breaches]
    if kind == "sak" and body["tilstand"] == "aktiv":
        told += [finding for look in BY_TIME for finding in look(body, now)]
    return told

"""A lawful sak on the date of the tests, for tests to change at one path at a time."""

from __future__ import annotations

import copy
from datetime import date
from typing import TYPE_CHECKING, Any

from adapter.record.rules import Case, newly_broken

if TYPE_CHECKING:
    from adapter.errors import Finding

TODAY = date(2026, 3, 1)
PERSON, PARENT = "12856812055", "17819941009"
"""Synthetic birth numbers: 80 is added to the month."""

SAK: dict[str, Any] = {
    "id": "saken",
    "tilstand": "aktiv",
    "innbygger": {
        "id": "torill",
        "identer": [{"id": "i1", "type": "fnr", "verdi": PERSON}],
        "fodselsdato": "1968-05-12",
    },
    "parorende": [
        {
            "id": "mora",
            "identer": [{"id": "i1", "type": "fnr", "verdi": PARENT}],
            "relasjon": "mor",
            "foreldreansvar": "felles",
        },
        {
            "id": "vergen",
            "verge": {"slag": "verge", "personligOmrade": True},
            "gyldighet": {"fra": "2020", "til": "2030"},
        },
    ],
    "team": [
        {
            "id": "teamet",
            "status": "aktiv",
            "deltakere": [
                {"id": "d1", "rolle": "koordinator", "hvem": {"rolle": "r1"}, "gyldighet": {"fra": "2025"}},
                {"id": "d2", "rolle": "koordinerende-enhet", "hvem": {"organisasjon": "ke"}},
                {"id": "d3", "rolle": "koordinator-hf", "hvem": {"ansatt": "a1"}},
            ],
        }
    ],
    "samtykker": [
        {
            "id": "samtykket",
            "tilstand": "aktiv",
            "type": "opplysningsutveksling",
            "gittDato": "2026-01-10",
            "gittAv": [{"innbygger": "torill"}],
            "mottaker": {"organisasjon": "sykehuset"},
            "regler": [{"id": "g1", "virkning": "tillat", "del": ["koordinator"]}],
        }
    ],
}

CHILD_BORN = "2014-06-01"


def sak(**changes: Any) -> dict[str, Any]:
    """The sak with values set at paths: ``sak(**{"team.0.status": "inaktiv"})``; None removes a field."""
    return bent(SAK, **changes)


def bent(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy of ``body`` with values set at paths; ``+`` appends to a list, None removes the field."""
    changed = copy.deepcopy(body)
    for path, value in changes.items():
        *way, last = path.split(".")
        at: Any = changed
        for step in way:
            at = at[int(step)] if isinstance(at, list) else at.setdefault(step, {})
        if last == "+":
            at.append(copy.deepcopy(value))
        elif value is None:
            del at[last]
        else:
            at[int(last) if isinstance(at, list) else last] = copy.deepcopy(value)
    return changed


def broken(
    kind: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    *,
    today: date = TODAY,
    production: bool = False,
    kept: frozenset[str] | None = None,
) -> list[Finding]:
    """The findings of the rules that a change newly breaks."""
    return newly_broken(Case(kind, after, before, today, production, kept))

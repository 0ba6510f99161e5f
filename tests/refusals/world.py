"""Two people, one with a plan: bad input is one of these with something changed."""

from __future__ import annotations

from typing import Any

from tests.rest.world import CASE, CONSENT, OTHER_CASE, RECORDS

PLAN: dict[str, Any] = {
    "id": "planen",
    "plantype": "individuell-plan",
    "status": "aktiv",
    "tittel": "Individuell plan",
    "gyldighet": {"fra": "2026-01-10"},
    "team": [{"team": "teamet"}],
    "maal": ["gaa", "staa"],
    "tiltak": ["trening"],
    "nesteEvaluering": "2026-06-01",
}

SAK: dict[str, Any] = {
    **CASE,
    "parorende": [
        {"id": "mora", "aktiv": True, "relasjon": "mor", "gyldighet": {"fra": "1968"}},
        {"id": "vergen", "aktiv": True, "verge": {"slag": "verge", "personligOmrade": False}},
    ],
    "planer": [PLAN],
    "maal": [
        {"id": "gaa", "status": "aktiv", "tekst": "Gå til butikken og hjem igjen", "delmaal": ["staa"]},
        {
            "id": "staa",
            "status": "aktiv",
            "tekst": "Stå uten støtte i to minutter",
            "startdato": "2026-01-12",
        },
    ],
    "tiltak": [
        {
            "id": "trening",
            "status": "aktiv",
            "tittel": "Fysioterapi",
            "maal": ["staa"],
            "gyldighet": {"fra": "2026-01-15"},
            "utforere": [{"organisasjon": "enheten"}],
        }
    ],
    "samtykker": [
        {**CONSENT, "gyldighet": {"fra": "2026-01-10"}},
        {
            "id": "til-planen",
            "tilstand": "aktiv",
            "type": "plan",
            "gittDato": "2026-01-10",
            "gittAv": [{"innbygger": "torill"}],
        },
    ],
}

OTHER: dict[str, Any] = {
    **OTHER_CASE,
    "planer": [{"id": "odds-plan", "plantype": "individuell-plan", "status": "utkast"}],
    "maal": [{"id": "odds-maal", "status": "aktiv", "tekst": "Bli med på fotballen"}],
    "tiltak": [{"id": "odds-tiltak", "status": "aktiv", "tittel": "Støttekontakt"}],
}

ALL: tuple[tuple[str, dict[str, Any]], ...] = (
    *(record for record in RECORDS if record[0] != "saker"),
    ("saker", SAK),
    ("saker", OTHER),
)

"""A small municipality for tests: a person with a coordinator, and a hospital with a samtykke to that.

All people are synthetic (month of birth + 80), the organisation numbers invented (they begin with 3).
"""

from __future__ import annotations

from typing import Any

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
ENH = "urn:oid:2.16.578.1.12.4.1.4.101"

KOMMUNE_NUMBER = "314159268"
HOSPITAL_NUMBER = "310000019"
STRANGER_NUMBER = "310000027"

PERSON_NUMBER = "12856812055"
"""The birth number of the person whose coordinator is permitted to the hospital."""

OTHER_NUMBER = "03910990054"
"""The birth number of a person without a samtykke."""

UNUSED_NUMBER = "17819941009"
"""The birth number of a person without a record."""

ORGANISATIONS: tuple[dict[str, Any], ...] = (
    {
        "id": "kommunen",
        "aktiv": True,
        "navn": "Fjordvik kommune",
        "identer": [{"id": "i1", "type": "orgnr", "verdi": KOMMUNE_NUMBER}],
    },
    {
        "id": "enheten",
        "aktiv": True,
        "navn": "Koordinerende enhet i Fjordvik",
        "koordinerendeEnhet": True,
        "overordnet": "kommunen",
        "kontaktpunkter": [{"id": "k1", "kanal": "telefon", "verdi": "+47 75 00 00 01"}],
    },
    {
        "id": "sykehuset",
        "aktiv": True,
        "navn": "Nordfjella sykehus",
        "identer": [{"id": "i1", "type": "orgnr", "verdi": HOSPITAL_NUMBER}],
    },
)

COORDINATOR: dict[str, Any] = {
    "id": "ragna",
    "aktiv": True,
    "navn": [{"id": "n1", "bruk": "offisiell", "fornavn": ["Ragna"], "etternavn": "Solviken"}],
    "kontaktpunkter": [{"id": "k1", "kanal": "telefon", "verdi": "+47 75 00 00 02"}],
    "roller": [{"id": "ragna-koordinator", "aktiv": True, "organisasjon": "enheten"}],
}

SUCCESSOR: dict[str, Any] = {
    "id": "bjarte",
    "aktiv": True,
    "navn": [{"id": "n1", "bruk": "offisiell", "fornavn": ["Bjarte"], "etternavn": "Øvregård"}],
    "roller": [{"id": "bjarte-koordinator", "aktiv": True, "organisasjon": "enheten"}],
}

CONSENT: dict[str, Any] = {
    "id": "samtykket",
    "tilstand": "aktiv",
    "type": "opplysningsutveksling",
    "gittDato": "2026-01-10",
    "gittAv": [{"innbygger": "torill"}],
    "form": "skriftlig",
    "rettsgrunnlag": "pbrl-2-5-b",
    "mottaker": {"organisasjon": "sykehuset"},
    "regler": [{"id": "r1", "virkning": "tillat", "del": ["koordinator"]}],
}

CASE: dict[str, Any] = {
    "id": "saken",
    "tilstand": "aktiv",
    "innbygger": {
        "id": "torill",
        "identer": [{"id": "i1", "type": "fnr", "verdi": PERSON_NUMBER}],
        "navn": [{"id": "n1", "bruk": "offisiell", "fornavn": ["Torill"], "etternavn": "Bakkehaug"}],
        "fodselsdato": "1968-05-12",
        "kjonn": "kvinne",
    },
    "team": [
        {
            "id": "teamet",
            "status": "aktiv",
            "navn": "Ansvarsgruppen",
            "deltakere": [
                {
                    "id": "d1",
                    "rolle": "koordinator",
                    "hvem": {"rolle": "ragna-koordinator"},
                    "gyldighet": {"fra": "2026-01-01"},
                }
            ],
        }
    ],
    "samtykker": [CONSENT],
}

OTHER_CASE: dict[str, Any] = {
    "id": "den-andre-saken",
    "tilstand": "aktiv",
    "innbygger": {
        "id": "odd",
        "identer": [{"id": "i1", "type": "fnr", "verdi": OTHER_NUMBER}],
        "navn": [{"id": "n1", "bruk": "offisiell", "fornavn": ["Odd"], "etternavn": "Lyngstad"}],
        "fodselsdato": "2009-11-03",
        "kjonn": "mann",
    },
    "team": [
        {
            "id": "odds-team",
            "status": "aktiv",
            "deltakere": [{"id": "d1", "rolle": "koordinator", "hvem": {"rolle": "ragna-koordinator"}}],
        }
    ],
}

RECORDS: tuple[tuple[str, dict[str, Any]], ...] = (
    *(("organisasjoner", record) for record in ORGANISATIONS),
    ("ansatte", COORDINATOR),
    ("ansatte", SUCCESSOR),
    ("saker", CASE),
    ("saker", OTHER_CASE),
)
"""The records, in an order in which every reference leads to an earlier record."""

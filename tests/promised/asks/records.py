"""Records the municipal door refuses: against the schema, against a rule, or against another record."""

from __future__ import annotations

from typing import Any

from adapter.record.identifiers import is_birth_number
from tests.promised.asks import ANY_VERSION, Ask, record
from tests.refusals.world import PLAN
from tests.rest.world import FNR, ORGANISATIONS, OTHER_NUMBER

REAL_NUMBER = next(f"010101{n:05d}" for n in range(99999) if is_birth_number(f"010101{n:05d}"))
"""A birth number without the synthetic month, computed here so that no real number is written down."""

ANOTHER = {"id": "d9", "hvem": {"rolle": "bjarte-koordinator"}}
GUARDIAN = [{"parorende": "vergen"}]
NUMBER, CONSENT, DELTAKERE = "innbygger.identer", "samtykker.0", "team.0.deltakere"
GOAL = {"id": "nytt-maal", "status": "aktiv", "tekst": "Gå"}


def unit(**changes: Any) -> Ask:
    """The municipality writes one of its units with these changes."""
    body = {**ORGANISATIONS[1], **changes}
    return Ask("PUT", "/kommune/v1/organisasjoner/enheten", body, ANY_VERSION)


OF_THE_SCHEMA = (
    record(farge="blå"),
    record(innbygger=None),
    record(maal="ingen"),
    record(tilstand="rar"),
    record(**{"innbygger.fodselsdato": "2026-02-30"}),
    record(**{"maal.0.id": "ikke en id"}),
    record(**{"maal.0.tekst": ""}),
    record(**{"tiltak.0.utforere.0": {"organisasjon": "enheten", "ansatt": "ragna"}}),
    record(**{"planer.0.maal": ["gaa", "gaa"]}),
    record(**{"innbygger.kontaktpunkter": [{"kanal": "telefon", "verdi": "1", "rang": 0}]}),
    record(**{"innbygger.dod": True, "innbygger.dodsdato": "2026"}),
    record(**{"maal.+": {"id": "nytt-maal", "status": "aktiv"}}),
    record(**{"planer.0.planEier": {"ansatt": "ragna"}}),
)

OF_IDENTITY = (
    record(**{f"{NUMBER}.0.verdi": "12856812054"}),
    record(**{f"{NUMBER}.0.type": "dnr"}),
    record(**{f"{NUMBER}.0.verdi": REAL_NUMBER}),
    record(**{f"{NUMBER}.+": {"id": "i2", "type": "orgnr", "verdi": "314159267"}}),
    record(**{f"{NUMBER}.+": {"id": "i2", "type": "hpr", "verdi": "123456"}}),
    record(**{f"{NUMBER}.+": {"id": "i2", "type": "annen", "system": FNR, "verdi": "1"}}),
    record(**{"team.0.gyldighet": {"fra": "2026-02-01", "til": "2026-01-20"}}),
    record(**{"maal.+": {**GOAL, "id": "gaa"}}),
    record(**{"maal.+": {**GOAL, "id": OTHER_NUMBER}}),
    record(henvendelser=[{"id": "trening", "status": "aktiv"}]),
    record(**{"planer.0.maal.+": "odds-maal"}),
    record(**{"tiltak.0.utforere.+": {"ansatt": "ingen"}}),
    record(**{f"{NUMBER}.0.verdi": OTHER_NUMBER}),
    record(**{"maal.+": {**GOAL, "id": "odds-maal"}}),
    unit(overordnet="enheten"),
)

OF_COORDINATION = (
    record(**{f"{DELTAKERE}.+": {**ANOTHER, "rolle": "koordinator"}}),
    record(
        **{
            f"{DELTAKERE}.0.rolle": "koordinator-hf",
            f"{DELTAKERE}.+": {**ANOTHER, "rolle": "koordinator-hf"},
        }
    ),
    record(**{"innbygger.venterBarn": {}, f"{DELTAKERE}.+": {**ANOTHER, "rolle": "barnekoordinator"}}),
    record(**{f"{DELTAKERE}.0.rolle": "barnekoordinator"}),
    record(**{"team.0.status": "inaktiv"}),
    record(**{"planer.0.status": "fullfort", DELTAKERE: []}),
)

OF_CONSENT = (
    record(**{f"{CONSENT}.gittAv": [{"parorende": "mora"}]}),
    record(**{f"{CONSENT}.mottaker": None}),
    record(**{f"{CONSENT}.regler": []}),
    record(**{f"{CONSENT}.gittDato": None}),
    record(**{f"{CONSENT}.gittDato": "2027"}),
    record(**{f"{CONSENT}.tilbaketrekking": {"dato": "2026-02"}}),
    record(**{f"{CONSENT}.gjelderPlaner": []}),
    record(**{"samtykker.1.mottaker": {"organisasjon": "sykehuset"}}),
    record(**{f"{CONSENT}.ugjennomsiktig": True, f"{CONSENT}.regler": None}),
)

OF_PLANNING = (
    record(**{"planer.+": {**PLAN, "id": "ny-plan", "status": "pa-vent"}}),
    record(**{"samtykker.1.gittAv": [{"parorende": "mora"}]}),
    record(**{"planer.0.hensikt": "bestilling"}),
    record(**{"maal.0.delmaal": ["gaa"]}),
    record(**{"maal.1.frister": [{"id": "f1", "dato": "2025-12-31"}]}),
    record(**{"maal.0.uttryktAv": GUARDIAN[0]}),
)

OF_THE_FEED = (Ask("GET", "/kommune/v1/endringer?epoke=en-annen"),)

ASKS = (*OF_THE_SCHEMA, *OF_IDENTITY, *OF_COORDINATION, *OF_CONSENT, *OF_PLANNING, *OF_THE_FEED)

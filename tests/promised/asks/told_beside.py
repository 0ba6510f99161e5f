"""Requests whose answer has extra findings: avvik of an accepted record, and effects of a write."""

from __future__ import annotations

from dataclasses import replace

from tests.promised.asks import ANY_VERSION, RECORD, Ask, change, create, record
from tests.promised.asks.structure import CONSENT, TILTAK
from tests.refusals.rows import coded
from tests.refusals.world import SAK

PARENTS = {
    "parorende.0.foreldreansvar": "felles",
    **{f"samtykker.{number}.gittAv": [{"parorende": "mora"}] for number in (0, 1)},
}
OPAQUE = {**CONSENT, "status": "active", "provision": {"type": "permit", "code": [{"text": "alt"}]}}
REQUEST = {"id": "soknaden", "type": "soknad-ip", "status": "aktiv", "opprettet": "2026-01-20"}
STEP = {
    "id": "mottaket",
    "oppgave": "soknad-ip",
    "status": "mottatt",
    "opprettet": "2026-01-20",
    "henvendelse": "soknaden",
}
IN_THE_PLAN = {"planer.0.tiltak": ["trening"]}
TOPIC = coded("ip-emne", "psykisk-helse-rus")["coding"]
GIVEN_AWAY = record(**{"samtykker.0.regler.0.del": ["person", "tiltak"]})
BESIDE = {"url": "https://epj.example/x", "valueString": "x"}

AVVIK = (
    record(**{"samtykker.0.gyldighet": {"til": "2026-02-28"}}),
    record(**PARENTS, **{"innbygger.fodselsdato": "2010-02-01", "samtykker.0.barnetHort": True}),
    record(**PARENTS, **{"innbygger.fodselsdato": "2012"}),
    record(**{"samtykker.0.mottaker": {"adresse": "https://epj.example/fhir/Organization/1"}}),
    record(**{"team.0.deltakere.0.gyldighet.til": "2026-02-28"}),
    record(
        **{
            "innbygger.fodselsdato": "2007-12-31",
            "team.0.deltakere.0.rolle": "barnekoordinator",
            "team.0.deltakere.0.gyldighet": {"fra": "2024"},
        }
    ),
    record(**{"parorende.1.gyldighet": {"til": "2025"}}),
    record(**{"innbygger.dod": True, "samtykker.0.tilstand": "inaktiv"}),
    record(**{"planer.0.nesteEvaluering": "2026-02"}),
    record(**{"planer.0.nesteEvaluering": None}),
    record(**IN_THE_PLAN, **{"tiltak.0.utforere": []}),
    record(**IN_THE_PLAN, **{"tiltak.0.utforere": [{"ansatt": "ragna"}, {"innbygger": "torill"}]}),
    record(henvendelser=[REQUEST], saksgang=[STEP]),
    record(henvendelser=[REQUEST], saksgang=[{**STEP, "frist": "2026-02-28"}]),
    record(henvendelser=[REQUEST], saksgang=[STEP, {**STEP, "id": "svaret", "status": "forelopig-svar"}]),
    Ask("GET", RECORD, given=(create(OPAQUE),)),
    replace(
        record(**{"maal.0.status": "pa-vent"}),
        given=(change("Goal/gaa", _lifecycleStatus={"extension": [BESIDE]}),),
    ),
)

LED_TO = (
    Ask(
        "PUT",
        "/fhir/CareTeam/teamet",
        None,
        {**ANY_VERSION, "Prefer": "return=OperationOutcome"},
        source="/fhir/CareTeam/teamet",
    ),
    Ask(
        "POST",
        "/fhir/ServiceRequest",
        {**TILTAK, "meta": {"security": TOPIC}},
        caller="hospital",
        given=(GIVEN_AWAY,),
    ),
    Ask("PUT", RECORD, {**SAK, "saksnummer": "1"}, {"If-Match": 'W/"1"'}, given=(record(saksnummer="2"),)),
    Ask(
        "GET",
        "/fhir/Goal/nytt-maal",
        given=(record(**{"maal.+": {"id": "nytt-maal", "status": "aktiv", "tekst": "Gå"}}), record()),
    ),
    Ask(
        "PUT",
        RECORD,
        None,
        ANY_VERSION,
        source=RECORD,
        changes={"samtykker.2.regler": [{"id": "r1", "virkning": "tillat", "del": ["koordinator"]}]},
        given=(create(OPAQUE),),
    ),
)

ASKS = (*AVVIK, *LED_TO)

"""The rows of the rules: lawful changes of a sak, and changes that break one rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.record.rules import consent, coordination, identity, planning
from tests.record.given import CHILD_BORN

if TYPE_CHECKING:
    from adapter.errors import Message

ORGNR, FNR = "urn:oid:2.16.578.1.12.4.1.4.101", "urn:oid:2.16.578.1.12.4.1.4.1"
KOORDINATOR = {"id": "d9", "rolle": "koordinator", "hvem": {"rolle": "r9"}}
BARNEKOORDINATOR = {**KOORDINATOR, "rolle": "barnekoordinator"}
ANOTHER_TEAM = {"id": "team-2", "status": "aktiv", "deltakere": [KOORDINATOR]}
CHILD = {"innbygger.fodselsdato": CHILD_BORN, "samtykker": []}
BY_PARENT = {"innbygger.fodselsdato": CHILD_BORN, "samtykker.0.gittAv": [{"parorende": "mora"}]}
DELTAKERE, SAMTYKKE = "team.0.deltakere", "samtykker.0"

PLAN = {"id": "p1", "plantype": "individuell-plan", "status": "aktiv", "nesteEvaluering": "2026-06"}
TO_PLAN = {
    "id": "til-planen",
    "tilstand": "aktiv",
    "type": "plan",
    "gittDato": "2026-01-10",
    "gittAv": [{"innbygger": "torill"}],
}
WITH_PLAN = {"planer": [PLAN], "samtykker.+": TO_PLAN}
GOALS = [{"id": "m1", "status": "aktiv", "tekst": "Gå"}, {"id": "m2", "status": "aktiv", "tekst": "Stå"}]

PASSES: tuple[dict[str, Any], ...] = (
    {},
    # identity
    {"innbygger.identer.0": {"id": "i1", "type": "dnr", "verdi": "51847530190"}},
    {"innbygger.identer.+": {"id": "i2", "type": "annen", "system": "urn:oid:1.2", "verdi": "1"}},
    {"innbygger.identer.+": {"id": "i2", "type": "orgnr", "system": ORGNR, "verdi": "314159268"}},
    {f"{SAMTYKKE}.mottaker": {"identifikator": {"system": ORGNR, "verdi": "314159268"}}},
    {"team.0.gyldighet": {"fra": "2026-03-01", "til": "2026-03-01"}},
    {"maal": [{"id": "12856812056", "status": "aktiv", "tekst": "Gå"}]},
    {"team.0.gyldighet": {"fra": "2026", "til": "2026-01"}},
    # coordination
    {
        f"{DELTAKERE}.0.gyldighet.til": "2026-03-01",
        f"{DELTAKERE}.+": {**KOORDINATOR, "gyldighet": {"fra": "2026-03-01"}},
    },
    {
        f"{DELTAKERE}.0.gyldighet.til": "2026-06",
        f"{DELTAKERE}.+": {**KOORDINATOR, "gyldighet": {"fra": "2026-07"}},
    },
    {f"{DELTAKERE}.+": {**KOORDINATOR, "gyldighet": {"til": "2026-02"}}},
    {f"{DELTAKERE}.+": {**KOORDINATOR, "rolle": "stedfortreder-koordinator"}},
    {"team.+": {**ANOTHER_TEAM, "status": "foreslatt"}},
    {"team.+": {"id": "team-2", "deltakere": [{**KOORDINATOR, "rolle": "koordinator-hf"}]}},
    {**CHILD, f"{DELTAKERE}.0": {**BARNEKOORDINATOR, "gyldighet": {"fra": "2032-05-31"}}},
    {f"{DELTAKERE}.0": BARNEKOORDINATOR, "innbygger.venterBarn": {"termin": "2026-09"}},
    {"team.0.status": "inaktiv", **{f"{DELTAKERE}.{n}.gyldighet": {"til": "2026-03-01"} for n in range(3)}},
    {"team.0.status": "feilregistrert"},
    {"tilstand": "feilregistrert", "team.+": ANOTHER_TEAM},
    {"tilstand": "innmeldt", f"{SAMTYKKE}.gittAv": None},
    # consent
    BY_PARENT,
    {f"{SAMTYKKE}.gittAv": [{"parorende": "vergen"}]},
    {f"{SAMTYKKE}.gittAv": [{"parorende": "mora"}, {"innbygger": "torill"}]},
    {**BY_PARENT, "innbygger.fodselsdato": "2010-01-11"},  # 16 the day after it was given
    {f"{SAMTYKKE}.gittDato": "2026-03-01T23:30:00+01:00"},
    {f"{SAMTYKKE}.gittDato": "2026"},
    {f"{SAMTYKKE}.tilstand": "utkast", f"{SAMTYKKE}.gittDato": None, f"{SAMTYKKE}.regler": None},
    {
        f"{SAMTYKKE}.type": "plan",
        f"{SAMTYKKE}.mottaker": None,
        f"{SAMTYKKE}.regler": None,
        f"{SAMTYKKE}.gittAv": None,
    },
    {f"{SAMTYKKE}.tilstand": "inaktiv", f"{SAMTYKKE}.tilbaketrekking": {"dato": "2026-02-02"}},
    {f"{SAMTYKKE}.ugjennomsiktig": True, f"{SAMTYKKE}.regler": None, f"{SAMTYKKE}.gittDato": None},
    {**WITH_PLAN, "planer": [{**PLAN, "maal": ["p1"]}], "maal": [{**GOALS[0], "id": "p1"}]},
    # planning
    WITH_PLAN,
    {"planer": [{**PLAN, "status": "utkast"}, {**PLAN, "id": "p2", "status": "pa-vent"}]},
    {**WITH_PLAN, "planer": [PLAN, {**PLAN, "id": "p2", "plantype": "delplan-krise", "erstatter": ["p1"]}]},
    {**WITH_PLAN, "planer": [{**PLAN, "status": "fullfort"}, {**PLAN, "id": "p2", "erstatter": ["p1"]}]},
    {"planer": [PLAN], "samtykker.+": {**TO_PLAN, "gyldighet": {"til": "2026-03-01"}}},
    {"planer": [PLAN], "samtykker.+": {**TO_PLAN, "gittAv": [{"parorende": "vergen"}]}},
    {"maal": [{**GOALS[0], "delmaal": ["m2"]}, GOALS[1]]},
    {"maal": [{**GOALS[0], "startdato": "2026-02", "frister": [{"dato": "2026-02-01"}, {"dato": "2027"}]}]},
    {"maal": [{**GOALS[0], "uttryktAv": {"parorende": "vergen"}}]},
    {
        "maal": [{**GOALS[0], "uttryktAv": {"parorende": "vergen"}}],
        "parorende.1.verge.personligOmrade": False,
        "parorende.1.relasjon": "sosken",
    },
)

REFUSED: tuple[tuple[Message, str, dict[str, Any]], ...] = (
    # identity
    (identity.BIRTH_NUMBER, "innbygger.identer[0].verdi", {"innbygger.identer.0.verdi": "12856812054"}),
    (identity.BIRTH_NUMBER, "parorende[0].identer[0].verdi", {"parorende.0.identer.0.verdi": "12856812054"}),
    (
        identity.BIRTH_NUMBER,
        "samtykker[0].mottaker.identifikator",
        {f"{SAMTYKKE}.mottaker": {"identifikator": {"system": FNR, "verdi": "1"}}},
    ),
    (identity.BIRTH_NUMBER_KIND, "innbygger.identer[0].verdi", {"innbygger.identer.0.type": "dnr"}),
    (identity.BIRTH_NUMBER_KIND, "innbygger.identer[0].verdi", {"innbygger.identer.0.verdi": "51847530190"}),
    (
        identity.ORGANISATION_NUMBER,
        "innbygger.identer[1].verdi",
        {"innbygger.identer.+": {"type": "orgnr", "verdi": "314159267"}},
    ),
    (
        identity.HPR_NUMBER,
        "innbygger.identer[1].verdi",
        {"innbygger.identer.+": {"type": "hpr", "verdi": "123456"}},
    ),
    (
        identity.SYSTEM_AND_TYPE,
        "innbygger.identer[1].system",
        {"innbygger.identer.+": {"type": "annen", "system": FNR, "verdi": "1"}},
    ),
    (identity.SYSTEM_AND_TYPE, "innbygger.identer[0].system", {"innbygger.identer.0.system": "urn:oid:1.2"}),
    (
        identity.PERIOD_BACKWARDS,
        "team[0].gyldighet",
        {"team.0.gyldighet": {"fra": "2026-03-02", "til": "2026-03-01"}},
    ),
    (
        identity.PERIOD_BACKWARDS,
        "samtykker[0].regler[0].gyldighet",
        {f"{SAMTYKKE}.regler.0.gyldighet": {"fra": "2026", "til": "2025"}},
    ),
    (identity.ID_TWICE, "team[0].deltakere[1].id", {f"{DELTAKERE}.1.id": "d1"}),
    (
        identity.NUMBER_AS_ID,
        "maal[0].id",
        {"maal": [{"id": "12856812055", "status": "aktiv", "tekst": "Gå"}]},
    ),
    (
        identity.ID_TWICE,
        "maal[0].notater[0].id",
        {
            "maal": [
                {
                    "id": "maal-1",
                    "status": "aktiv",
                    "tekst": "Gå",
                    "frister": [{"id": "e1", "dato": "2026-05"}],
                    "notater": [{"id": "e1", "tekst": "Øver"}],
                }
            ]
        },
    ),
    (identity.ID_TWICE, "parorende[1].id", {"parorende.1.id": "mora"}),
    (identity.NOT_HERE, "samtykker[0].gittAv[1]", {f"{SAMTYKKE}.gittAv.+": {"parorende": "faren"}}),
    (identity.NOT_HERE, "team[0].deltakere[1].hvem", {f"{DELTAKERE}.1.hvem": {"innbygger": "en-annen"}}),
    (identity.NOT_HERE, "samtykker[0].mottaker", {f"{SAMTYKKE}.mottaker": {"team": "et-annet"}}),
    # coordination
    (coordination.TWO_COORDINATORS, "team[0].deltakere[3]", {f"{DELTAKERE}.+": KOORDINATOR}),
    (coordination.TWO_COORDINATORS, "team[1].deltakere[0]", {"team.+": ANOTHER_TEAM}),
    (
        coordination.TWO_COORDINATORS,
        "team[0].deltakere[3]",
        {f"{DELTAKERE}.+": {**KOORDINATOR, "gyldighet": {"fra": "2026-06"}}},
    ),
    (
        coordination.TWO_COORDINATORS,
        "team[0].deltakere[3]",
        {
            f"{DELTAKERE}.0.gyldighet.til": "2026-03-02",
            f"{DELTAKERE}.+": {**KOORDINATOR, "gyldighet": {"fra": "2026-03-01"}},
        },
    ),
    (
        coordination.COORDINATOR_AND_CHILD,
        "team[0].deltakere[3]",
        {**CHILD, f"{DELTAKERE}.+": BARNEKOORDINATOR},
    ),
    (
        coordination.TWO_HOSPITAL_COORDINATORS,
        "team[0].deltakere[3]",
        {f"{DELTAKERE}.+": {**KOORDINATOR, "rolle": "koordinator-hf"}},
    ),
    (coordination.NOT_A_CHILD, "team[0].deltakere[0].rolle", {f"{DELTAKERE}.0": BARNEKOORDINATOR}),
    (
        coordination.NOT_A_CHILD,
        "team[0].deltakere[0].rolle",
        {f"{DELTAKERE}.0": BARNEKOORDINATOR, "innbygger.fodselsdato": None},
    ),
    (
        coordination.NOT_A_CHILD,
        "team[0].deltakere[0].rolle",
        {**CHILD, f"{DELTAKERE}.0": {**BARNEKOORDINATOR, "gyldighet": {"fra": "2032-06-01"}}},
    ),
    (
        coordination.TEAM_CLOSED,
        "team[1].deltakere[0].gyldighet.til",
        {"team.+": {**ANOTHER_TEAM, "status": "inaktiv"}},
    ),
    # consent
    (consent.NOT_COMPETENT, "samtykker[0].gittAv", {f"{SAMTYKKE}.gittAv": None}),
    (consent.NOT_COMPETENT, "samtykker[0].gittAv", {f"{SAMTYKKE}.gittAv": [{"parorende": "mora"}]}),
    (consent.NOT_COMPETENT, "samtykker[0].gittAv", {"innbygger.fodselsdato": CHILD_BORN}),
    (consent.NOT_COMPETENT, "samtykker[0].gittAv", {**BY_PARENT, "innbygger.fodselsdato": "2010-01-10"}),
    (consent.NOT_COMPETENT, "samtykker[0].gittAv", {**BY_PARENT, "parorende.0.foreldreansvar": "far"}),
    (
        consent.NOT_COMPETENT,
        "samtykker[0].gittAv",
        {f"{SAMTYKKE}.gittAv": [{"parorende": "vergen"}], "parorende.1.verge.personligOmrade": False},
    ),
    (
        consent.NOT_COMPETENT,
        "samtykker[0].gittAv",
        {f"{SAMTYKKE}.gittAv": [{"parorende": "vergen"}], "parorende.1.gyldighet.til": "2025"},
    ),
    (consent.NO_RECIPIENT, "samtykker[0].mottaker", {f"{SAMTYKKE}.mottaker": None}),
    (consent.NO_RULES, "samtykker[0].regler", {f"{SAMTYKKE}.regler": []}),
    (consent.PLAN_RECIPIENT, "samtykker[0].mottaker", {f"{SAMTYKKE}.type": "plan"}),
    (consent.NOT_GIVEN, "samtykker[0].gittDato", {f"{SAMTYKKE}.gittDato": None}),
    (consent.GIVEN_LATER, "samtykker[0].gittDato", {f"{SAMTYKKE}.gittDato": "2026-03-02"}),
    (
        consent.WITHDRAWN_BUT_NOT_INACTIVE,
        "samtykker[0].tilstand",
        {f"{SAMTYKKE}.tilbaketrekking": {"dato": "2026-02"}},
    ),
    (consent.OPAQUE_RULES, "samtykker[0].regler", {f"{SAMTYKKE}.ugjennomsiktig": True}),
    (consent.ABOUT_PLAN, "samtykker[0].gjelderPlaner", {f"{SAMTYKKE}.gjelderPlaner": []}),
    # planning
    (
        identity.NOT_HERE,
        "planer[0].maal[1]",
        {**WITH_PLAN, "planer": [{**PLAN, "maal": ["m1", "m9"]}], "maal": GOALS},
    ),
    (identity.NOT_HERE, "maal[0].delmaal[0]", {"maal": [{**GOALS[0], "delmaal": ["m9"]}]}),
    (
        identity.ID_OF_ANOTHER,
        "henvendelser[1].id",
        {
            "tiltak": [{"id": "t1", "status": "aktiv"}],
            "henvendelser": [{"id": "h1", "status": "aktiv"}, {"id": "t1", "status": "aktiv"}],
        },
    ),
    (
        planning.TWO_PLANS,
        "planer[1].status",
        {**WITH_PLAN, "planer": [{**PLAN, "status": "pa-vent"}, {**PLAN, "id": "p2"}]},
    ),
    (planning.NO_PLAN_CONSENT, "planer[0].status", {"planer": [PLAN]}),
    (
        planning.NO_PLAN_CONSENT,
        "planer[0].status",
        {"planer": [PLAN], "samtykker.+": {**TO_PLAN, "gittAv": [{"parorende": "mora"}]}},
    ),
    (
        planning.NO_PLAN_CONSENT,
        "planer[0].status",
        {"planer": [PLAN], "samtykker.+": {**TO_PLAN, "gyldighet": {"til": "2026-02-28"}}},
    ),
    (
        planning.NO_PLAN_CONSENT,
        "planer[0].status",
        {"planer": [PLAN], "samtykker.+": {**TO_PLAN, "tilstand": "inaktiv"}},
    ),
    (
        planning.NO_PLAN_CONSENT,
        "planer[0].status",
        {
            "planer": [PLAN, {**PLAN, "id": "p2", "status": "fullfort"}],
            "samtykker.+": {**TO_PLAN, "gjelderPlaner": ["p2"]},
        },
    ),
    (
        planning.NOT_A_PLAN,
        "planer[0].hensikt",
        {"planer": [{**PLAN, "status": "utkast", "hensikt": "bestilling"}]},
    ),
    (
        planning.IN_ITSELF,
        "planer[0].delplaner[0].plan",
        {"planer": [{**PLAN, "status": "utkast", "delplaner": [{"plan": "p1"}, {"tittel": "Kriseplan"}]}]},
    ),
    (planning.IN_ITSELF, "maal[1].delmaal[1]", {"maal": [GOALS[0], {**GOALS[1], "delmaal": ["m1", "m2"]}]}),
    (
        planning.DUE_BEFORE_START,
        "maal[0].frister[1].dato",
        {
            "maal": [
                {**GOALS[0], "startdato": "2026-02-01", "frister": [{"dato": "2026-02"}, {"dato": "2026-01"}]}
            ]
        },
    ),
    (
        planning.NOT_TO_EXPRESS,
        "maal[0].uttryktAv",
        {
            "maal": [{**GOALS[0], "uttryktAv": {"parorende": "vergen"}}],
            "parorende.1.verge.personligOmrade": False,
        },
    ),
)

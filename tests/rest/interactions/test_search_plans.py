"""What an EHR searches plans, goals, tiltak and consents by, and what comes along with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapter.fhir.search.parameters import INCLUDES, REVINCLUDES, SERVED
from tests.rest.interactions.test_search_type import bundle, entries
from tests.rest.world import CASE, CONSENT, STRANGER_NUMBER

if TYPE_CHECKING:
    from tests.rest.conftest import House

CODE = {"system": "urn:koder", "kode": "gange"}
PLAN: dict[str, Any] = {
    "id": "planen",
    "plantype": "individuell-plan",
    "status": "aktiv",
    "tittel": "Torills plan",
    "gyldighet": {"fra": "2026-01-15"},
    "maal": ["maalet"],
    "tiltak": ["tiltaket"],
    "erstatter": ["den-gamle"],
}
PLANS = [
    PLAN,
    {"id": "den-gamle", "plantype": "delplan-annen", "status": "fullfort", "tittel": "Den forrige"},
    {
        "id": "delplanen",
        "plantype": "delplan-annen",
        "status": "aktiv",
        "tittel": "Treningen",
        "delAv": ["planen"],
    },
]
GOALS = [
    {"id": "maalet", "status": "aktiv", "maloppnaelse": "bedring", "tekst": "Gå til butikken"},
    {"id": "det-andre", "status": "aktiv", "maloppnaelse": "oppnadd", "tekst": "Lage middag"},
]
TASKS = [
    {
        "id": "tiltaket",
        "status": "aktiv",
        "tittel": "Gåtrening",
        "koder": [CODE],
        "gyldighet": {"fra": "2026-02-01", "til": "2026-05-31"},
        "omfang": {"hyppighet": {"ganger": 2, "per": 1, "enhet": "uke"}},
        "bestiltAv": {"rolle": "ragna-koordinator"},
    },
    {"id": "det-gamle-tiltaket", "status": "fullfort", "tittel": "Ut", "gyldighet": {"til": "2025-12-01"}},
]
TO_PLAN = {key: value for key, value in CONSENT.items() if key not in {"mottaker", "regler"}} | {
    "id": "samtykke-plan",
    "type": "plan",
    "rettsgrunnlag": "pbrl-2-5",
}
TO_STRANGER = {
    **CONSENT,
    "id": "til-den-andre",
    "mottaker": {"organisasjon": "den-andre-enheten"},
    "gyldighet": {"fra": "2026-01-10", "til": "2026-12-31"},
}
OTHER_UNIT = {
    "id": "den-andre-enheten",
    "aktiv": True,
    "navn": "Sørfjella sykehus",
    "identer": [{"id": "i1", "type": "orgnr", "verdi": STRANGER_NUMBER}],
}


@pytest.fixture
def planned(world: House) -> House:
    """The small municipality, where the person has a plan, and consents to two recipients."""
    case = {
        **CASE,
        "samtykker": [CONSENT, TO_PLAN, TO_STRANGER],
        "planer": PLANS,
        "maal": GOALS,
        "tiltak": TASKS,
    }
    unit = "/kommune/v1/organisasjoner/den-andre-enheten"
    assert world.municipality("PUT", unit, json=OTHER_UNIT).status_code == 201
    answer = world.municipality("PUT", "/kommune/v1/saker/saken", json=case, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.json
    return world


FOUND = [
    ("CarePlan?replaces=den-gamle", ["CarePlan/planen"]),
    ("CarePlan?replaces=CarePlan/planen", []),
    ("CarePlan?part-of=planen", ["CarePlan/delplanen"]),
    ("CarePlan?part-of:missing=true", ["CarePlan/den-gamle", "CarePlan/planen"]),
    ("Goal?achievement-status=improving", ["Goal/maalet"]),
    ("Goal?achievement-status:not=improving", ["Goal/det-andre"]),
    ("ServiceRequest?requester=PractitionerRole/ragna-koordinator", ["ServiceRequest/tiltaket"]),
    ("ServiceRequest?requester=Practitioner/ragna", []),
    ("ServiceRequest?code=urn:koder|gange", ["ServiceRequest/tiltaket"]),
    ("ServiceRequest?code=urn:andre|gange", []),
    ("ServiceRequest?occurrence=ge2026-01-01", ["ServiceRequest/tiltaket"]),
    ("ServiceRequest?occurrence=eb2026-01-01", ["ServiceRequest/det-gamle-tiltaket"]),
    ("ServiceRequest?occurrence=2026", ["ServiceRequest/tiltaket"]),
    ("Consent?category=plan", ["Consent/samtykke-plan"]),
    ("Consent?period=2026", ["Consent/til-den-andre"]),
    ("Consent?actor=Organization/sykehuset", ["Consent/samtykket"]),
    ("Consent?actor:missing=true", ["Consent/samtykke-plan"]),
    (
        "Consent?consentor=Patient/torill",
        ["Consent/samtykke-plan", "Consent/samtykket", "Consent/til-den-andre"],
    ),
]
"""A query, and what of the municipality's it finds."""


def test_what_is_said_is_found(planned: House) -> None:
    """Each parameter of R4 finds what has the value and nothing else."""
    for query, expected in FOUND:
        found = bundle(planned.municipality("GET", f"/fhir/{query}"))
        assert (query, entries(found)) == (query, expected)


ALONG = [
    (
        "ServiceRequest?_id=tiltaket&_include=ServiceRequest:requester&_include=ServiceRequest:based-on",
        ["CarePlan/planen", "PractitionerRole/ragna-koordinator"],
    ),
    ("CarePlan?_id=planen&_include=CarePlan:replaces", ["CarePlan/den-gamle"]),
    ("CarePlan?_id=delplanen&_include=CarePlan:part-of", ["CarePlan/planen"]),
    ("CarePlan?_id=planen&_revinclude=CarePlan:part-of", ["CarePlan/delplanen"]),
    ("CarePlan?_id=den-gamle&_revinclude=CarePlan:replaces", ["CarePlan/planen"]),
    ("Consent?_id=samtykket&_include=Consent:actor", ["Organization/sykehuset"]),
    ("Consent?_id=samtykket&_include=Consent:consentor", ["Patient/torill"]),
    ("Organization?_id=sykehuset&_revinclude=Consent:actor", ["Consent/samtykket"]),
    (
        "PractitionerRole?_id=ragna-koordinator&_revinclude=ServiceRequest:requester",
        ["ServiceRequest/tiltaket"],
    ),
]
"""A query, and what comes along with what it finds."""


def test_what_is_referred_to_comes_along(planned: House) -> None:
    """Both ways, by the parameters that are searched by."""
    for query, expected in ALONG:
        found = bundle(planned.municipality("GET", f"/fhir/{query}"))
        assert (query, sorted(entries(found, "include"))) == (query, expected)


def test_every_reference_parameter_is_an_include_both_ways(planned: House) -> None:
    """Whatever is searched by is brought along by too, from any type it may name, without a fault."""
    for type_, served in SERVED.items():
        for name, parameter in served.items():
            if parameter.targets:
                assert f"{type_}:{name}" in INCLUDES[type_]
                bundle(planned.municipality("GET", f"/fhir/{type_}?_include={type_}:{name}"))
            for target in parameter.targets:
                assert f"{type_}:{name}" in REVINCLUDES[target]
                bundle(planned.municipality("GET", f"/fhir/{target}?_revinclude={type_}:{name}"))


def test_a_consent_tells_no_recipient_of_another(planned: House) -> None:
    """Each finds its own consent; what is another's is found by no parameter and comes along with nothing."""
    mine, others = "Organization/sykehuset", "Organization/den-andre-enheten"
    own = entries(bundle(planned.hospital("GET", "/fhir/Consent")))
    assert own == ["Consent/samtykket"]
    for query in (
        f"Consent?actor={others}",
        f"Consent?actor={others}&patient=torill",
        "Consent?period=2026",
        "Consent?actor:missing=true",
        "Consent?_id=til-den-andre",
    ):
        found = bundle(planned.hospital("GET", f"/fhir/{query}"))
        assert (query, found["total"], entries(found)) == (query, 0, [])
    assert entries(bundle(planned.hospital("GET", f"/fhir/Consent?actor={mine}"))) == own
    along = bundle(planned.hospital("GET", "/fhir/Organization?_revinclude=Consent:actor"))
    assert entries(along, "include") == own
    assert entries(bundle(planned.stranger("GET", "/fhir/Consent"))) == ["Consent/til-den-andre"]

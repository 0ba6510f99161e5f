"""Requests a door itself refuses: addresses, methods, callers, formats, sizes, headers and parameters."""

from __future__ import annotations

from tests.promised.asks import ANY_VERSION, JSON, RECORD, Ask, create, raw
from tests.promised.asks.structure import CONSENT
from tests.refusals.world import SAK
from tests.rest.world import PERSON_NUMBER

PATIENT = {"resourceType": "Patient", "id": "x"}
TEAM = "/fhir/CareTeam/teamet"

TOO_LARGE = b"x" * (5 * 1024 * 1024 + 1)

ADDRESSES = (
    Ask("GET", "/nowhere"),
    Ask("GET", "/fhir/Observation/x"),
    Ask("GET", "/fhir/CarePlan/x/$everything"),
    Ask("POST", "/fhir/CarePlan/$validate", {}),
    Ask("DELETE", "/fhir/CarePlan/x"),
    Ask("PATCH", "/fhir/CarePlan/x", {}),
    Ask("PUT", "/fhir/CarePlan?identifier=x", {}),
    Ask("POST", "/fhir/CarePlan/x", {}),
    Ask("GET", "/fhir/CarePlan/ingen"),
    Ask("GET", "/fhir/CarePlan/planen/_history/99"),
    Ask("GET", "/kommune/v1/planer"),
    Ask("POST", "/kommune/v1/saker", {}),
    Ask("GET", "/kommune/v1/saker/ingen"),
    Ask("GET", "/kommune/v1/saker/saken/versjoner/99"),
    Ask("GET", "/kommune/v1/saker/saken/maal/ingen"),
)

CALLERS = (
    Ask("GET", TEAM, caller="nobody"),
    Ask("GET", RECORD, caller="nobody"),
    Ask("GET", RECORD, caller="hospital"),
    Ask("GET", TEAM, headers={"Authorization": "Bearer x"}, caller="nobody"),
    Ask("GET", TEAM, caller="stranger"),
    Ask("GET", "/fhir/Patient/torill", caller="reader"),
    Ask("PUT", TEAM, None, ANY_VERSION, "hospital", TEAM, {"status": "inactive"}),
    Ask("PUT", "/fhir/CareTeam/aldri", {"resourceType": "CareTeam", "id": "aldri"}, ANY_VERSION, "hospital"),
    create({**CONSENT, "status": "active"}, "hospital"),
    Ask("POST", "/fhir", {"resourceType": "Bundle", "type": "transaction"}, caller="hospital"),
)

FORMATS = (
    Ask("GET", f"{TEAM}?_format=ttl"),
    Ask("GET", TEAM, headers={"Accept": "text/html"}),
    raw(b"{}", "text/plain"),
    Ask("POST", "/fhir/Patient", b"{}", {"Content-Type": JSON, "Content-Encoding": "gzip"}),
    Ask("POST", "/fhir/Patient/_search", b"{}", {"Content-Type": JSON}),
    Ask("PUT", RECORD, b"<sak/>", {"Content-Type": "text/xml", **ANY_VERSION}),
    raw(TOO_LARGE),
    Ask("PUT", RECORD, TOO_LARGE, {"Content-Type": "application/json", **ANY_VERSION}),
)

CONDITIONS = (
    Ask("POST", "/fhir/Patient", PATIENT, {"If-None-Exist": "identifier=x"}),
    Ask("PUT", "/fhir/Patient/x", PATIENT, {"If-None-Match": "*"}),
    Ask("PUT", "/fhir/Patient/ny", {**PATIENT, "id": "ny"}, {"If-Match": 'W/"1"'}),
    Ask("PUT", TEAM, None, {}, source=TEAM),
    Ask("PUT", TEAM, None, {"If-Match": 'W/"99"'}, source=TEAM),
    Ask("PUT", TEAM, None, {"If-Match": "1"}, source=TEAM),
    Ask("PUT", RECORD, SAK),
    Ask("PUT", RECORD, {**SAK, "saksnummer": "1"}, {"If-Match": 'W/"99"'}),
    Ask("PUT", RECORD, SAK, {"If-Match": "1"}),
    Ask("PUT", "/kommune/v1/saker/ny", {**SAK, "id": "ny"}, {"If-Match": 'W/"1"'}),
)

PARAMETERS = (
    Ask("GET", f"{TEAM}?_count=1"),
    Ask("GET", "/fhir/metadata?mode=terminology"),
    Ask("GET", "/fhir/Patient?name=%FF"),
    Ask("GET", "/fhir/CareTeam?colour=red"),
    Ask("GET", "/fhir/CareTeam?status:above=active"),
    Ask("GET", "/fhir/CareTeam?date=soon"),
    Ask("GET", "/fhir/CareTeam?_count=1&_count=2"),
    Ask("GET", "/fhir/CareTeam?_summary=true&_elements=status"),
    Ask("GET", "/fhir/CareTeam?status=active" + "&status=active" * 200),
    Ask("GET", f"/fhir/CareTeam?_id={PERSON_NUMBER}"),
    Ask("GET", "/fhir/CareTeam?_page=x"),
    Ask("GET", "/fhir/CareTeam?_page=x&status=active"),
    Ask("GET", "/kommune/v1/saker?sok=x"),
    Ask("GET", "/kommune/v1/saker?antall=0"),
)

ASKS = (*ADDRESSES, *CALLERS, *FORMATS, *CONDITIONS, *PARAMETERS)

"""Transactions with one fault, each in one entry."""

from __future__ import annotations

from typing import Any

from tests.promised.asks import Ask, transaction
from tests.promised.asks.structure import GOAL, PLAN, UNIT

URL = "urn:uuid:00000000-0000-4000-8000-000000000001"
ELSEWHERE = {"reference": "urn:uuid:ffffffff-0000-4000-8000-000000000000"}
ENTRY = {"fullUrl": URL, "resource": UNIT, "request": {"method": "POST", "url": "Organization"}}


def entry(resource: dict[str, Any], **request: str) -> dict[str, Any]:
    """An entry that creates a resource, if the request is not another."""
    return {"resource": resource, "request": {"method": "POST", "url": resource["resourceType"], **request}}


ASKS: tuple[Ask, ...] = (
    transaction(ENTRY, type="batch"),
    transaction(*[entry(UNIT)] * 1001),
    transaction({"fullUrl": URL, "request": {"method": "POST", "url": "Organization"}}),
    transaction(entry(UNIT, method="DELETE", url="Organization/enheten")),
    transaction(entry(UNIT, ifNoneExist="name=x")),
    transaction(entry({"resourceType": "Basic", "code": {"text": "x"}})),
    transaction(entry(UNIT, url="Practitioner")),
    transaction(*[entry({**UNIT, "id": "ny"}, method="PUT", url="Organization/ny")] * 2),
    transaction(entry({**GOAL, "subject": ELSEWHERE})),
    transaction(*[entry({**GOAL, "subject": ELSEWHERE})] * 201),
    transaction(entry({**GOAL, "subject": {"reference": "Patient?identifier=x|1"}})),
    transaction(entry({**GOAL, "lifecycleStatus": "aktiv"})),
    transaction(entry({**GOAL, "subject": {"reference": "Patient/ingen"}})),
    transaction(entry({**PLAN, "goal": [{"reference": "Goal/odds-maal"}]})),
    transaction(entry({**UNIT, "id": "enheten"}, method="PUT", url="Organization/enheten")),
    transaction(entry({**UNIT, "id": "enheten"}, method="PUT", url="Organization/enheten", ifMatch='W/"99"')),
)

"""Requests with one fault each, by door and caller; ``codes.tsv`` has the code and status of each answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.security.development import Wish
from adapter.settings import EXAMPLE_CLIENT
from tests.record.given import bent
from tests.refusals.world import SAK
from tests.rest.world import HOSPITAL_NUMBER, STRANGER_NUMBER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.test import TestResponse

    from tests.rest.conftest import House

JSON = "application/fhir+json"
XML = "application/fhir+xml"
ANY_VERSION = {"If-Match": "*"}
RECORD = "/kommune/v1/saker/saken"
CALLERS = {
    "municipality": Wish("system", EXAMPLE_CLIENT),
    "hospital": Wish("organisasjon", "epj", HOSPITAL_NUMBER, scope="system/*.cruds"),
    "reader": Wish("organisasjon", "epj", HOSPITAL_NUMBER, scope="system/CareTeam.r"),
    "stranger": Wish("organisasjon", "epj", STRANGER_NUMBER),
    "nobody": None,
}


@dataclass(frozen=True)
class Ask:
    """One request.

    Args:
        method: of HTTP.
        path: the address, with its query.
        body: a value that is sent as JSON, bytes that are sent as they are, or None.
        headers: beside those of the body and the caller.
        caller: one of ``CALLERS``.
        source: if set, the body is the resource that the caller reads at this address.
        changes: the changes made to that resource.
        given: requests that are sent first; they must succeed.
    """

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    caller: str = "municipality"
    source: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    given: tuple[Ask, ...] = ()

    def answer(self, house: House) -> TestResponse:
        """Send the request, after those of ``given``; returns the answer."""
        for first in self.given:
            assert first.answer(house).status_code in {200, 201}, first
        caller, body = CALLERS[self.caller], self.body
        if self.source:
            body = bent(house.call(caller, "GET", self.source).json, **self.changes)
        sent = {} if body is None else {"data" if isinstance(body, bytes) else "json": body}
        return house.call(caller, self.method, self.path, headers=dict(self.headers), **sent)


def create(resource: dict[str, Any], caller: str = "municipality") -> Ask:
    """The caller creates a resource."""
    return Ask("POST", f"/fhir/{resource['resourceType']}", resource, caller=caller)


def change(of: str, **changes: Any) -> Ask:
    """The municipality changes the resource ``Type/id`` that stands."""
    return Ask("PUT", f"/fhir/{of}", None, ANY_VERSION, source=f"/fhir/{of}", changes=changes)


def as_new(of: str, **changes: Any) -> Ask:
    """The municipality creates a resource like the one that stands."""
    type_ = of.partition("/")[0]
    return Ask("POST", f"/fhir/{type_}", source=f"/fhir/{of}", changes={"id": None, **changes})


def record(**changes: Any) -> Ask:
    """The municipality writes the sak with these changes."""
    return Ask("PUT", RECORD, bent(SAK, **changes), ANY_VERSION)


def raw(body: bytes, content_type: str = JSON, path: str = "/fhir/Patient") -> Ask:
    """The municipality posts bytes to the FHIR door."""
    return Ask("POST", path, body, {"Content-Type": content_type})


def transaction(*entries: dict[str, Any], **elements: Any) -> Ask:
    """The municipality sends a transaction."""
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": list(entries), **elements}
    return Ask("POST", "/fhir", bundle)

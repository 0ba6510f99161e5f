"""The table of the FHIR door: Flask routes by it, and the CapabilityStatement is written from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from adapter.rest.interactions.capabilities import capabilities
from adapter.rest.interactions.create import create
from adapter.rest.interactions.history_instance import history_instance
from adapter.rest.interactions.read import read
from adapter.rest.interactions.search_type import search_type
from adapter.rest.interactions.transaction import transaction
from adapter.rest.interactions.update import update
from adapter.rest.interactions.vread import vread

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.repository import Repository
    from adapter.rest.interaction import FhirRequest, FhirResponse

    Handler = Callable[[FhirRequest, Repository], FhirResponse]

TYPES: dict[str, str] = {
    "Patient": "The person whose coordination or plan it is",
    "RelatedPerson": "Parents, next of kin, guardians",
    "CareTeam": "The coordinator and the team around the person; exists without a plan",
    "CarePlan": "Individuell plan, and the plans under it",
    "ServiceRequest": "What is done, how much and by whom (intent plan); a report of need (intent proposal)",
    "Goal": "What the person wants to reach, in the person's own words",
    "Consent": "What the person lets be shared with whom; a permission to one recipient each",
    "Practitioner": "Professionals; their birth numbers are never shown",
    "PractitionerRole": "The roles professionals hold, and where",
    "Organization": "Units and organisations, the coordinating unit among them",
}
"""The resource types served, with what each is here."""


class Body(Enum):
    """What a request carries."""

    NOTHING = auto()
    RESOURCE = auto()
    FORM = auto()


@dataclass(frozen=True, slots=True)
class Route:
    """One address and method: ``<type>`` in the path stands for each of ``TYPES``.

    ``interaction`` is the code of https://hl7.org/fhir/R4/valueset-restful-interaction.html; an ``is_open``
    one is answered without a caller.
    """

    method: str
    path: str
    interaction: str
    handler: Handler
    body: Body = Body.NOTHING
    is_open: bool = False


ROUTES: tuple[Route, ...] = (
    Route("GET", "/metadata", "capabilities", capabilities, is_open=True),
    Route("GET", "/<type>/<id>", "read", read),
    Route("GET", "/<type>/<id>/_history/<version>", "vread", vread),
    Route("PUT", "/<type>/<id>", "update", update, Body.RESOURCE),
    Route("GET", "/<type>/<id>/_history", "history-instance", history_instance),
    Route("POST", "/<type>", "create", create, Body.RESOURCE),
    Route("GET", "/<type>", "search-type", search_type),
    Route("POST", "/<type>/_search", "search-type", search_type, Body.FORM),
    Route("POST", "", "transaction", transaction, Body.RESOURCE),
    Route("POST", "/", "transaction", transaction, Body.RESOURCE),
)

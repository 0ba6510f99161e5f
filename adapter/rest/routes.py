"""The table of routes of the FHIR door, for matching and for the CapabilityStatement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

BASE_PATH = "/fhir"
DOCUMENT = f"{BASE_PATH}/metadata"
"""The address of the document that lists what the door offers."""

TYPES: dict[str, str] = {
    "Patient": "The person with a coordinator or a plan",
    "RelatedPerson": "Parents, next of kin, guardians",
    "CareTeam": "The coordinator and the team around the person; exists without a plan",
    "CarePlan": "Individuell plan, and the plans under it",
    "ServiceRequest": "What is done, how much and by whom (intent plan); a report of need (intent proposal)",
    "Goal": "What the person wants to reach, in the person's own words",
    "Consent": "The person's consents to a plan and to sharing; each permission has one recipient",
    "Practitioner": "Professionals; their birth numbers are never shown",
    "PractitionerRole": "The roles professionals hold, and where",
    "Organization": "Units and organisations, the coordinating unit among them",
}
"""The served resource types, with the meaning of each in this service."""

DEFINITIONS: dict[str, str] = {
    "StructureDefinition": "Profiles and extensions",
    "CodeSystem": "Codes of the record in bokmål, nynorsk and English",
    "ValueSet": "The codes of each code system",
    "ConceptMap": "Codes of the record to codes of FHIR",
}
"""The types of the definitions that everybody may read, with their meaning."""


OPERATIONS = {"$validate": "http://hl7.org/fhir/OperationDefinition/Resource-validate"}
"""The canonical of the definition of each operation."""


class Body(Enum):
    """The kind of body of a request."""

    NOTHING = auto()
    RESOURCE = auto()
    FORM = auto()


@dataclass(frozen=True, slots=True)
class Route:
    """One address and method: ``<type>`` stands for each of ``TYPES``, ``<definition>`` of ``DEFINITIONS``.

    ``interaction`` is a code of https://hl7.org/fhir/R4/valueset-restful-interaction.html, or the name of an
    operation with its ``$``; an ``is_open`` route needs no token.
    """

    method: str
    path: str
    interaction: str
    body: Body = Body.NOTHING
    is_open: bool = False

    @property
    def is_of_definitions(self) -> bool:
        """Does the route lead to definitions, which are in no record?"""
        return "<definition>" in self.path


ROUTES: tuple[Route, ...] = (
    Route("GET", "/metadata", "capabilities", is_open=True),
    Route("GET", "/<definition>/<id>", "read", is_open=True),
    Route("GET", "/<definition>", "search-type", is_open=True),
    Route("POST", "/<definition>/_search", "search-type", Body.FORM, is_open=True),
    Route("GET", "/<type>/<id>", "read"),
    Route("GET", "/<type>/<id>/_history/<version>", "vread"),
    Route("PUT", "/<type>/<id>", "update", Body.RESOURCE),
    Route("GET", "/<type>/<id>/_history", "history-instance"),
    Route("POST", "/<type>", "create", Body.RESOURCE),
    Route("POST", "/<type>/$validate", "$validate", Body.RESOURCE),
    Route("POST", "/<type>/<id>/$validate", "$validate", Body.RESOURCE),
    Route("GET", "/<type>", "search-type"),
    Route("POST", "/<type>/_search", "search-type", Body.FORM),
    Route("POST", "", "transaction", Body.RESOURCE),
    Route("POST", "/", "transaction", Body.RESOURCE),
)

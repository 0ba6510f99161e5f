"""FHIR capabilities interaction: https://hl7.org/fhir/R4/http.html#capabilities."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from adapter.errors import BadRequest, IssueType, Message
from adapter.rest.fhir_request import FhirResponse

if TYPE_CHECKING:
    from adapter.repository import Repository
    from adapter.rest.fhir_request import FhirRequest

MODE_UNKNOWN = Message(
    "mode-unknown",
    IssueType.NOT_SUPPORTED,
    nb="Parameteren støttes ikke for /metadata. Bruk mode=full, eller ingen parameter.",
    en="The parameter is not supported for /metadata. Use mode=full, or no parameter.",
    source="https://hl7.org/fhir/R4/http.html#capabilities",
)


def capabilities(request: FhirRequest, repository: Repository) -> FhirResponse:  # noqa: ARG001 - a handler
    """The CapabilityStatement, the same for every caller. https://hl7.org/fhir/R4/http.html#capabilities."""
    if any(pair != ("mode", "full") for pair in request.query):
        raise BadRequest(MODE_UNKNOWN.at("mode"))
    return FhirResponse(HTTPStatus.OK, request.statement)

"""FHIR create interaction: https://hl7.org/fhir/R4/http.html#create."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.rest.answers import written
from adapter.rest.received import resource_of_type

if TYPE_CHECKING:
    from adapter.repository import Repository
    from adapter.rest.interaction import FhirRequest, FhirResponse


def create(request: FhirRequest, repository: Repository) -> FhirResponse:
    """https://hl7.org/fhir/R4/http.html#create; the id is the server's to give."""
    request.take_no_parameters()
    resource = resource_of_type(request)
    change = repository.create(request.type, resource, caller=request.caller, note=request.note)
    return written(change, request)

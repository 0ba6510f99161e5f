"""FHIR update interaction: https://hl7.org/fhir/R4/http.html#update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.rest.answers import written
from adapter.rest.received import resource_at_address

if TYPE_CHECKING:
    from adapter.repository import Repository
    from adapter.rest.interaction import FhirRequest, FhirResponse


def update(request: FhirRequest, repository: Repository) -> FhirResponse:
    """https://hl7.org/fhir/R4/http.html#update; what changes nothing makes no version."""
    request.take_no_parameters()
    change = repository.update(
        request.type,
        resource_at_address(request),
        if_match=request.if_match,
        caller=request.caller,
        note=request.note,
    )
    return written(change, request)

"""FHIR update interaction: https://hl7.org/fhir/R4/http.html#update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.repository import Put
from adapter.rest.answers import written
from adapter.rest.received import resource_at_address

if TYPE_CHECKING:
    from adapter.errors import Finding
    from adapter.repository import Repository
    from adapter.rest.interaction import FhirRequest, FhirResponse


def update(request: FhirRequest, repository: Repository) -> FhirResponse:
    """https://hl7.org/fhir/R4/http.html#update; what changes nothing makes no version."""

    def also(left: dict[str, Any]) -> tuple[Finding, ...]:
        put = Put(request.type, left, request.if_match)
        return repository.also_wrong([put], caller=request.caller, note=request.note)

    request.take_no_parameters()
    resource = resource_at_address(request, also)
    change = repository.update(
        request.type,
        resource,
        if_match=request.if_match,
        caller=request.caller,
        note=request.note,
    )
    return written(change, request)

"""FHIR create interaction: https://hl7.org/fhir/R4/http.html#create."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.repository import Put
from adapter.rest.answers import written
from adapter.rest.received import resource_of_type

if TYPE_CHECKING:
    from adapter.errors import Finding
    from adapter.repository import Repository
    from adapter.rest.interaction import FhirRequest, FhirResponse


def create(request: FhirRequest, repository: Repository) -> FhirResponse:
    """https://hl7.org/fhir/R4/http.html#create; the id is the server's to give."""

    def also(left: dict[str, Any]) -> tuple[Finding, ...]:
        put = Put(request.type, {**left, "id": repository.new_id()}, is_new=True)
        return repository.also_wrong([put], caller=request.caller, note=request.note)

    request.take_no_parameters()
    resource = resource_of_type(request, also)
    change = repository.create(request.type, resource, caller=request.caller, note=request.note)
    return written(change, request)

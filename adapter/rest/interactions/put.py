"""FHIR create and update interactions: a create gets a new id, an update has the id in its address.

https://hl7.org/fhir/R4/http.html#create and https://hl7.org/fhir/R4/http.html#update.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.rest.answers import written
from adapter.rest.puts import checked, put_of
from adapter.rest.subsetted import refuse_parts

if TYPE_CHECKING:
    from adapter.repository import Repository
    from adapter.rest.fhir_request import FhirRequest, FhirResponse


def put(request: FhirRequest, repository: Repository) -> FhirResponse:
    """Store the resource under the id of the address or a new id; no new version if nothing changed."""
    request.take_no_parameters()
    one = put_of(request, repository.deployment.new_id)
    warnings = checked(request.resource, repository.deployment.profiles)
    refuse_parts(request.resource)
    (change,) = repository.put([one], caller=request.caller, note=request.note)
    return written(change, request, warnings)

"""FHIR create and update interactions, which differ in what the address says of the id alone.

https://hl7.org/fhir/R4/http.html#create and https://hl7.org/fhir/R4/http.html#update.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.rest.answers import written
from adapter.rest.puts import check_r4, put_of

if TYPE_CHECKING:
    from adapter.repository import Repository
    from adapter.rest.fhir_request import FhirRequest, FhirResponse


def put(request: FhirRequest, repository: Repository) -> FhirResponse:
    """The resource is put where the address says; what changes nothing makes no version."""
    request.take_no_parameters()
    one = put_of(request, repository.deployment.new_id)
    check_r4(request.resource)
    (change,) = repository.put([one], caller=request.caller, note=request.note)
    return written(change, request)

"""FHIR history interaction of one resource: https://hl7.org/fhir/R4/http.html#history."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from adapter.rest.addresses import id_of, with_parameters
from adapter.rest.bundling import history
from adapter.rest.fhir_request import FhirResponse

if TYPE_CHECKING:
    from adapter.repository import Repository
    from adapter.rest.fhir_request import FhirRequest


def history_instance(request: FhirRequest, repository: Repository) -> FhirResponse:
    """The history Bundle with every version that was published to the caller and that it may still see."""
    request.take_no_parameters()
    versions = repository.history(request.type, id_of(request), caller=request.caller)
    link = with_parameters(f"{request.base}/{request.type}/{request.id}/_history", request.carried)
    return FhirResponse(
        HTTPStatus.OK,
        history(request.base, versions, link),
        told=tuple(versions),
    )

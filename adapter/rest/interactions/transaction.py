"""FHIR transaction interaction: https://hl7.org/fhir/R4/http.html#transaction."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from adapter.rest.bundling import transaction_response
from adapter.rest.entries import entries
from adapter.rest.fhir_request import FhirResponse

if TYPE_CHECKING:
    from adapter.repository import Repository
    from adapter.rest.fhir_request import FhirRequest


def transaction(request: FhirRequest, repository: Repository) -> FhirResponse:
    """Write all entries or none; the answer has the order of the Bundle."""
    request.take_no_parameters()
    deployment = repository.deployment
    asked = entries(request, deployment.new_id, deployment.profiles)
    made = repository.transaction([entry.put for entry in asked], caller=request.caller, note=request.note)
    in_order = sorted(zip(asked, made, strict=True), key=lambda answered: answered[0].index)
    changes = [change for _, change in in_order]
    warnings = [entry.warnings for entry, _ in in_order]
    return FhirResponse(
        HTTPStatus.OK,
        transaction_response(request.base, changes, warnings, request.preference),
        applied=request.preference,
        told=tuple(change.given for change in changes),
    )

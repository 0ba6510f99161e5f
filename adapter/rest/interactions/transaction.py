"""FHIR transaction interaction: https://hl7.org/fhir/R4/http.html#transaction."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adapter.errors import BadRequest, Unprocessable
from adapter.rest.bundle import transaction_response
from adapter.rest.entries import entries
from adapter.rest.interaction import FhirResponse
from adapter.rest.received import readable
from adapter.rest.stored import address

if TYPE_CHECKING:
    from adapter.errors import Finding
    from adapter.repository import Repository
    from adapter.rest.entries import Entry
    from adapter.rest.interaction import FhirRequest


def transaction(request: FhirRequest, repository: Repository) -> FhirResponse:
    """https://hl7.org/fhir/R4/http.html#transaction: all entries or none, answered in their order."""
    request.take_no_parameters()
    try:
        asked = _entries(request, repository, request.resource)
    except BadRequest as refused:
        raise BadRequest(*refused.findings, *_besides(request, repository, refused)) from None
    made = repository.transaction([entry.put for entry in asked], caller=request.caller, note=request.note)
    in_order = sorted(zip(asked, made, strict=True), key=lambda answered: answered[0].index)
    changes = [change for _, change in in_order]
    return FhirResponse(
        HTTPStatus.OK,
        transaction_response(request.base, changes, request.preference),
        applied=request.preference,
        given=tuple(address(change.given) for change in changes),
    )


def _entries(request: FhirRequest, repository: Repository, bundle: dict[str, Any]) -> list[Entry]:
    return entries(bundle, request.base, request.types, repository.new_id)


def _besides(request: FhirRequest, repository: Repository, refused: BadRequest) -> tuple[Finding, ...]:
    """What else is wrong with the entries of a Bundle that is no valid R4."""
    left = readable(request.resource, refused.findings) if request.caller.municipality else None
    try:
        puts = [entry.put for entry in _entries(request, repository, left)] if left else []
    except BadRequest:
        return ()
    except Unprocessable as dangling:
        return dangling.findings
    return repository.also_wrong(puts, caller=request.caller, note=request.note)

"""What interactions answer with: a resource as it was given, that it is known, or what a write led to."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from adapter.fhir import json
from adapter.rest.interaction import FhirResponse
from adapter.rest.outcome import operation_outcome
from adapter.rest.stored import address, resource_bytes

if TYPE_CHECKING:
    from adapter.repository import Change
    from adapter.rest.interaction import FhirRequest
    from adapter.storage import Published


def given(status: HTTPStatus, published: Published, *, applied: str | None = None) -> FhirResponse:
    """The resource."""
    return _about(status, published, resource_bytes(published), applied, is_resource=True)


def not_modified(published: Published) -> FhirResponse:
    """304: the client has it."""
    return _about(HTTPStatus.NOT_MODIFIED, published)


def written(change: Change, request: FhirRequest) -> FhirResponse:
    """201 or 200, with as much in it as the client prefers; the resource where it says nothing.

    https://hl7.org/fhir/R4/http.html#ops. What the write made of residue is told in an OperationOutcome.
    """
    status = HTTPStatus.CREATED if change.created else HTTPStatus.OK
    published, preference = change.published, request.preference
    if preference == "minimal":
        return _about(status, published, applied=preference)
    if preference == "OperationOutcome":
        return _about(status, published, json.render(operation_outcome(change.dropped)), preference)
    return given(status, published, applied=preference)


def _about(
    status: HTTPStatus,
    published: Published,
    body: bytes = b"",
    applied: str | None = None,
    *,
    is_resource: bool = False,
) -> FhirResponse:
    created = status == HTTPStatus.CREATED
    return FhirResponse(
        status,
        body,
        version=published.version,
        last_updated=published.last_updated,
        location=address(published) if created else None,
        content_location=address(published) if is_resource and not created else None,
        applied=applied,
        given=(address(published),),
        permits=(published.permit,) if published.permit else (),
    )

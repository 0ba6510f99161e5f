"""Answers of the interactions: a resource, 304 Not Modified, or the result of a write."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from adapter.errors import IssueType, Message, Severity
from adapter.fhir.codec.stored import render
from adapter.fhir.search.subset import WHOLE, Subset
from adapter.rest.fhir_request import FhirResponse
from adapter.rest.outcome import operation_outcome
from adapter.rest.splicing import address, resource_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.errors import Finding
    from adapter.repository import PutResult
    from adapter.rest.fhir_request import FhirRequest
    from adapter.storage import Published

NOT_GIVEN = Message(
    "not-given",
    IssueType.INFORMATIONAL,
    nb="Lagret. Du har ikke lenger tilgang til denne ressursen.",
    en="Saved. You no longer have access to this resource.",
    severity=Severity.INFORMATION,
)


def given(
    status: HTTPStatus, published: Published, *, applied: str | None = None, wanted: Subset = WHOLE
) -> FhirResponse:
    """The answer with the resource, or with the subset of it that the client wants."""
    return _about(status, published, resource_bytes(published, wanted), applied)


def not_modified(published: Published) -> FhirResponse:
    """The answer 304 to a client that has this version already."""
    return _about(HTTPStatus.NOT_MODIFIED, published)


def written(change: PutResult, request: FhirRequest, warnings: Iterable[Finding]) -> FhirResponse:
    """The answer 201 or 200 to a write, with the body that Prefer asks for; the resource by default.

    An OperationOutcome has the warnings. https://hl7.org/fhir/R4/http.html#ops.
    """
    status = HTTPStatus.CREATED if change.created else HTTPStatus.OK
    if change.published is None:
        return FhirResponse(status, render(operation_outcome([NOT_GIVEN.at()])))
    published, preference = change.published, request.preference
    if preference == "minimal":
        return _about(status, published, applied=preference)
    if preference == "OperationOutcome":
        return _about(status, published, render(operation_outcome(warnings)), preference)
    answer = given(status, published, applied=preference)
    return answer if change.created else replace(answer, content_location=address(published))


def _about(
    status: HTTPStatus,
    published: Published,
    body: bytes = b"",
    applied: str | None = None,
) -> FhirResponse:
    version = address(published)
    return FhirResponse(
        status,
        body,
        version=published.version,
        last_updated=published.last_updated,
        location=version if status is HTTPStatus.CREATED else None,
        applied=applied,
        told=(published,),
    )

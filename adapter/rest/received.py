"""A resource received: of the type and id its address says, and valid FHIR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import BadRequest, IssueType, Message, Severity
from adapter.fhir.cutting import without
from adapter.fhir.structure import check
from adapter.rest.addresses import is_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from adapter.errors import Finding
    from adapter.rest.interaction import FhirRequest

    Also = Callable[[dict[str, Any]], Iterable[Finding]]

_SPEC = "https://hl7.org/fhir/R4/http.html#update"
OTHER_TYPE = Message(
    "type-differs",
    IssueType.INVALID,
    "Ressursen er av en annen type enn adressen sier ({type})",
    "The resource is of another type than the address says ({type})",
    _SPEC,
)
OTHER_ID = Message(
    "id-differs",
    IssueType.INVALID,
    "Ressursen må ha samme id som adressen",
    "The resource must have the id that is in the address",
    _SPEC,
)
NO_ID = Message(
    "id-invalid",
    IssueType.VALUE,
    "Id-en i adressen er ingen FHIR-id (1-64 tegn: A-Z, a-z, 0-9, - og .)",
    "The id in the address is no FHIR id (1-64 of: A-Z, a-z, 0-9, - and .)",
    "https://hl7.org/fhir/R4/datatypes.html#id",
)

_REFUSED = {Severity.FATAL, Severity.ERROR}


def resource_of_type(request: FhirRequest, also: Also) -> dict[str, Any]:
    """The resource in the body, valid R4 and of the address' type.

    Raises BadRequest with everything that is wrong: what is no valid R4 is 400, and 422 is kept for what is
    valid and against a rule of ours (https://hl7.org/fhir/R4/http.html#create). ``also`` finds what rules the
    valid part of a resource breaks, so that it need not be sent again to learn that.
    """
    if request.resource.get("resourceType") != request.type:
        raise BadRequest(OTHER_TYPE.at(f"{request.type}.resourceType", type=request.type))
    wrong = [finding for finding in check(request.resource) if finding.severity in _REFUSED]
    if wrong:
        left = readable(request.resource, wrong)
        raise BadRequest(*wrong, *(also(left) if left else ()))
    return request.resource


def resource_at_address(request: FhirRequest, also: Also) -> dict[str, Any]:
    """The resource in the body, valid R4 and of the address' type and id; raises BadRequest."""
    if not is_id(request.id):
        raise BadRequest(NO_ID.at())
    resource = resource_of_type(request, lambda left: also(left) if left.get("id") == request.id else ())
    if resource.get("id") != request.id:
        raise BadRequest(OTHER_ID.at(f"{request.type}.id"))
    return resource


def readable(resource: dict[str, Any], wrong: Iterable[Finding]) -> dict[str, Any] | None:
    """What of a resource is valid R4, at the places it has; None if too little is."""
    left = without(resource, (finding.expression or "" for finding in wrong), items=False)
    return None if any(finding.severity in _REFUSED for finding in check(left)) else left

"""A resource received: of the type and id its address says, and valid FHIR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import BadRequest, IssueType, Message
from adapter.fhir.validation import judge
from adapter.rest.addresses import is_id

if TYPE_CHECKING:
    from adapter.rest.interaction import FhirRequest

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


def resource_of_type(request: FhirRequest) -> dict[str, Any]:
    """The resource in the body, valid R4 and of the address' type.

    Raises BadRequest with everything that is wrong: what is no valid R4 is 400, and 422 is kept for what is
    valid and against a rule of ours (https://hl7.org/fhir/R4/http.html#create).
    """
    if request.resource.get("resourceType") != request.type:
        raise BadRequest(OTHER_TYPE.at(f"{request.type}.resourceType", type=request.type))
    judged = judge(request.resource)
    if not judged.is_valid:
        raise BadRequest(*judged.errors)
    return request.resource


def resource_at_address(request: FhirRequest) -> dict[str, Any]:
    """The resource in the body, valid R4 and of the address' type and id; raises BadRequest."""
    if not is_id(request.id):
        raise BadRequest(NO_ID.at())
    resource = resource_of_type(request)
    if resource.get("id") != request.id:
        raise BadRequest(OTHER_ID.at(f"{request.type}.id"))
    return resource

"""The resource a create or an update puts: of the type and id its address says, and with an id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import BadRequest, IssueType, Message
from adapter.fhir.validation.verdict import judge
from adapter.http_refusals import ID_DIFFERS
from adapter.repository import Put
from adapter.rest.addresses import is_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.rest.fhir_request import FhirRequest

_SPEC = "https://hl7.org/fhir/R4/http.html#update"
OTHER_TYPE = Message(
    "type-differs",
    IssueType.INVALID,
    nb="Ressursen har en annen type enn adressen. Send en ressurs av typen {type}.",
    en="The resource has another type than the address. Send a resource of type {type}.",
    source=_SPEC,
)
NO_ID = Message(
    "id-invalid",
    IssueType.VALUE,
    nb="Id-en i adressen er ikke en gyldig FHIR-id. Bruk 1-64 av tegnene A-Z, a-z, 0-9, bindestrek og "
    "punktum.",
    en="The id in the address is not a valid FHIR id. Use 1-64 of the characters A-Z, a-z, 0-9, hyphen and "
    "full stop.",
    source="https://hl7.org/fhir/R4/datatypes.html#id",
)


def put_of(request: FhirRequest, new_id: Callable[[], str]) -> Put:
    """What a create or an update puts; of a create, with an id made for it.

    The request comes alone or is an entry of a transaction.

    Raises:
        BadRequest: the resource is not the one the address says.
    """
    type_, resource = request.type, request.resource
    is_new = request.interaction == "create"
    if not is_new and not is_id(request.id):
        raise BadRequest(NO_ID.at())
    if resource.get("resourceType") != type_:
        raise BadRequest(OTHER_TYPE.at(f"{type_}.resourceType", type=type_))
    if is_new:
        return Put(type_, {**resource, "id": new_id()}, is_new=True)
    if resource.get("id") != request.id:
        raise BadRequest(ID_DIFFERS.at(f"{type_}.id"))
    return Put(type_, resource, request.if_match)


def check_r4(resource: dict[str, Any]) -> None:
    """Let through only valid R4; BadRequest with everything that is wrong.

    422 is kept for what is valid and against a rule of ours: https://hl7.org/fhir/R4/http.html#create.
    """
    judged = judge(resource)
    if not judged.is_valid:
        raise BadRequest(*judged.errors)

"""The resource of a create or an update, checked against the type and id of the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.errors import BadRequest, IssueType, Message, Unprocessable
from adapter.fhir.validation.beyond_base import Rules
from adapter.fhir.validation.extensions import UnknownExtensions
from adapter.fhir.validation.verdict import judge
from adapter.http_refusals import ID_DIFFERS
from adapter.repository import Put
from adapter.rest.addresses import is_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.errors import Finding
    from adapter.fhir.validation.beyond_base import Gravity
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
    """The resource to put, of a single request or of an entry in a transaction; a create gets a new id.

    Raises:
        BadRequest: the type or id of the resource differs from the address, or the id is not valid.
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


def checked(resource: dict[str, Any], profiles: Gravity | None) -> tuple[Finding, ...]:
    """The warnings about the profiles that a valid resource claims, with those in it.

    ``profiles`` is the setting ``ADAPTER_PROFILES``; None judges by base R4 alone. A profile that is not
    installed is passed over. https://hl7.org/fhir/R4/http.html#create.

    Raises:
        BadRequest: the resource is not valid R4; the refusal has every error.
        Unprocessable: the resource breaks a profile that it claims, and ``profiles`` is ``reject``.
    """
    judged = judge(resource)
    if not judged.is_valid:
        raise BadRequest(*judged.errors)
    if profiles is None or not any(one.kind == "profile" for one in judged.not_checked):
        return ()
    beyond = judge(resource, Rules(unknown_extensions=UnknownExtensions.ALLOW, gravity=profiles))
    if not beyond.is_valid:
        raise Unprocessable(*beyond.errors)
    return tuple(one for one in beyond.findings if one not in judged.findings)

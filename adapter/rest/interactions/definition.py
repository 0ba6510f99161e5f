"""FHIR read and search of the definitions the service is built on, open to everybody.

https://hl7.org/fhir/R4/http.html#read and #search. A search takes ``url`` and no other parameter, and has one
page.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from adapter.errors import BadRequest, NotFound
from adapter.fhir.codec.stored import render
from adapter.repository import UNKNOWN
from adapter.rest.addresses import id_of, with_parameters
from adapter.rest.fhir_request import DOOR_PARAMETERS, UNKNOWN_PARAMETER, FhirResponse
from adapter.rest.published_definitions import definitions

if TYPE_CHECKING:
    from adapter.repository import Repository
    from adapter.rest.fhir_request import FhirRequest

_URL = "url"


def read_definition(request: FhirRequest, repository: Repository) -> FhirResponse:  # noqa: ARG001 - a handler
    """The definition with an id; NotFound for an unknown one."""
    request.take_no_parameters()
    found = definitions().get((request.type, id_of(request)))
    if found is None:
        raise NotFound(UNKNOWN.at())
    return FhirResponse(HTTPStatus.OK, render(found))


def search_definitions(request: FhirRequest, repository: Repository) -> FhirResponse:  # noqa: ARG001 - the same
    """The definitions of a type, all of them or those with a canonical URL."""
    sent = (*request.query, *request.form)
    asked = tuple(pair for pair in sent if pair[0] == _URL)
    if len(asked) < len(sent) and not request.lenient:
        valid = ", ".join((*DOOR_PARAMETERS, _URL))
        raise BadRequest(UNKNOWN_PARAMETER.at(interaction=request.interaction, valid=valid))
    found = [
        one
        for (type_, _), one in definitions().items()
        if type_ == request.type and all(one["url"] in value.split(",") for _, value in asked)
    ]
    address = with_parameters(f"{request.base}/{request.type}", (*asked, *request.carried))
    lenient = len(asked) < len(sent)
    return FhirResponse(HTTPStatus.OK, render(_searchset(request.base, found, address)), lenient=lenient)


def _searchset(base: str, found: list[dict[str, Any]], address: str) -> dict[str, Any]:
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "link": [{"relation": "self", "url": address}],
    }
    entries = [
        {
            "fullUrl": f"{base}/{one['resourceType']}/{one['id']}",
            "resource": one,
            "search": {"mode": "match"},
        }
        for one in found
    ]
    return {**bundle, "entry": entries} if entries else bundle

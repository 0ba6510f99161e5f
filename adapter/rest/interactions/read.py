"""FHIR read interaction: https://hl7.org/fhir/R4/http.html#read."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from adapter.rest.addresses import id_of
from adapter.rest.answers import given, not_modified
from adapter.rest.conditions import is_known

if TYPE_CHECKING:
    from adapter.repository import Repository
    from adapter.rest.fhir_request import FhirRequest, FhirResponse


def read(request: FhirRequest, repository: Repository) -> FhirResponse:
    """The current version of a resource, or 304 by If-None-Match. https://hl7.org/fhir/R4/http.html#read."""
    wanted = request.subset()
    found = repository.read(request.type, id_of(request), caller=request.caller)
    if is_known(request.if_none_match, found.version):
        return not_modified(found)
    return given(HTTPStatus.OK, found, wanted=wanted)

"""FHIR vread interaction: https://hl7.org/fhir/R4/http.html#vread."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from adapter.rest.addresses import id_of, version_of
from adapter.rest.answers import given, not_modified
from adapter.rest.conditions import is_known

if TYPE_CHECKING:
    from adapter.repository import Repository
    from adapter.rest.fhir_request import FhirRequest, FhirResponse


def vread(request: FhirRequest, repository: Repository) -> FhirResponse:
    """One version, with the bytes it was published with. https://hl7.org/fhir/R4/http.html#vread."""
    wanted = request.subset()
    version = version_of(request)
    found = repository.vread(request.type, id_of(request), version, caller=request.caller)
    if is_known(request.if_none_match, found.version):
        return not_modified(found)
    return given(HTTPStatus.OK, found, wanted=wanted)

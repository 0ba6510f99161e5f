"""Parts of an address: ids, version numbers and parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from adapter.errors import NotFound
from adapter.repository import UNKNOWN

if TYPE_CHECKING:
    from adapter.rest.fhir_request import FhirRequest, Pairs

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_VERSION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def is_id(text: str) -> bool:
    """Tests whether ``text`` is a FHIR id. https://hl7.org/fhir/R4/datatypes.html#id."""
    return _ID.fullmatch(text) is not None


def id_of(request: FhirRequest) -> str:
    """The id in the address; NotFound if it is not a FHIR id, as for an unknown id."""
    if not is_id(request.id):
        raise NotFound(UNKNOWN.at())
    return request.id


def version_of(request: FhirRequest) -> int:
    """The version in the address; NotFound if it is not a version number, as for an unknown version."""
    if not _VERSION.fullmatch(request.version):
        raise NotFound(UNKNOWN.at())
    return int(request.version)


def with_parameters(address: str, pairs: Pairs) -> str:
    """The address with the parameters encoded in its query."""
    return f"{address}?{urlencode(pairs, safe=':/,')}" if pairs else address

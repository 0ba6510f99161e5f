"""HTTP made a FhirRequest, and a FhirResponse or a refusal made HTTP: the one file that knows both.

https://hl7.org/fhir/R4/http.html. Negotiation is :mod:`adapter.rest.formats`; here bytes are read and
written in the format it chose, and headers are set.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec
from flask import Response, g, request
from werkzeug.http import http_date

from adapter.errors import BadRequest, Finding, IssueType, Message, NotAcceptable
from adapter.fhir import json, xml
from adapter.fhir.sniffing import Format
from adapter.rest.conditions import preferred_return, wants_lenience
from adapter.rest.formats import DEFAULT, Answer, check_form, negotiate, reading
from adapter.rest.interaction import DOOR_PARAMETERS, FhirRequest, FhirResponse, Pairs
from adapter.rest.outcome import operation_outcome
from adapter.rest.places import located
from adapter.rest.routes import TYPES, Body, Route
from adapter.rest.subsetted import refuse_parts
from adapter.security.tokens import CHALLENGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapter.security.caller import Caller
    from adapter.storage import ChangeNote

MOST_PARAMETERS = 1000
"""Names and values read of one query or form; what a search takes is bounded by the search itself."""

_VARIES = ("Vary", "Accept, Authorization")
_DEMANDS = {
    HTTPStatus.UNAUTHORIZED: [("WWW-Authenticate", CHALLENGE)],
    HTTPStatus.SERVICE_UNAVAILABLE: [("Retry-After", "2")],
}
"""What a refusal asks of the client by header: a token, or to come again in so many seconds."""

UNREADABLE_PARAMETERS = Message(
    "parameters-unreadable",
    IssueType.INVALID,
    "Parametrene kunne ikke leses: de må være kodet som UTF-8, og høyst {most} i tallet",
    "The parameters could not be read: they must be encoded as UTF-8, and be at most {most}",
    "https://hl7.org/fhir/R4/http.html#search",
)
NO_TYPE = Message(
    "resource-type-missing",
    IssueType.REQUIRED,
    "resourceType mangler; her ventes «{type}»",
    "resourceType is missing; “{type}” is expected here",
    "https://hl7.org/fhir/R4/json.html#resources",
)
UNSUPPORTED_CONDITION = Message(
    "condition-unsupported",
    IssueType.NOT_SUPPORTED,
    "Betingelsen {header} tilbys ikke for {interaction}",
    "The condition {header} is not offered for {interaction}",
    "https://hl7.org/fhir/R4/http.html#ccreate",
)
_CONDITIONS = {
    "create": ("If-None-Exist", "If-Match", "If-None-Match"),
    "update": ("If-None-Match", "If-None-Exist"),
    "transaction": ("If-None-Exist", "If-Match", "If-None-Match"),
}
"""Headers that would change what a write does, and are refused rather than passed over."""


def fhir_request(
    route: Route, address: dict[str, str], caller: Caller, note: ChangeNote, base: str, statement: bytes
) -> FhirRequest:
    """The request under way, read and understood; sets the format it is answered in.

    Raises:
        BadRequest, NotAcceptable, UnsupportedMediaType: it is not understood.
        Unprocessable: what is sent is only a part of a resource.
    """
    query = _pairs(request.query_string)
    g.answer = answer_to(request.headers.get("Accept", ""), query)
    form = _form() if route.body is Body.FORM else ()
    if any(name in DOOR_PARAMETERS for name, _ in form):
        g.answer = answer_to(request.headers.get("Accept", ""), (*query, *form))
    _refuse_conditions(route.interaction)
    return FhirRequest(
        interaction=route.interaction,
        base=base,
        caller=caller,
        note=note,
        type=address.get("type", ""),
        id=address.get("id", ""),
        version=address.get("version", ""),
        query=_without(DOOR_PARAMETERS, query),
        form=_without(DOOR_PARAMETERS, form),
        carried=tuple(pair for pair in query if pair[0] in DOOR_PARAMETERS),
        resource=_resource(address.get("type", "Bundle")) if route.body is Body.RESOURCE else {},
        if_match=request.headers.get("If-Match"),
        if_none_match=request.headers.get("If-None-Match"),
        preference=preferred_return(request.headers.get("Prefer")),
        lenient=wants_lenience(request.headers.get("Prefer")),
        types=TYPES,
        statement=statement,
    )


def answer_to(accept: str, pairs: Iterable[tuple[str, str]]) -> Answer:
    """The format asked for by Accept, ``_format`` and ``_pretty``; raises NotAcceptable."""
    asked = dict(pairs)
    answer = negotiate(accept, asked.get("_format", ""))
    if asked.get("_pretty") == "true":
        return Answer(answer.format, answer.media_type, pretty=True)
    return answer


def http_response(response: FhirResponse, base: str) -> Response:
    """The answer in the format asked for, with FHIR's headers."""
    headers = []
    if response.version is not None and response.last_updated is not None:
        headers.append(("ETag", f'W/"{response.version}"'))
        headers.append(("Last-Modified", http_date(response.last_updated)))
    if response.location:
        headers.append(("Location", f"{base}/{response.location}"))
    if response.content_location:
        headers.append(("Content-Location", f"{base}/{response.content_location}"))
    if response.applied:
        headers.append(("Preference-Applied", f"return={response.applied}"))
    if response.lenient:
        headers.append(("Preference-Applied", "handling=lenient"))
    return _http(response.body, response.status, g.answer, headers)


def refusal(status: HTTPStatus, findings: Iterable[Finding]) -> Response:
    """An OperationOutcome in the format asked for; in JSON where that could not be understood."""
    if "resource_read" in g:
        findings = located(findings, *g.resource_read)
    body = json.render(operation_outcome(findings))
    return _http(body, status, g.get("answer") or _answer_at_least(), _DEMANDS.get(status, []))


def _http(body: bytes, status: HTTPStatus, answer: Answer, headers: list[tuple[str, str]]) -> Response:
    content_type = f"{answer.media_type}; charset=utf-8"
    http = Response(
        _written(body, answer), int(status), [*headers, _VARIES], content_type=content_type if body else None
    )
    if not body:
        http.headers.remove("Content-Type")
    return http


def _written(body: bytes, answer: Answer) -> bytes:
    if not body:
        return body
    if answer.format is Format.XML:
        return xml.render(json.parse(body))
    return msgspec.json.format(body, indent=2) if answer.pretty else body


def _answer_at_least() -> Answer:
    """The format asked for, as far as it can be made out."""
    try:
        query = _pairs(request.query_string)
    except BadRequest:
        query = ()
    try:
        return answer_to(request.headers.get("Accept", ""), query)
    except NotAcceptable:
        return DEFAULT


def _pairs(encoded: bytes) -> Pairs:
    """Names and values of a query or form, in order; a name without a value has an empty one."""
    try:
        text = encoded.decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise BadRequest(UNREADABLE_PARAMETERS.at(most=MOST_PARAMETERS)) from None
    return tuple(pairs)


def _without(names: Iterable[str], pairs: Pairs) -> Pairs:
    return tuple(pair for pair in pairs if pair[0] not in names)


def _form() -> Pairs:
    body = request.get_data()
    if body:
        check_form(*_content())
    return _pairs(body)


def _resource(expected: str) -> dict[str, Any]:
    format_ = reading(*_content())
    body = request.get_data()
    resource = xml.parse(body) if format_ is Format.XML else json.parse(body)
    g.resource_read = (body, format_)
    if "resourceType" not in resource:
        raise BadRequest(NO_TYPE.at(f"{expected}.resourceType", type=expected))
    refuse_parts(resource)
    return resource


def _content() -> tuple[str, str]:
    return request.headers.get("Content-Type", ""), request.headers.get("Content-Encoding", "")


def _refuse_conditions(interaction: str) -> None:
    for header in _CONDITIONS.get(interaction, ()):
        if header in request.headers:
            raise BadRequest(
                UNSUPPORTED_CONDITION.at(f"http.{header}", header=header, interaction=interaction)
            )

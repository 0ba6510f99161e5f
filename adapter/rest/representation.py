"""Reading of HTTP requests, and writing of answers and refusals as HTTP.

https://hl7.org/fhir/R4/http.html. :mod:`adapter.rest.formats` negotiates the format; this module reads and
writes bytes in that format and sets the headers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec
from flask import Response, request
from werkzeug.http import http_date

from adapter.errors import BadRequest, IssueType, Message, NotAcceptable
from adapter.fhir.codec import xml
from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.sniffing import Format
from adapter.fhir.codec.stored import read_stored, render
from adapter.fhir.faults import TYPE_MISSING
from adapter.fhir.validation.positions import located
from adapter.http_refusals import headers_of
from adapter.rest.formats import DEFAULT, AnswerFormat, check_form, negotiate, reading
from adapter.rest.outcome import operation_outcome
from adapter.rest.routes import BASE_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from http import HTTPStatus

    from adapter.errors import AdapterError
    from adapter.rest.fhir_request import FhirResponse, Pairs
    from adapter.security.caller import Caller
    from adapter.security.tokens import Tokens

MOST_PARAMETERS = 1000
"""The largest number of parameters in a query or form; search has a lower limit of its own."""

_VARIES = ("Vary", "Accept, Authorization")

UNREADABLE_PARAMETERS = Message(
    "parameters-unreadable",
    IssueType.INVALID,
    nb="Parametrene kan ikke leses. Send høyst {most} parametre, kodet som UTF-8.",
    en="The parameters cannot be read. Send at most {most} parameters, encoded as UTF-8.",
    source="https://hl7.org/fhir/R4/http.html#search",
)
NO_TYPE = replace(
    TYPE_MISSING,
    nb="Elementet resourceType mangler. Send en ressurs av typen «{type}».",
    en="The element resourceType is missing. Send a resource of type “{type}”.",
)


class HttpRequest:
    """The current HTTP request, with the answer format and the body that the answer depends on."""

    def __init__(self, tokens: Tokens) -> None:
        self.method = request.method
        self.path = request.path.removeprefix(BASE_PATH)
        self._tokens = tokens
        self._answer: AnswerFormat | None = None
        self._read: tuple[bytes, Format] | None = None

    def caller(self) -> Caller:
        """The caller of the token; Unauthorized without a valid token."""
        return self._tokens.caller(request.headers.get("Authorization"))

    def header(self, name: str) -> str | None:
        """The value of a header; None if the header was not sent."""
        return request.headers.get(name)

    def query(self) -> Pairs:
        """The parameters of the address; ``_format`` and Accept decide the format of the answer."""
        query = _pairs(request.query_string)
        self._answer = _answer_to(query)
        return query

    def form(self) -> Pairs:
        """The parameters in the body, which may hold ``_format`` too."""
        body = request.get_data()
        if body:
            check_form(*_content())
        form = _pairs(body)
        self._answer = _answer_to((*_pairs(request.query_string), *form))
        return form

    def resource(self, expected: str) -> dict[str, Any]:
        """The resource in the body; BadRequest with ``expected`` if resourceType is missing."""
        format_ = reading(*_content())
        body = request.get_data()
        resource = read_received(body, format_)
        self._read = (body, format_)
        if "resourceType" not in resource:
            raise BadRequest(NO_TYPE.at(f"{expected}.resourceType", type=expected))
        return resource

    def answered(self, response: FhirResponse, base: str) -> Response:
        """The answer in the negotiated format, with the headers of FHIR."""
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
        if response.allow:
            headers.append(("Allow", ", ".join(response.allow)))
        if response.lenient:
            headers.append(("Preference-Applied", "handling=lenient"))
        return _http(response.body, response.status, self._answer or DEFAULT, headers)

    def refused(self, error: AdapterError) -> Response:
        """The refusal as an OperationOutcome in the negotiated format, with lines and columns of the body."""
        findings = located(error.findings, *self._read) if self._read else error.findings
        return refusal(error, findings, self._answer)


def refusal(error: AdapterError, findings: Iterable[Any], answer: AnswerFormat | None = None) -> Response:
    """A refusal as an OperationOutcome; in JSON if the requested format is not supported."""
    body = render(operation_outcome(findings))
    return _http(body, error.status, answer or _answer_at_least(), headers_of(error))


def _http(body: bytes, status: HTTPStatus, answer: AnswerFormat, headers: list[tuple[str, str]]) -> Response:
    content_type = f"{answer.media_type}; charset=utf-8"
    http = Response(
        _written(body, answer), int(status), [*headers, _VARIES], content_type=content_type if body else None
    )
    if not body:
        http.headers.remove("Content-Type")
    return http


def _written(body: bytes, answer: AnswerFormat) -> bytes:
    if not body:
        return body
    if answer.format is Format.XML:
        return xml.render(read_stored(body))
    return msgspec.json.format(body, indent=2) if answer.pretty else body


def _answer_to(pairs: Iterable[tuple[str, str]]) -> AnswerFormat:
    """The format that Accept, ``_format`` and ``_pretty`` ask for; NotAcceptable if it is not supported."""
    asked = dict(pairs)
    answer = negotiate(request.headers.get("Accept", ""), asked.get("_format", ""))
    if asked.get("_pretty") == "true":
        return AnswerFormat(answer.format, answer.media_type, pretty=True)
    return answer


def _answer_at_least() -> AnswerFormat:
    """The requested format, or JSON if it is not supported or cannot be read."""
    try:
        query = _pairs(request.query_string)
    except BadRequest:
        query = ()
    try:
        return _answer_to(query)
    except NotAcceptable:
        return DEFAULT


def _pairs(encoded: bytes) -> Pairs:
    """The names and values of a query or form, in order; a missing value is empty."""
    try:
        text = encoded.decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise BadRequest(UNREADABLE_PARAMETERS.at(most=MOST_PARAMETERS)) from None
    return tuple(pairs)


def _content() -> tuple[str, str]:
    return request.headers.get("Content-Type", ""), request.headers.get("Content-Encoding", "")

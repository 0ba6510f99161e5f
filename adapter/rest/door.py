"""Flask for the FHIR door: requests go by the table to their interactions, refusals to OperationOutcomes."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, g, request
from werkzeug.exceptions import HTTPException

from adapter.errors import AdapterError, IssueType, Message, NotFound
from adapter.fhir import json
from adapter.rest.capability_statement import capability_statement
from adapter.rest.guard import caller_of, note_of
from adapter.rest.outcome import FAULT
from adapter.rest.representation import fhir_request, http_response, refusal
from adapter.rest.routes import ROUTES, TYPES, Route
from adapter.rest.unoffered import method_unoffered, operation_unoffered

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from adapter.errors import Finding
    from adapter.repository import Repository
    from adapter.security.tokens import Tokens

BASE_PATH = "/fhir"

_SPEC = "https://hl7.org/fhir/R4/http.html"
ADDRESS_UNKNOWN = Message(
    "address-unknown",
    IssueType.NOT_SUPPORTED,
    "Ukjent adresse, eller en ressurstype som ikke tilbys; {base}/metadata sier hva som finnes",
    "Unknown address, or a resource type that is not served; {base}/metadata tells what is here",
    _SPEC,
)
METHOD_UNKNOWN = Message(
    "method-not-allowed",
    IssueType.NOT_SUPPORTED,
    "Adressen tar ikke denne metoden; Allow sier hvilke den tar",
    "The address does not take this method; Allow tells which it takes",
    _SPEC,
)
BODY_TOO_LARGE = Message(
    "body-too-large",
    IssueType.TOO_LONG,
    "Innholdet er større enn det som leses",
    "The body is larger than what is read",
)
NOT_UNDERSTOOD = Message(
    "request-invalid", IssueType.INVALID, "Forespørselen ble ikke forstått", "The request was not understood"
)


def blueprint(repository: Repository, tokens: Tokens, base_url: str) -> Blueprint:
    """The door at ``/fhir``: every route of the table.

    Args:
        repository: what lies behind it.
        tokens: who may call.
        base_url: the address the service is reached at, without ``/fhir``.
    """
    door = Blueprint("rest", __name__, url_prefix=BASE_PATH)
    base = f"{base_url}{BASE_PATH}"
    statement = capability_statement(
        base, repository.deployment.now().date(), if_match_required=repository.deployment.if_match_required
    )
    for route in ROUTES:
        door.add_url_rule(
            _rule(route),
            endpoint=f"{route.method} {route.path}".replace(".", ""),
            view_func=_view(route, repository, tokens, base, json.render(statement)),
            methods=[route.method],
            merge_slashes=False,
        )
    door.register_error_handler(AdapterError, refuse)
    door.register_error_handler(HTTPException, refuse_http)
    return door


def refuse(error: AdapterError) -> Response:
    """A refusal as this door tells it."""
    g.result = [finding.code for finding in error.findings]
    return refusal(error.status, error.findings)


def refuse_http(error: HTTPException) -> Response:
    """A refusal by Flask itself (unknown address, method, size, a fault of ours), told as this door's own."""
    status, finding = _cause(HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR))
    g.result = [finding.code]
    http = refusal(status, [finding])
    allow = dict(error.get_headers()).get("Allow")
    if allow and status == HTTPStatus.METHOD_NOT_ALLOWED:
        http.headers["Allow"] = allow
    return http


def _cause(status: HTTPStatus) -> tuple[HTTPStatus, Finding]:
    """The status and the finding of a refusal by Flask; an operation is unknown whatever the method."""
    path = request.path
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED} and path.startswith(f"{BASE_PATH}/"):
        operation = operation_unoffered(path.rpartition("/")[2], BASE_PATH)
        if operation:
            return HTTPStatus.NOT_FOUND, operation
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        instead = method_unoffered(request.method, path.removeprefix(BASE_PATH), BASE_PATH)
        return status, instead or METHOD_UNKNOWN.at()
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return status, FAULT.at(request_id=g.request_id)
    causes = {
        HTTPStatus.NOT_FOUND: ADDRESS_UNKNOWN.at(base=BASE_PATH),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: BODY_TOO_LARGE.at(),
    }
    return status, causes.get(status, NOT_UNDERSTOOD.at())


def _rule(route: Route) -> str:
    """The table's path as Flask matches it: a type that is not served is no address."""
    return route.path.replace("<type>", f"<any({', '.join(TYPES)}):type>")


def _view(
    route: Route, repository: Repository, tokens: Tokens, base: str, statement: bytes
) -> Callable[..., Response]:
    def view(**address: str) -> Response:
        type_ = address.get("type", "")
        g.interaction = {"interaction": route.interaction, "type": type_ or None, "id": address.get("id")}
        caller = caller_of(tokens, request.headers.get("Authorization"), is_open=route.is_open)
        g.caller = None if route.is_open else caller
        operation = operation_unoffered(address.get("id", ""), BASE_PATH)
        if operation:
            raise NotFound(operation)
        note = note_of(caller, g.request_id, route.interaction, type_)
        response = route.handler(fhir_request(route, address, caller, note, base, statement), repository)
        g.result, g.permit = response.given or None, response.permits or None
        return http_response(response, base)

    return view

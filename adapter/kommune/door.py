"""Flask for the municipal door: a request becomes an Ask, an Answer a response, a refusal problem+json."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, request

from adapter.errors import (
    AdapterError,
    BadRequest,
    Forbidden,
    IssueType,
    Message,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    UnsupportedMediaType,
)
from adapter.fhir import json
from adapter.kommune import messages
from adapter.kommune.openapi import openapi
from adapter.kommune.records import Answer, Ask
from adapter.kommune.routes import ROUTES, Route
from adapter.kommune.vocabulary import PROBLEM_TYPE, Problem
from adapter.security.tokens import CHALLENGE
from adapter.storage import ChangeNote

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.exceptions import HTTPException

    from adapter.repository import Repository
    from adapter.security.tokens import Tokens

BASE_PATH = "/kommune/v1"

MUNICIPALITY_ONLY = Message(
    "municipality-only",
    IssueType.FORBIDDEN,
    "Denne døra er for kommunens egne fagsystemer; andre bruker /fhir",
    "This door is for the municipality's own systems; others use /fhir",
)

_CAUSES: dict[int, tuple[type[AdapterError], Message]] = {
    HTTPStatus.NOT_FOUND: (NotFound, messages.ADDRESS_UNKNOWN),
    HTTPStatus.METHOD_NOT_ALLOWED: (MethodNotAllowed, messages.METHOD_UNKNOWN),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (TooLarge, messages.BODY_TOO_LARGE),
}


def blueprint(repository: Repository, tokens: Tokens, base_url: str) -> Blueprint:
    """The door at ``/kommune/v1``: every route of the table, and the OpenAPI document made from it."""
    door = Blueprint("kommune", __name__, url_prefix=BASE_PATH)
    for route in ROUTES:
        door.add_url_rule(
            route.path,
            endpoint=f"{route.handler.__name__}-{route.kind}",
            view_func=_view(route, repository, tokens),
            methods=[route.method],
        )
    document = json.render(openapi(base_url + BASE_PATH))
    door.add_url_rule("/openapi.json", view_func=lambda: Response(document, mimetype="application/json"))
    door.register_error_handler(AdapterError, refuse)
    return door


def refuse(error: AdapterError) -> Response:
    """A refusal as this door tells it."""
    g.result = [finding.code for finding in error.findings]
    response = _json(Problem.of(error, g.request_id), error.status, PROBLEM_TYPE)
    if error.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = CHALLENGE
    return response


def refuse_http(error: HTTPException) -> Response:
    """A refusal by Flask itself (unknown address, method, size), told as this door tells its own."""
    response = refuse(_cause(error.code or 500))
    allow = dict(error.get_headers()).get("Allow")
    if allow:
        response.headers["Allow"] = allow
    return response


def _cause(status: int) -> AdapterError:
    """The refusal of this door that has a status of Flask's own."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return AdapterError(messages.FAULT.at())
    cause, message = _CAUSES.get(status, (BadRequest, messages.NOT_UNDERSTOOD))
    return cause(message.at())


def _view(route: Route, repository: Repository, tokens: Tokens) -> Callable[..., Response]:
    def view(**address: Any) -> Response:
        caller = tokens.caller(request.headers.get("Authorization"))
        name = f"{route.method} {BASE_PATH}{route.path}"
        g.caller, g.interaction = caller, {"interaction": name, "type": route.kind, "id": address.get("id")}
        if not caller.municipality:
            raise Forbidden(MUNICIPALITY_ONLY.at())
        ask = Ask(
            repository,
            ChangeNote(
                caller.client_id, caller.person, caller.organisation, caller.purpose, g.request_id, name
            ),
            route.kind or "",
            request.args.to_dict(),
            request.headers.get("If-Match"),
            _body() if route.method == "PUT" else b"",
        )
        return _response(route.handler(ask, **address))

    return view


def _body() -> bytes:
    if request.mimetype not in {"application/json", ""}:
        raise UnsupportedMediaType(messages.NOT_JSON.at())
    return request.get_data()


def _response(answer: Answer) -> Response:
    response = _json(answer.value, answer.status, "application/json")
    response.headers["Cache-Control"] = "no-store"
    if answer.version is not None:
        response.headers["ETag"] = f'W/"{answer.version}"'
    return response


def _json(value: Any, status: int, media_type: str) -> Response:
    """The response with a value as JSON, its numbers spelled as they were sent."""
    return Response(json.render(value), status, mimetype=media_type)

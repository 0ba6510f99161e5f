"""Flask for the municipal door: requests as Ask, answers as JSON, and refusals as problem+json."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, request

from adapter.errors import Forbidden, IssueType, Message, UnsupportedMediaType
from adapter.fhir.codec.stored import render
from adapter.http_refusals import (
    MEDIA_TYPE_UNREADABLE,
    concluded,
    headers_of,
)
from adapter.kommune.openapi import openapi
from adapter.kommune.record_handlers import Answer, Ask
from adapter.kommune.routes import ROUTES, Route
from adapter.kommune.vocabulary import PROBLEM_TYPE, Problem
from adapter.storage import ChangeNote

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapter.errors import AdapterError
    from adapter.interaction import Interaction
    from adapter.repository import Repository
    from adapter.security.caller import Caller
    from adapter.security.tokens import Tokens

BASE_PATH = "/kommune/v1"
_DOCUMENT_NAME = "/openapi.json"
DOCUMENT = f"{BASE_PATH}{_DOCUMENT_NAME}"
"""The address of the document that lists what the door offers."""

MEDIA_TYPE = "application/json"

MUNICIPALITY_ONLY = Message(
    "municipality-only",
    IssueType.FORBIDDEN,
    nb="Denne døra er bare for kommunens egne fagsystemer. Bruk /fhir.",
    en="This door is only for the municipality's own systems. Use /fhir.",
)


def blueprint(repository: Repository, tokens: Tokens, base_url: str) -> Blueprint:
    """The municipal door at ``/kommune/v1``, with every route of the table and the OpenAPI document."""
    door = Blueprint("kommune", __name__, url_prefix=BASE_PATH)
    for route in ROUTES:
        door.add_url_rule(
            route.path,
            endpoint=f"{route.handler.__name__}-{route.kind}",
            view_func=_view(route, repository, tokens),
            methods=[route.method],
            merge_slashes=False,
        )
    document = render(openapi(base_url + BASE_PATH))
    door.add_url_rule(_DOCUMENT_NAME, view_func=lambda: Response(document, mimetype=MEDIA_TYPE))
    return door


def refuse(error: AdapterError) -> Response:
    """A refusal as problem+json."""
    response = _json(Problem.of(error, g.interaction.request_id), error.status, PROBLEM_TYPE)
    response.headers.extend(headers_of(error))
    return response


def _view(route: Route, repository: Repository, tokens: Tokens) -> Callable[..., Response]:
    name = f"{route.method} {BASE_PATH}{route.path}"

    def view(**address: Any) -> Response:
        asked = replace(g.interaction, name=name, type=route.kind, id=address.get("id"))
        with concluded(asked):
            caller = tokens.caller(request.headers.get("Authorization"))
        g.interaction = interaction = caller.on(asked)
        with concluded(interaction):
            if not caller.municipality:
                raise Forbidden(MUNICIPALITY_ONLY.at())
            answer = route.handler(_ask(route, repository, caller, interaction), **address)
        g.interaction = replace(
            interaction,
            about=tuple(f"{record.kind}/{record.id}" for record in answer.told),
            result=tuple(f"{record.kind}/{record.id}/versjoner/{record.version}" for record in answer.told),
        )
        return _response(answer)

    return view


def _ask(route: Route, repository: Repository, caller: Caller, interaction: Interaction) -> Ask:
    return Ask(
        repository,
        ChangeNote(
            caller.client_id,
            caller.person,
            caller.organisation,
            caller.purpose,
            interaction.request_id,
            interaction.name,
        ),
        route.kind or "",
        request.args.to_dict(),
        request.headers.get("If-Match"),
        _body() if route.method == "PUT" else b"",
    )


def _body() -> bytes:
    if request.mimetype not in {MEDIA_TYPE, ""}:
        raise UnsupportedMediaType(MEDIA_TYPE_UNREADABLE.at(valid=MEDIA_TYPE))
    return request.get_data()


def _response(answer: Answer) -> Response:
    response = _json(answer.value, answer.status, MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if answer.version is not None:
        response.headers["ETag"] = f'W/"{answer.version}"'
    return response


def _json(value: Any, status: int, media_type: str) -> Response:
    """The response with a value as JSON, in which numbers keep the digits that were sent."""
    return Response(render(value), status, mimetype=media_type)

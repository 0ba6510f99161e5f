"""Error handlers of Flask: a refusal has the form of its door; outside both doors, that of the FHIR door."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from adapter import kommune, rest
from adapter.errors import AdapterError, BadRequest, Fault, MethodNotAllowed, NotFound
from adapter.http_refusals import ADDRESS_UNKNOWN, FAULT, METHOD_UNKNOWN, NOT_UNDERSTOOD, refused

if TYPE_CHECKING:
    from types import ModuleType

    from adapter.app.requests import Application


def prepare(app: Application) -> None:
    """Register the error handlers on ``app``."""

    @app.errorhandler(AdapterError)
    def refuse(error: AdapterError) -> Response:
        g.interaction = error.interaction or refused(g.interaction, error)
        if isinstance(error, Fault) and error.__cause__ is not None:
            app.log_fault(error.__cause__)
        answer: Response = _door().refuse(error)
        return answer

    @app.errorhandler(HTTPException)
    def refuse_http(error: HTTPException) -> Response:
        return refuse(_told(error))


def _told(error: HTTPException) -> AdapterError:
    """The AdapterError for an error that Flask itself raised."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Fault(FAULT.at(request_id=g.interaction.request_id))
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
        return _unmatched(error)
    return BadRequest(NOT_UNDERSTOOD.at())


def _unmatched(error: HTTPException) -> AdapterError:
    """The refusal of an address (404) or method (405) that Flask has no rule for.

    Flask has one rule at the FHIR door, whose own table says what an address takes.
    """
    at_fhir = rest.unmatched() if f"{request.path}/".startswith(f"{rest.BASE_PATH}/") else None
    allow = dict(error.get_headers()).get("Allow")
    if at_fhir or allow is None:
        return at_fhir or NotFound(ADDRESS_UNKNOWN.at(document=_door().DOCUMENT))
    return MethodNotAllowed(METHOD_UNKNOWN.at(), allow=tuple(sorted(allow.split(", "))))


def _door() -> ModuleType:
    at_kommune = f"{request.path}/".startswith(f"{kommune.BASE_PATH}/")
    return kommune if at_kommune else rest

"""Refusals that no door took: an unknown address or a fault of ours, told as the door asked tells its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from adapter.errors import AdapterError
from adapter.kommune import door as kommune_door
from adapter.rest import door as rest_door

if TYPE_CHECKING:
    from types import ModuleType


def prepare(app: Flask) -> None:
    """Answer every error of ``app`` as a door would; outside both, as the FHIR door."""

    @app.errorhandler(AdapterError)
    def refuse(error: AdapterError) -> Response:
        answer: Response = _door().refuse(error)
        return answer

    @app.errorhandler(HTTPException)
    def refuse_http(error: HTTPException) -> Response:
        answer: Response = _door().refuse_http(error)
        return answer


def _door() -> ModuleType:
    at_kommune = f"{request.path}/".startswith(f"{kommune_door.BASE_PATH}/")
    return kommune_door if at_kommune else rest_door

"""The health addresses: ``/healthz`` for a live process and ``/readyz`` for a usable database."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify

from adapter.errors import Unavailable
from adapter.http_refusals import TRY_AGAIN

if TYPE_CHECKING:
    from adapter.storage import Store


def blueprint(store: Store) -> Blueprint:
    """``/healthz`` is 200 while the process runs; ``/readyz`` only with a migrated, writable database."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @health.get("/readyz")
    def readyz() -> Response:
        try:
            store.check()
        except Unavailable as error:
            return _unavailable(*(finding.code for finding in error.findings))
        return jsonify(status="ok") if store.writable() else _unavailable("database-not-writable")

    return health


def _unavailable(*reasons: str) -> Response:
    answer = jsonify(status="unavailable", reasons=reasons)
    answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    answer.headers.extend(TRY_AGAIN)
    return answer

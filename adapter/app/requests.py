"""What holds for every request at every door: its id, its guard, its headers and its line in the log."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from adapter.app.interaction_log import caller_fields, fault_fields, make_logger, masked
from adapter.errors import Forbidden, IssueType, Message
from adapter.settings import Settings, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

LARGEST_BODY = 5 * 1024 * 1024
"""The largest request body read; a larger one is 413."""

OPEN_TO_THIS_MACHINE_ONLY = Message(
    "open-door-is-local",
    IssueType.FORBIDDEN,
    "Tjenesten kjører uten innlogging og svarer bare programmer på samme maskin, uten mellomledd.",
    "The service runs without authentication and answers programs on the same machine only, without a proxy.",
)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_HEADERS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))
_QUIET = {"/healthz", "/readyz"}
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


class Application(Flask):
    """Flask, with an interaction log, and a log of faults that does not quote values as Flask's own does."""

    def __init__(self) -> None:
        super().__init__("adapter", static_folder=None)
        self.interaction_log = make_logger()

    def log_exception(
        self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]
    ) -> None:
        """Tell of an unforeseen error by its kind and place."""
        if exc_info[1] is not None:
            self.interaction_log.info("fault", request_id=g.get("request_id"), **fault_fields(exc_info[1]))


def prepare(app: Application, settings: Settings) -> None:
    """Hang these onto ``app``: they run before and after whatever door takes the request."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    logger = app.interaction_log

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.request_id = _request_id(request.environ.get("HTTP_X_REQUEST_ID"))
        if settings.auth == "open":
            _check_local()

    @app.after_request
    def end(response: Response) -> Response:
        line = _line(response.status_code)
        headers = response.headers
        headers.add("X-Request-Id", line["request_id"])
        for name, value in _HEADERS:
            if name not in headers:
                headers.add(name, value)
        if request.path not in _QUIET:
            logger.info("interaction", **line)
        return response


def _request_id(sent: str | None) -> str:
    """The id the caller gave, if it is one that may stand in logs and headers; otherwise a new one."""
    if sent and _REQUEST_ID.fullmatch(sent) and masked(sent) == sent:
        return sent
    return os.urandom(16).hex()


def _check_local() -> None:
    """Raise Forbidden for what comes through a proxy, or through a browser led here by another name."""
    host = urlsplit(f"//{request.host}").hostname or ""
    if not is_loopback(host) or any(name in request.headers for name in _FORWARDED):
        raise Forbidden(OPEN_TO_THIS_MACHINE_ONLY.at())


def _line(status: int) -> dict[str, Any]:
    """The facts of the interaction: what the door noted in ``g``, and what the request itself tells."""
    noted, environ = g.get, request.environ
    said: dict[str, Any] = noted("interaction") or {
        "interaction": f"{environ['REQUEST_METHOD']} {masked(environ['PATH_INFO'])}"
    }
    return {
        "request_id": noted("request_id"),
        **caller_fields(noted("caller")),
        "interaction": said["interaction"],
        "type": _text(said.get("type")),
        "id": _text(said.get("id")),
        "status": status,
        "result": _texts(noted("result")),
        "permit": _texts(noted("permit")),
        "ms": round((time.perf_counter() - noted("began")) * 1000, 2),
    }


def _text(said: str | None) -> str | None:
    return None if said is None else masked(said)


def _texts(said: Iterable[str] | None) -> list[str] | None:
    return None if said is None else [masked(text) for text in said]

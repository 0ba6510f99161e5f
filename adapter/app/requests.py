"""Rules of every request at every door: request id, largest body, local access, headers and log line."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from adapter.app.interaction_log import fault_fields, interaction_fields, make_logger, masked
from adapter.errors import Forbidden, IssueType, Message, TooLarge
from adapter.http_refusals import BODY_TOO_LARGE
from adapter.interaction import Interaction
from adapter.settings import Settings, is_loopback

if TYPE_CHECKING:
    from types import TracebackType

LARGEST_BODY = 5 * 1024 * 1024
"""The largest request body in bytes; a larger body is refused with 413."""

OPEN_TO_THIS_MACHINE_ONLY = Message(
    "open-door-is-local",
    IssueType.FORBIDDEN,
    nb="Tjenesten kjører uten innlogging og svarer bare på direkte kall fra samme maskin. Kall uten proxy, "
    "eller kjør tjenesten med ADAPTER_AUTH=token.",
    en="The service runs without authentication and answers only direct calls from the same machine. Call "
    "without a proxy, or run the service with ADAPTER_AUTH=token.",
)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_HEADERS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))
_QUIET = {"/healthz", "/readyz"}
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


class BoundedRequest(Request):
    """Flask's request, which refuses a body larger than ``LARGEST_BODY`` with the doors' own TooLarge."""

    def get_data(self, *arguments: Any, **named: Any) -> Any:
        """The body; TooLarge if it is larger than ``LARGEST_BODY``."""
        try:
            body = super().get_data(*arguments, **named)
        except RequestEntityTooLarge:
            raise TooLarge(BODY_TOO_LARGE.at(limit=LARGEST_BODY)) from None
        if len(body) > LARGEST_BODY:  # a chunked body is cut at the largest content length, not refused
            raise TooLarge(BODY_TOO_LARGE.at(limit=LARGEST_BODY))
        return body


class Application(Flask):
    """Flask with an interaction log, and an error log that quotes no values, unlike Flask's own."""

    request_class = BoundedRequest

    def __init__(self) -> None:
        super().__init__("adapter", static_folder=None)
        self.interaction_log = make_logger()

    def log_exception(
        self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]
    ) -> None:
        """Log an exception that reached Flask itself."""
        if exc_info[1] is not None:
            self.log_fault(exc_info[1])

    def log_fault(self, error: BaseException) -> None:
        """Log the type and the place of an internal error."""
        self.interaction_log.info("fault", request_id=g.interaction.request_id, **fault_fields(error))


def prepare(app: Application, settings: Settings) -> None:
    """Register the rules on ``app``; they run before and after the request of any door."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY + 1
    logger = app.interaction_log

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.interaction = Interaction(
            _request_id(request.environ.get("HTTP_X_REQUEST_ID")),
            f"{request.method} {masked(request.environ['PATH_INFO'])}",
        )
        if settings.auth == "open":
            _check_local()

    @app.after_request
    def end(response: Response) -> Response:
        headers = response.headers
        headers.add("X-Request-Id", g.interaction.request_id)
        for name, value in _HEADERS:
            if name not in headers:
                headers.add(name, value)
        if request.path not in _QUIET:
            ms = round((time.perf_counter() - g.began) * 1000, 2)
            logger.info(
                "interaction", **interaction_fields(g.interaction), status=response.status_code, ms=ms
            )
        return response


def _request_id(sent: str | None) -> str:
    """The id that the caller sent, if it is safe in logs and headers; otherwise a new id."""
    if sent and _REQUEST_ID.fullmatch(sent) and masked(sent) == sent:
        return sent
    return os.urandom(16).hex()


def _check_local() -> None:
    """Raise Forbidden for a request through a proxy, or with another host name than this machine's."""
    host = urlsplit(f"//{request.host}").hostname or ""
    if not is_loopback(host) or any(name in request.headers for name in _FORWARDED):
        raise Forbidden(OPEN_TO_THIS_MACHINE_ONLY.at())

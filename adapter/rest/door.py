"""Flask for the FHIR door: one URL rule takes every address and passes the request to dispatch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, request

from adapter.errors import AdapterError
from adapter.fhir.codec.stored import render
from adapter.rest.capability_statement import capability_statement
from adapter.rest.dispatch import Dispatcher
from adapter.rest.matching import match
from adapter.rest.representation import HttpRequest, refusal
from adapter.rest.routes import BASE_PATH

if TYPE_CHECKING:
    from adapter.repository import Repository
    from adapter.security.tokens import Tokens

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
"""The HTTP methods that reach dispatch, which refuses a method that the address does not support."""


def blueprint(repository: Repository, tokens: Tokens, base_url: str) -> Blueprint:
    """The FHIR door at ``/fhir``.

    Args:
        repository: the repository that the interactions read and write.
        tokens: the verifier of bearer tokens.
        base_url: the address of the service, without ``/fhir``.
    """
    door = Blueprint("rest", __name__, url_prefix=BASE_PATH)
    base, deployment = f"{base_url}{BASE_PATH}", repository.deployment
    statement = capability_statement(
        base, deployment.now().date(), if_match_required=deployment.if_match_required
    )
    dispatcher = Dispatcher(repository, base, render(statement))

    def view(path: str = "") -> Response:  # noqa: ARG001 - dispatch matches it
        g.incoming = incoming = HttpRequest(tokens)
        response = dispatcher.dispatch(incoming, g.interaction)
        g.interaction = response.interaction
        return incoming.answered(response, base)

    for rule in ("", "/", "/<path:path>"):
        door.add_url_rule(
            rule, "fhir", view, methods=_METHODS, provide_automatic_options=False, merge_slashes=False
        )
    return door


def unmatched() -> AdapterError | None:
    """The refusal of the request's address or method by the table of routes; None if the table has it."""
    try:
        match(request.method, request.path.removeprefix(BASE_PATH))
    except AdapterError as refused:
        return refused
    return None


def refuse(error: AdapterError) -> Response:
    """A refusal as an OperationOutcome."""
    if "incoming" in g:
        incoming: HttpRequest = g.incoming
        return incoming.refused(error)
    return refusal(error, error.findings)

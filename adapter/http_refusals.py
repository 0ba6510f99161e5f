"""Refusals that both doors share: address, method, media type, size, syntax and internal errors."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from adapter.errors import AdapterError, Fault, IssueType, Message, MethodNotAllowed, Severity
from adapter.security.tokens import CHALLENGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.interaction import Interaction

_SPEC = "https://hl7.org/fhir/R4/http.html"
ADDRESS_UNKNOWN = Message(
    "address-unknown",
    IssueType.NOT_SUPPORTED,
    nb="Adressen er ukjent, eller ressurstypen tilbys ikke. {document} viser hva tjenesten tilbyr.",
    en="The address is unknown, or the resource type is not served. {document} lists what the service "
    "offers.",
    source=_SPEC,
)
METHOD_UNKNOWN = Message(
    "method-not-allowed",
    IssueType.NOT_SUPPORTED,
    nb="Adressen støtter ikke HTTP-metoden. Headeren Allow viser hvilke metoder adressen støtter.",
    en="The address does not support the HTTP method. The Allow header lists the supported methods.",
    source=_SPEC,
)
MEDIA_TYPE_UNREADABLE = Message(
    "media-type-unsupported",
    IssueType.NOT_SUPPORTED,
    nb="Tjenesten kan ikke lese innhold av denne typen. Send Content-Type {valid}, i UTF-8 og ukomprimert.",
    en="The service cannot read content of this type. Send Content-Type {valid}, in UTF-8 and not "
    "compressed.",
    source=f"{_SPEC}#mime-type",
)
BODY_TOO_LARGE = Message(
    "body-too-large",
    IssueType.TOO_LONG,
    nb="Innholdet er større enn {limit} byte. Del det opp i flere kall.",
    en="The body is larger than {limit} bytes. Split it into several requests.",
    source=f"{_SPEC}#transaction",
)
ID_DIFFERS = Message(
    "id-differs",
    IssueType.INVALID,
    nb="Id-en i innholdet er en annen enn id-en i adressen. Send samme id begge steder.",
    en="The id in the body differs from the id in the address. Send the same id in both.",
    source=f"{_SPEC}#update",
)
NOT_UNDERSTOOD = Message(
    "request-invalid",
    IssueType.INVALID,
    nb="Kallet er ikke gyldig HTTP. Rett kallet og send det på nytt.",
    en="The request is not valid HTTP. Correct the request and send it again.",
)
FAULT = Message(
    "fault",
    IssueType.EXCEPTION,
    nb="En intern feil oppsto i tjenesten. Oppgi request-id {request_id} når du melder fra.",
    en="An internal error occurred in the service. Give request id {request_id} when you report it.",
    severity=Severity.FATAL,
)


TRY_AGAIN = (("Retry-After", "2"),)
"""The headers of every 503: the seconds after which the same request may succeed."""


def headers_of(error: AdapterError) -> list[tuple[str, str]]:
    """The headers of a refusal: Allow for 405, WWW-Authenticate for 401, Retry-After for 503."""
    if isinstance(error, MethodNotAllowed):
        return [("Allow", ", ".join(error.allow))]
    if error.status == HTTPStatus.UNAUTHORIZED:
        return [("WWW-Authenticate", CHALLENGE)]
    return [*TRY_AGAIN] if error.status == HTTPStatus.SERVICE_UNAVAILABLE else []


def refused(interaction: Interaction, error: AdapterError) -> Interaction:
    """The interaction ended by a refusal: its result is the codes of the findings, each once."""
    return replace(interaction, result=tuple(dict.fromkeys(finding.code for finding in error.findings)))


@contextmanager
def concluded(interaction: Interaction) -> Iterator[None]:
    """Add the interaction to a refusal raised in the block; another exception becomes a Fault with it."""
    try:
        yield
    except AdapterError as error:
        error.interaction = error.interaction or refused(interaction, error)
        raise
    except Exception as cause:
        fault = Fault(FAULT.at(request_id=interaction.request_id))
        fault.interaction = refused(interaction, fault)
        raise fault from cause

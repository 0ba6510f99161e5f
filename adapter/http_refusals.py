"""What any HTTP door refuses before it asks for a record or resource; each door tells it in its own form."""

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
    nb="Ukjent adresse, eller en type som ikke tilbys. {document} sier hva som finnes",
    en="Unknown address, or a type that is not served. {document} tells what is here",
    source=_SPEC,
)
METHOD_UNKNOWN = Message(
    "method-not-allowed",
    IssueType.NOT_SUPPORTED,
    nb="Adressen tar ikke denne metoden. Allow sier hvilke den tar",
    en="The address does not take this method. Allow tells which it takes",
    source=_SPEC,
)
MEDIA_TYPE_UNREADABLE = Message(
    "media-type-unsupported",
    IssueType.NOT_SUPPORTED,
    nb="Innhold av denne typen leses ikke. Send Content-Type {valid}, i UTF-8 og ukomprimert",
    en="Content of this type is not read. Send Content-Type {valid}, in UTF-8 and not compressed",
    source=f"{_SPEC}#mime-type",
)
BODY_TOO_LARGE = Message(
    "body-too-large",
    IssueType.TOO_LONG,
    nb="Innholdet er større enn {limit} byte. Del det opp, eller send mindre om gangen",
    en="The body is larger than {limit} bytes. Split it, or send less at a time",
    source=f"{_SPEC}#transaction",
)
ID_DIFFERS = Message(
    "id-differs",
    IssueType.INVALID,
    nb="Id-en i innholdet er en annen enn i adressen. Send den samme begge steder",
    en="The id in the body differs from the one in the address. Send the same in both",
    source=f"{_SPEC}#update",
)
NOT_UNDERSTOOD = Message(
    "request-invalid",
    IssueType.INVALID,
    nb="Forespørselen kunne ikke leses som HTTP. Rett den og send den på nytt",
    en="The request could not be read as HTTP. Correct it and send it again",
)
FAULT = Message(
    "fault",
    IssueType.EXCEPTION,
    nb="Noe gikk galt i tjenesten. Oppgi forespørsel {request_id} når du melder fra",
    en="Something went wrong in the service. Give request {request_id} when reporting it",
    severity=Severity.FATAL,
)


def headers_of(error: AdapterError) -> list[tuple[str, str]]:
    """What a refusal asks of the client by header: a token, another method, or two seconds of patience."""
    if isinstance(error, MethodNotAllowed):
        return [("Allow", ", ".join(error.allow))]
    if error.status == HTTPStatus.UNAUTHORIZED:
        return [("WWW-Authenticate", CHALLENGE)]
    return [("Retry-After", "2")] if error.status == HTTPStatus.SERVICE_UNAVAILABLE else []


@contextmanager
def concluded(interaction: Interaction) -> Iterator[None]:
    """Let a refusal carry the interaction it ends; an unforeseen exception becomes a Fault that does."""
    try:
        yield
    except AdapterError as refused:
        codes = tuple(finding.code for finding in refused.findings)
        refused.interaction = refused.interaction or replace(interaction, result=codes)
        raise
    except Exception as cause:
        fault = Fault(FAULT.at(request_id=interaction.request_id))
        fault.interaction = replace(interaction, result=(FAULT.code,))
        raise fault from cause

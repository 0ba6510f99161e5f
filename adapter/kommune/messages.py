"""The refusals that both doors tell under the same code; this door's texts of them."""

from __future__ import annotations

from adapter.errors import IssueType, Message

ADDRESS_UNKNOWN = Message("address-unknown", IssueType.NOT_FOUND, "Ukjent adresse", "Unknown address")
METHOD_UNKNOWN = Message(
    "method-not-allowed",
    IssueType.NOT_SUPPORTED,
    "Adressen tar ikke denne metoden",
    "The address does not take this method",
)
NOT_JSON = Message(
    "media-type-unsupported",
    IssueType.NOT_SUPPORTED,
    "Send posten som application/json",
    "Send the record as application/json",
)
BODY_TOO_LARGE = Message(
    "body-too-large", IssueType.TOO_LONG, "Innholdet er større enn det som leses", "The body is too large"
)
NOT_UNDERSTOOD = Message(
    "request-invalid", IssueType.INVALID, "Forespørselen ble ikke forstått", "The request was not understood"
)
FAULT = Message(
    "fault",
    IssueType.EXCEPTION,
    "Noe gikk galt i tjenesten. Oppgi forespørselen når du melder fra",
    "Something went wrong in the service. Give the request id when reporting it",
)
UNKNOWN_PARAMETER = Message(
    "unknown-parameter",
    IssueType.NOT_SUPPORTED,
    "Ukjent parameter; gyldige er: {valid}",
    "Unknown parameter; valid ones are: {valid}",
)
OTHER_ID = Message(
    "id-differs",
    IssueType.INVALID,
    "Id-en i posten er en annen enn i adressen",
    "The id in the record differs from the one in the address",
)

"""The If-Match precondition of a write: the version the sender builds on, and the refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import (
    BadRequest,
    Finding,
    IssueType,
    Message,
    PreconditionFailed,
    PreconditionRequired,
)
from adapter.fhir.etags import read_tags

if TYPE_CHECKING:
    from collections.abc import Callable

_SPEC = "https://hl7.org/fhir/R4/http.html#concurrency"
IF_MATCH_MISSING = Message(
    "if-match-missing",
    IssueType.REQUIRED,
    nb="If-Match mangler: en endring må oppgi hvilken versjon den bygger på. "
    "Send If-Match med ETag fra siste lesing.",
    en="If-Match is missing: a change must name the version it builds on. "
    "Send If-Match with the ETag of your last read.",
    source=_SPEC,
)
IF_MATCH_INVALID = Message(
    "if-match-invalid",
    IssueType.VALUE,
    nb='If-Match er ikke en gyldig ETag. Send ETag fra siste lesing uendret (W/"n" med hermetegn) eller *.',
    en='If-Match is not a valid ETag. Send the ETag of your last read unchanged (W/"n" with quotes) or *.',
    source="https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1",
)
VERSION_CONFLICT = Message(
    "version-conflict",
    IssueType.CONFLICT,
    nb="Ressursen eller posten er endret etter versjonen i If-Match. "
    "Les den på nytt, og gjør endringen i den nye versjonen.",
    en="The resource or record has changed since the version in If-Match. "
    "Read it again, and make the change in the new version.",
    source=_SPEC,
)
NOTHING_TO_MATCH = Message(
    "nothing-to-match",
    IssueType.CONFLICT,
    nb="If-Match er sendt for en ressurs eller post som ikke finnes. Fjern If-Match for å opprette den.",
    en="If-Match was sent for a resource or record that does not exist. Remove If-Match to create it.",
    source=_SPEC,
)


def check_if_match(
    if_match: str | None,
    current: int | None,
    *,
    required: bool,
    changed: Callable[[], tuple[Finding, ...]] = tuple,
) -> None:
    """Return only if the write builds on the current version.

    Args:
        if_match: the header as sent, None if absent.
        current: the newest version, None if the resource or record does not exist.
        required: whether a write to an existing resource or record must send the header.
        changed: returns findings about the changes since; called only when the version is an old one.

    Raises:
        BadRequest: the header holds neither ETags nor ``*``.
        PreconditionRequired: the header is missing and required.
        PreconditionFailed: the header names another version, or nothing exists to match.
    """
    if if_match is None:
        if required and current is not None:
            raise PreconditionRequired(IF_MATCH_MISSING.at())
        return
    seen = read_tags(if_match)
    if seen is None:
        raise BadRequest(IF_MATCH_INVALID.at())
    if current is None:
        raise PreconditionFailed(NOTHING_TO_MATCH.at())
    if not seen.match(current):
        raise PreconditionFailed(VERSION_CONFLICT.at(), *changed())

"""The interaction of a request, as a value for logs, audits and metrics.

An interaction is begun when a request comes in, and the answer or the refusal carries it completed. It holds
no query, no body, no name and no birth number.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interaction:
    """The facts of one interaction.

    Args:
        request_id: the id in the log line; the caller's own if the caller sent one.
        name: the code (https://hl7.org/fhir/R4/valueset-restful-interaction.html), or method and path.
        type: the resource type or kind of record in the address.
        id: the id in the address.
        client, person, organisation, parent, purpose: the caller; None without a valid token.
        about: the records that were read or changed, as ``sak/x``.
        recipients: the recipients of the publications in the answer.
        permits: the samtykker behind the publications in the answer.
        result: the versions in the answer, as ``Type/id/_history/1``; the codes of a refusal.
    """

    request_id: str
    name: str = ""
    type: str | None = None
    id: str | None = None
    client: str | None = None
    person: str | None = None
    organisation: str | None = None
    parent: str | None = None
    purpose: str | None = None
    about: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    permits: tuple[str, ...] = ()
    result: tuple[str, ...] = ()

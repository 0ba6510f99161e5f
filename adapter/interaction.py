"""One interaction as logs, audits and metrics tell of it: who asked for what, about whom, and how it ended.

It is begun when a request comes in; the answer, or the refusal, carries it completed. It holds no query, no
body, no name and no birth number.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interaction:
    """The facts of one interaction.

    Args:
        request_id: finds it in the log; the caller's own where it sent one.
        name: its code (https://hl7.org/fhir/R4/valueset-restful-interaction.html), or method and path.
        type: the resource type or kind of record asked for.
        id: the id asked for.
        client, person, organisation, parent, purpose: the caller; none without a valid token.
        about: the records it told of or changed, as ``sak/x``.
        recipients: under which of the caller's recipients it was told.
        permits: the samtykker it was told under.
        result: the versions told of, as ``Type/id/_history/1``; of a refusal its codes.
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

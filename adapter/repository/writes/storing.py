"""Stores the records of a write: judges them together, stores their versions, publishes them to recipients.

Both doors store through this module, so rules of law and consent are applied once, in the transaction that
stores the records. A write that changes nothing leaves no trace, not even a change number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from adapter.record.consequences import with_consequences
from adapter.record.schema import KINDS
from adapter.repository.publishing.publisher import publish
from adapter.repository.writes.judging import Judge
from adapter.repository.writes.leavings import forget_stale

if TYPE_CHECKING:
    from adapter.errors import Finding
    from adapter.repository.revision import Revision
    from adapter.repository.session import Session
    from adapter.storage import PublicationChange


class Stored(NamedTuple):
    """The result of storing.

    ``dropped`` warns of residue that was deleted; ``published`` has the changed publications.
    """

    dropped: tuple[Finding, ...]
    published: tuple[PublicationChange, ...]


def store(session: Session) -> Stored:
    """Judge, store and publish every record the session has revised.

    The residue must be stored already, because the published resources include it. Organisasjoner and ansatte
    are stored before the saker that name them.

    Raises:
        Unprocessable, Conflict: see :meth:`Judge.judge`; nothing is stored then.
    """
    revisions = sorted(
        (_followed(session, revision) for revision in session.revisions.values()),
        key=lambda revision: KINDS.index(revision.kind),
    )
    session.revisions.update({(one.kind, one.after["id"]): one for one in revisions})
    Judge(session, revisions).judge()
    dropped: list[Finding] = []
    published: list[PublicationChange] = []
    for revision in revisions:
        dropped += forget_stale(session, revision)
        session.store(revision)
        published += publish(session, revision.kind, revision.before, revision.after)
    published += _follow_ansatte(session, revisions)
    return Stored(tuple(dropped), tuple(published))


def _followed(session: Session, revision: Revision) -> Revision:
    """The revision of a sak with its consequences by law added; other records as they are."""
    if revision.kind != "sak":
        return revision
    return replace(revision, after=with_consequences(revision.before, revision.after, session.today))


def _follow_ansatte(session: Session, written: list[Revision]) -> list[PublicationChange]:
    """Publish anew the saker that name an ansatt whose roller changed: the ansatt may have lost a rolle.

    An ansatt that gains a rolle sees the sak from the next write of the sak.
    """
    changed = [one for one in written if one.kind == "ansatt" and _held(one.before) != _held(one.after)]
    named = {id_ for one in changed for id_ in session.writer.saker_naming(f"ansatt/{one.after['id']}")}
    published: list[PublicationChange] = []
    for id_ in sorted(named - {one.after["id"] for one in written if one.kind == "sak"}):
        sak = session.body("sak", id_)
        if sak is not None:
            published += publish(session, "sak", sak, sak)
    return published


def _held(ansatt: dict[str, Any] | None) -> list[Any]:
    """The roller of an ansatt with their periods, to compare two versions."""
    roller = (ansatt or {}).get("roller", ())
    return [
        (ansatt or {}).get("aktiv"),
        *((one["id"], one.get("aktiv"), one.get("gyldighet")) for one in roller),
    ]

"""The end of every write: its records judged as a whole, stored as versions, published to all they concern.

Both doors end here, so a rule of law is asked once and consent is applied once, in the transaction that
stores the records. A write that changes nothing leaves nothing behind, not even a tick of the clock.
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
    """What storing led to.

    ``dropped`` warns of residue that no longer fits and is deleted; ``published`` is what changed for whom.
    """

    dropped: tuple[Finding, ...]
    published: tuple[PublicationChange, ...]


def store(session: Session) -> Stored:
    """Make each record the session has revised its next version, and publish it.

    Residue is written before: what is published joins it. Whom a sak names is stored before the sak.

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
    """The revision with what the law lets follow from it."""
    if revision.kind != "sak":
        return revision
    return replace(revision, after=with_consequences(revision.before, revision.after, session.today))


def _follow_ansatte(session: Session, written: list[Revision]) -> list[PublicationChange]:
    """Publish anew what ansatte see by a rolle, which they may hold no longer.

    Whoever begins to hold one sees by it from the next write of the sak, as by any new permit.
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
    """Which roller an ansatt holds, and when."""
    roller = (ansatt or {}).get("roller", ())
    return [
        (ansatt or {}).get("aktiv"),
        *((one["id"], one.get("aktiv"), one.get("gyldighet")) for one in roller),
    ]

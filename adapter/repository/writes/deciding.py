"""Decides a write: judges its records together, and plans every row that it is to change.

Both doors decide through this module, so rules of law and consent are applied once. Nothing is written here:
the plan is a value, made of the snapshot of the session alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from adapter.record.consequences import with_consequences
from adapter.record.schema import KINDS
from adapter.repository.publishing.contents import Contents
from adapter.repository.publishing.record_planning import plan_record
from adapter.repository.revision import Revision
from adapter.repository.writes.judging import Judge
from adapter.repository.writes.leavings import forget_stale
from adapter.storage import Plan, Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from adapter.errors import Finding
    from adapter.repository.session import Session


Answer = TypeVar("Answer")


class Decided(NamedTuple):
    """A plan, and the warnings of residue that it deletes."""

    plan: Plan
    dropped: tuple[Finding, ...]


class WriteDecision(NamedTuple, Generic[Answer]):
    """A plan, and the answer of the write once it is stored (or at once, if it changes nothing).

    ``answer`` reads the database with the plan stored, as of an instant.
    """

    plan: Plan
    answer: Callable[[Reader, datetime], Answer]


def decide(session: Session) -> Decided:
    """The plan that stores and publishes every record the session has changed.

    Organisasjoner and ansatte come before the saker that name them. A record that was put as it stands is
    not looked at again: its plan is empty.

    Raises:
        Unprocessable, Conflict: see :meth:`Judge.judge`.
    """
    revisions = sorted(
        (
            _followed(session, revision)
            for revision in session.revisions.values()
            if _changes(session, revision)
        ),
        key=lambda revision: KINDS.index(revision.kind),
    )
    for revision in revisions:
        session.revisions[revision.key] = revision
        session.hold_parts(revision)
        session.meet_all_named_in(revision.after)
    contents = Contents(session)
    Judge(session, revisions, contents).judge()
    dropped = [finding for revision in revisions for finding in forget_stale(session, revision)]
    return Decided(plan_of(contents, [*revisions, *_following(session, revisions)]), tuple(dropped))


def plan_of(contents: Contents, revisions: Iterable[Revision], *, whole: bool = False) -> Plan:
    """The plan that stores and publishes revisions; ``whole`` makes every content anew, to compare."""
    planned = [plan_record(contents, revision, whole=whole) for revision in revisions]
    ends = [one.until for one in planned if one.until]
    return Plan(contents.session.now, tuple(one.record for one in planned), min(ends, default=None))


def _changes(session: Session, revision: Revision) -> bool:
    """Does the revision change the record or its residue?"""
    return revision.before != revision.after or bool(session.changed_residues(*revision.key))


def _followed(session: Session, revision: Revision) -> Revision:
    """The revision of a sak with its consequences by law added; other records as they are."""
    if revision.kind != "sak":
        return revision
    return replace(revision, after=with_consequences(revision.before, revision.after, session.today))


def _following(session: Session, written: list[Revision]) -> Iterator[Revision]:
    """The saker that name an ansatt whose roller changed, unchanged: the ansatt may have lost a rolle.

    An ansatt that gains a rolle sees the sak from the next write of the sak.
    """
    changed = [one for one in written if one.kind == "ansatt" and _held(one.before) != _held(one.after)]
    named = {id_ for one in changed for id_ in session.saker_naming(f"ansatt/{one.after['id']}")}
    for id_ in sorted(named - {one.after["id"] for one in written if one.kind == "sak"}):
        sak = session.body("sak", id_)
        if sak is not None:
            session.meet_all_named_in(sak)
            yield Revision("sak", sak, sak)


def _held(ansatt: dict[str, Any] | None) -> list[Any]:
    """The roller of an ansatt with their periods, to compare two versions."""
    roller = (ansatt or {}).get("roller", ())
    return [
        (ansatt or {}).get("aktiv"),
        *((one["id"], one.get("aktiv"), one.get("gyldighet")) for one in roller),
    ]

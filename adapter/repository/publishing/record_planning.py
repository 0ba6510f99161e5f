"""Plans the changes to one record: its next version, keys, residue, permits and publications."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from adapter.consent.audience import audiences
from adapter.record.identifiers import keys
from adapter.repository.publishing.narrowing import bereft, narrowed, narrowing
from adapter.repository.publishing.projection import Projection
from adapter.storage import PublicationsPlan, RecordPlan, plan_publications
from adapter.storage.instants import to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from adapter.consent.permits import Permit
    from adapter.repository.publishing.contents import Contents
    from adapter.repository.revision import Revision
    from adapter.repository.session import Session
    from adapter.storage import Desired, Key, OpenRow, PermitRow


class Planned(NamedTuple):
    """The plan of one record, and the first instant at which time alone changes what a recipient sees."""

    record: RecordPlan
    until: datetime | None


class _Published(NamedTuple):
    """The permits of a record (None: they stay), and the plan of its publications."""

    permits: list[Permit] | None
    publications: PublicationsPlan
    until: datetime | None = None


def plan_record(contents: Contents, revision: Revision, *, whole: bool = False) -> Planned:
    """The changes that make a revision the next version of its record, for every recipient.

    Access that ends on a day ahead is published until that day, its history too.

    Args:
        contents: makes the contents of the write.
        revision: the record before and after; equal if only what it is given by may have changed.
        whole: whether every content of every recipient is made and compared with what the recipient has.
    """
    session = contents.session
    kind, id_ = revision.key
    is_new = revision.before is None
    given = {} if is_new else session.reader.open_publications(kind, id_)
    plan = _plan_sak if kind == "sak" else _plan_directory
    published = plan(contents, revision, given, whole=whole)
    head = session.head(kind, id_)
    stays = revision.before == revision.after
    has, had = set(keys(kind, revision.after)), set(keys(kind, revision.before) if revision.before else ())
    record = RecordPlan(
        kind,
        id_,
        None if stays else head.version + 1 if head else 1,
        revision.before,
        revision.after,
        None if has == had else has,
        session.changed_residues(kind, id_),
        published.permits,
        published.publications,
    )
    return Planned(record, published.until)


def _plan_sak(
    contents: Contents, revision: Revision, given: Mapping[Key, list[OpenRow]], *, whole: bool
) -> _Published:
    session, id_ = contents.session, revision.after["id"]
    holders = session.directory.ansatt_with
    before, after = audiences(revision.before, revision.after, revision.difference, holders, session.now)
    stood = session.reader.permits(id_) if before else []
    less = bereft(stood, after.permits, session.now) | narrowed(before, after)
    others = {*less, *_permitted_otherwise(stood, after.permits)}
    projection = Projection(
        contents,
        given,
        session.stored_residues(*revision.key),
        session.residues(*revision.key),
        lambda recipient: whole or recipient in others,
        session.now,
    )
    desired = projection.of_sak(before, after)
    publications = _publications(session, given, desired, less, narrowing(after), is_new=before is None)
    stays = [_terms(one) for one in stood] == [_terms(one) for one in after.permits]
    ends = (end for lens in after.lenses for end in (lens.window.low, lens.window.high) if end)
    until = min((end for end in ends if end > session.now), default=None)
    return _Published(None if stays else after.permits, publications, until)


def _plan_directory(
    contents: Contents, revision: Revision, given: Mapping[Key, list[OpenRow]], *, whole: bool
) -> _Published:
    session = contents.session
    projection = Projection(
        contents,
        given,
        session.stored_residues(*revision.key),
        session.residues(*revision.key),
        lambda _: whole,
        session.now,
    )
    desired = projection.of_directory(revision)
    return _Published(None, _publications(session, given, desired, {}, {}, is_new=revision.before is None))


def _publications(
    session: Session,
    given: Mapping[Key, list[OpenRow]],
    desired: list[Desired],
    less: dict[str, str],
    until: dict[str, datetime],
    *,
    is_new: bool,
) -> PublicationsPlan:
    newest: Callable[[Collection[Key]], Mapping[Key, int]] = session.reader.newest_versions
    if is_new:
        newest = _none_yet
    return plan_publications(given, desired, newest, to_micros(session.now), less, until)


def _none_yet(_keys: Collection[Key]) -> Mapping[Key, int]:
    """The newest versions of a new record: an id that ever was in use belongs to another record for good."""
    return {}


def _terms(row: Permit | PermitRow) -> tuple[object, ...]:
    """All that a permit says, stored or not."""
    return (
        row.recipient, row.purpose, row.del_, row.emne, row.deny, row.samtykke, row.regel, row.window
    )  # fmt: skip


def _permitted_otherwise(stood: Collection[PermitRow], stands: Collection[Permit]) -> set[str]:
    """The recipients whose stored permits and denies differ from those of now."""
    stored, now = {_terms(row) for row in stood}, {_terms(row) for row in stands}
    return {str(terms[0]) for terms in stored ^ now}

"""Publishes and indexes every record anew, after a change of the mappings or the search parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from adapter.record.schema import KINDS
from adapter.repository.publishing.contents import Contents
from adapter.repository.revision import Revision
from adapter.repository.session import Session
from adapter.repository.writes.deciding import plan_of

if TYPE_CHECKING:
    from adapter.repository.deployment import Deployment
    from adapter.storage import ChangeNote, Store

AT_ONCE = 50
"""The records of one change, so that other writes find their turn between."""


class Reprojected(NamedTuple):
    """The number of records published anew, and the number of publications this changed."""

    records: int
    changes: int


def reproject(store: Store, deployment: Deployment, note: ChangeNote, *, names: bool) -> Reprojected:
    """Publish every record as it stands, and rebuild the search index and the register of search keys.

    Args:
        store: the database.
        deployment: the municipality's set-up.
        note: stored with each change.
        names: whether to tell every text anew, with the names that ansatte and organisasjoner have now.
    """
    records = changes = 0
    for kind in KINDS:
        after: str | None = None
        while True:
            with store.write(note, deployment.now()) as writer:
                page = writer.records(kind, after, AT_ONCE)
                session = Session.begin(deployment, writer, writer.at)
                stands = [Revision(kind, one.body, one.body) for one in page]
                changes += len(writer.store(plan_of(Contents(session, names=names), stands, whole=True)))
            if not page:
                break
            after, records = page[-1].id, records + len(page)
    with store.write(note, deployment.now()) as writer:
        writer.reindex()
        writer.put_projection()
    return Reprojected(records, changes)

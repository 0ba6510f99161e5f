"""Publishes one record: stores its permits, projects it for each recipient, and closes lost access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapter.consent.permits import permits
from adapter.repository.publishing.narrowing import bereft, narrowed, narrowing
from adapter.repository.publishing.projection import Projector

if TYPE_CHECKING:
    from datetime import datetime

    from adapter.repository.session import Session
    from adapter.storage import PublicationChange


def publish(
    session: Session, kind: str, before: dict[str, Any] | None, after: dict[str, Any]
) -> list[PublicationChange]:
    """Publish to every recipient the visible part of a record, and close the publications it has lost.

    Access that ends on a day ahead is published until that day, its history too.

    Args:
        session: the write.
        kind: sak, ansatt or organisasjon.
        before: the version before, None for a new record.
        after: the stored version; its residue must be stored already.

    Returns:
        The changes by recipient and resource; empty if no publication changed.
    """
    less: dict[str, str] = {}
    until: dict[str, datetime] = {}
    writer, directory, id_ = session.writer, session.directory, after["id"]
    if kind == "sak":
        stood, stands = writer.permits(id_), permits(after, directory.ansatt_with)
        writer.put_permits(id_, stands)
        less = bereft(stood, stands, session.now)
        less |= narrowed(before, after, directory.ansatt_with, session.now)
        until = narrowing(after, directory.ansatt_with, session.now)
    projector = Projector(session.mappings, directory, session.now)
    desired = projector.project(kind, after, session.residues(kind, id_))
    return writer.reconcile(kind, id_, desired, less, until)

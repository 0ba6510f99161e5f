"""What every recipient may have of a record, given; and what it may have no longer, closed."""

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
    """Give every recipient what it may have of a record, and close what it may have no longer.

    What only time will close is given until then, history too.

    Args:
        session: the write.
        kind: sak, ansatt or organisasjon.
        before: the record as it stood, None for a new one.
        after: the record as it is stored; its residue is stored too.

    Returns:
        What changed for whom; nothing for what stayed as it was.
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

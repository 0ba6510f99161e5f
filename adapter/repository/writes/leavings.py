"""Deletes residue whose mapped value changed, and reports it.

Residue on a value is deleted with the value. If it stayed in the store, it would be listed as if it still
held, and come back the day the old value does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapter.errors import IssueType, Message, Severity
from adapter.record.parts import path_of
from adapter.storage import Residue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapter.errors import Finding
    from adapter.record.parts import Part
    from adapter.repository.revision import Revision
    from adapter.repository.session import Session

DROPPED = Message(
    "residue-dropped",
    IssueType.INFORMATIONAL,
    nb="Ekstra FHIR-innhold ved {element} er fjernet, fordi verdien det var knyttet til, er endret.",
    en="Extra FHIR content at {element} was removed, because the value it was attached to changed.",
    source="https://hl7.org/fhir/R4/http.html#update",
    severity=Severity.WARNING,
)


def forget_stale(session: Session, revision: Revision) -> Iterator[Finding]:
    """Delete the residue of deleted parts, and the residue on changed values of the other parts.

    Yields:
        A warning for each piece of residue deleted from a part that still exists, at that part.
    """
    stands = {(part.type, part.id): part for part in revision.difference.after.values()}
    changed = {(part.type, part.id) for part in revision.difference.changed}
    for key, residue in session.residues(*revision.key).items():
        part = stands.get(key)
        if part is None:
            session.keep_residue(revision.key, key, None)
        elif key in changed:
            path = path_of(revision.kind, revision.after, part)
            found = session.mappings.of(part.kind).stale(part.body, part.surroundings, residue.body)
            yield from (DROPPED.at(path, element=element) for element in found)
            if found:
                session.keep_residue(revision.key, key, _fitting(session, part, residue))


def _fitting(session: Session, part: Part, residue: Residue) -> Residue | None:
    """The residue that still fits: that of the resource made from the changed part and the old residue."""
    mapping, new_id = session.mappings.of(part.kind), session.deployment.new_id
    resource = mapping.to_fhir(part.body, part.surroundings, residue.body)
    fitting = mapping.to_plan(resource, part.surroundings, onto=part.body, new_id=new_id)[1]
    return None if fitting is None else Residue(residue.writer, fitting)

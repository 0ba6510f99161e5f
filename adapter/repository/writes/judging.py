"""Judges the records of one write together: schema, rules of law, references and uniqueness.

One record may refer to another of the same write, so the records of the write come before those of the
database. https://hl7.org/fhir/R4/http.html#trules: a transaction is judged by its outcome.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import Conflict, Finding, IssueType, Message, Unprocessable
from adapter.fhir.narrative_writing import is_ours
from adapter.fhir.validation.verdict import judge
from adapter.record import schema
from adapter.record.identifiers import SYSTEMS, keys
from adapter.record.parts import path_of
from adapter.record.references import references, references_at
from adapter.record.rules import Case, newly_broken
from adapter.repository.publishing.projection import municipal_sight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from adapter.repository.draft import Key
    from adapter.repository.publishing.contents import Contents
    from adapter.repository.revision import Revision
    from adapter.repository.session import Session
    from adapter.storage import Residue

KEY_TAKEN = Message(
    "identifier-taken",
    IssueType.DUPLICATE,
    nb="En annen post har allerede denne identifikatoren. Oppdater den posten, eller rett identifikatoren.",
    en="Another record already has this identifier. Update that record, or correct the identifier.",
    source="https://hl7.org/fhir/R4/resource.html#identifiers",
)
ID_TAKEN = Message(
    "id-taken",
    IssueType.DUPLICATE,
    nb="En annen post bruker allerede denne id-en. Velg en annen id.",
    en="Another record already uses this id. Choose another id.",
    source="https://hl7.org/fhir/R4/resource.html#id",
)
REFERENCE_BROKEN = Message(
    "reference-broken",
    IssueType.NOT_FOUND,
    nb="Referansen viser til en ukjent {kind}. Send den først, eller rett referansen.",
    en="The reference points to an unknown {kind}. Send that first, or correct the reference.",
    source="https://hl7.org/fhir/R4/references.html",
)
NOT_FHIR = Message(
    "not-valid-fhir",
    IssueType.INVALID,
    nb="Lagret slik ville delen gi ugyldig FHIR: {type} er ugyldig ved {place} ({cause}). Rett delen.",
    en="Stored like this, the part would give invalid FHIR: {type} is invalid at {place} ({cause}). "
    "Correct the part.",
    source="https://hl7.org/fhir/R4/validation.html",
)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the records of one write.

    Args:
        session: the write.
        revisions: its records, which already hold their consequences by law.
        contents: makes the resources of the write.
    """

    session: Session
    revisions: Sequence[Revision]
    contents: Contents

    def judge(self) -> None:
        """Return if every record may be stored.

        Raises:
            Unprocessable: a record breaks its schema (nothing else is judged then), breaks a rule of law, or
                has a reference to a missing record; findings of taken identifiers and ids are added.
            Conflict: no rule is broken, but an identifier or id belongs to another record.
        """
        invalid = self._told(lambda revision: schema.validate(revision.kind, revision.after))
        if invalid:
            raise Unprocessable(*invalid)
        owned = self._taken()
        broken = self._told(self._broken)
        taken = self._told(lambda revision: owned[revision.kind, revision.after["id"]])
        if broken:
            raise Unprocessable(*broken, *taken)
        if taken:
            raise Conflict(*taken)

    def _told(self, found: Callable[[Revision], Iterable[Finding]]) -> list[Finding]:
        return [
            finding
            for revision in self.revisions
            for finding in revision.told(found(revision), self.session.mappings)
        ]

    def _broken(self, revision: Revision) -> list[Finding]:
        rest = self.session.residues(*revision.key)
        kept = frozenset(id_ for (_, id_), residue in rest.items() if "opaque" in residue.body)
        today, production = self.session.today, self.session.deployment.production
        case = Case(revision.kind, revision.after, revision.before, today, production, kept)
        found = [*newly_broken(case), *self._dangling(case)]
        wrong = [finding.expression or "" for finding in found]
        for path, unsaid in self._invalid_fhir(revision, rest):
            if not any(place.startswith(path) for place in wrong):
                found.append(unsaid)
        return found

    def _dangling(self, case: Case) -> list[Finding]:
        """The findings of references to unknown records that the version before did not have."""
        outward = [one for node in case.nodes for one in references_at(node) if not one.local]
        unknown = [one for one in outward if not self._exists(one.kind, one.id)]
        stood = (
            {(one.kind, one.id) for one in references(case.kind, case.before)}
            if unknown and case.before
            else set()
        )
        return [
            REFERENCE_BROKEN.at(one.path, kind=one.kind) for one in unknown if (one.kind, one.id) not in stood
        ]

    def _invalid_fhir(self, revision: Revision, rest: Mapping[Key, Residue]) -> Iterator[tuple[str, Finding]]:
        """The path of each changed part that would give invalid R4, with the finding; none is published."""
        sight = municipal_sight(revision)
        for part in revision.difference.changed:
            path = path_of(revision.kind, revision.after, part)
            resource = self.contents.resource(sight, part, rest.get((part.type, part.id)))
            told = {name: value for name, value in resource.items() if name != "text" or not is_ours(value)}
            for wrong in judge(told).errors:
                yield (
                    path,
                    NOT_FHIR.at(path, type=part.type, place=wrong.expression or part.type, cause=wrong.code),
                )

    def _exists(self, kind: str, id_: str) -> bool:
        if kind == "rolle":
            return self._is_written_rolle(id_) or self.session.directory.ansatt_with(id_) is not None
        return self.session.body(kind, id_) is not None

    def _is_written_rolle(self, id_: str) -> bool:
        return any(
            rolle["id"] == id_
            for one in self.revisions
            if one.kind == "ansatt"
            for rolle in one.after.get("roller", ())
        )

    def _taken(self) -> dict[Key, list[Finding]]:
        """By record, the findings of identifiers and ids that belong to another record."""
        taken: dict[Key, list[Finding]] = defaultdict(list)
        holders: dict[tuple[str, str, str], str] = {}
        for one in self.revisions:
            kind, id_ = one.key
            had = set(keys(kind, one.before)) if one.before else set()
            for system, value in keys(kind, one.after):
                is_new = (system, value) not in had
                owner = self.session.identified(kind, system, value) if is_new else None
                first = holders.setdefault((kind, system, value), id_)
                if owner not in {None, id_} or first != id_:
                    taken[one.key].append(KEY_TAKEN.at(_ident_at(kind, one.after, system, value)))
            taken[one.key] += self._taken_ids(one)
        return taken

    def _taken_ids(self, revision: Revision) -> Iterator[Finding]:
        """The findings of new parts whose resource belongs to another record."""
        stood = {(part.type, part.id) for part in revision.difference.before.values()}
        new = [one for one in revision.difference.after.values() if (one.type, one.id) not in stood]
        held = self.session.stored_holders((part.type, part.id) for part in new)
        for part in new:
            if held[part.type, part.id] not in {None, revision.key}:
                yield ID_TAKEN.at(path_of(revision.kind, revision.after, part))


def _ident_at(kind: str, body: dict[str, Any], system: str, value: str) -> str:
    """The place of an identifier in a record."""
    holder, path = (body["innbygger"], "sak.innbygger") if kind == "sak" else (body, kind)
    identer = enumerate(holder["identer"])
    index = next(n for n, one in identer if (SYSTEMS.get(one["type"]), one["verdi"]) == (system, value))
    return f"{path}.identer[{index}].verdi"

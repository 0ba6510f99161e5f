"""Judges the records of one write together: schema, rules of law, references and uniqueness.

One record may refer to another of the same write, so the records of the write come before those of the
database. https://hl7.org/fhir/R4/http.html#trules: a transaction is judged by its outcome.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.errors import Conflict, Finding, IssueType, Message, Unprocessable
from adapter.fhir.validation.verdict import judge
from adapter.record import rules, schema
from adapter.record.identifiers import SYSTEMS, keys
from adapter.record.parts import parts, path_of
from adapter.record.references import references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from adapter.record.parts import Part
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
    """Judges the records of one write, ``revisions``, which already hold their consequences by law."""

    session: Session
    revisions: Sequence[Revision]

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
        kind, before, after = revision.kind, revision.before, revision.after
        today, production = self.session.today, self.session.deployment.production
        rest = self.session.residues(kind, after["id"])
        kept = frozenset(id_ for (_, id_), residue in rest.items() if "opaque" in residue.body)
        found = rules.check(kind, before, after, today=today, production=production, kept=kept)
        stood = {(one.kind, one.id) for one in references(kind, before)} if before else set()
        for reference in references(kind, after):
            known = reference.local or (reference.kind, reference.id) in stood
            if not known and not self._exists(reference.kind, reference.id):
                found.append(REFERENCE_BROKEN.at(reference.path, kind=reference.kind))
        wrong = [finding.expression or "" for finding in found]
        for path, unsaid in self._invalid_fhir(revision, rest):
            if not any(place.startswith(path) for place in wrong):
                found.append(unsaid)
        return found

    def _invalid_fhir(
        self, revision: Revision, rest: Mapping[tuple[str, str], Residue]
    ) -> Iterator[tuple[str, Finding]]:
        """The path of each changed part that would give invalid R4, with the finding; none is published."""
        kind, before, after = revision.kind, revision.before, revision.after
        standing = {(part.type, part.id): part.body for part in parts(kind, before)} if before else {}
        for part in parts(kind, after):
            if standing.get((part.type, part.id)) == part.body:
                continue
            path = path_of(kind, after, part)
            for wrong in judge(self._resource(part, rest.get((part.type, part.id)))).errors:
                yield (
                    path,
                    NOT_FHIR.at(path, type=part.type, place=wrong.expression or part.type, cause=wrong.code),
                )

    def _resource(self, part: Part, residue: Residue | None) -> dict[str, Any]:
        mapping = self.session.mappings.of(part.kind)
        return mapping.to_fhir(part.body, part.surroundings, residue.body if residue else None)

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

    def _taken(self) -> dict[tuple[str, str], list[Finding]]:
        """By record, the findings of identifiers and ids that belong to another record."""
        taken: dict[tuple[str, str], list[Finding]] = defaultdict(list)
        holders: dict[tuple[str, str, str], str] = {}
        for one in self.revisions:
            record = (one.kind, one.after["id"])
            for system, value in keys(one.kind, one.after):
                owner = self.session.writer.record_by_key(one.kind, system, value)
                first = holders.setdefault((one.kind, system, value), one.after["id"])
                if owner not in {None, record[1]} or first != record[1]:
                    taken[record].append(KEY_TAKEN.at(_ident_at(one.kind, one.after, system, value)))
            for part in parts(one.kind, one.after):
                if self.session.holder(part.type, part.id) not in {None, record}:
                    taken[record].append(ID_TAKEN.at(path_of(one.kind, one.after, part)))
        return taken


def _ident_at(kind: str, body: dict[str, Any], system: str, value: str) -> str:
    """The place of an identifier in a record."""
    holder, path = (body["innbygger"], "sak.innbygger") if kind == "sak" else (body, kind)
    identer = enumerate(holder["identer"])
    index = next(n for n, one in identer if (SYSTEMS.get(one["type"]), one["verdi"]) == (system, value))
    return f"{path}.identer[{index}].verdi"

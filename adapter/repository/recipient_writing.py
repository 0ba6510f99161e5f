"""A recipient's write: onto what it sees, by the rights it has, with what it does not see left as it is.

The resource is turned into a part *onto the visible part*; the change between the two is judged by the write
table and then made in the whole part. So a recipient that puts back what it read changes nothing, whatever
was hidden from it, and no write of it can alter what it cannot see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.consent.lens import Lens, Standing, lenses
from adapter.consent.rights import merged, owner_of, refused_fields
from adapter.consent.visible import sees_rest, visible
from adapter.errors import Forbidden, IssueType, Message, NotFound, Unprocessable
from adapter.fhir.dates import OSLO
from adapter.mapping.residue import places
from adapter.record.parts import BY_NAME, PartKind, part_of, put
from adapter.record.rules.identity import local_references
from adapter.record.rules.violation import Case
from adapter.repository.directory import Directory
from adapter.repository.recipients import UNKNOWN
from adapter.repository.resources import OWNER_UNKNOWN, Placing
from adapter.repository.revision import Revision, Sent

if TYPE_CHECKING:
    from datetime import date, datetime

    from adapter.record.parts import Part
    from adapter.security.caller import Caller
    from adapter.storage import Published, Writer

MAY_NOT_CHANGE = Message(
    "recipient-may-not-change",
    IssueType.FORBIDDEN,
    "Dette elementet kan du se, men ikke endre; endringen må gjøres av den som eier delen, eller av kommunen",
    "You may see this element and not change it; the change is for its owner or the municipality to make",
)
MAY_NOT_CREATE = Message(
    "recipient-may-not-create",
    IssueType.FORBIDDEN,
    "Dette kan du ikke opprette for personen med det samtykket som gjelder nå",
    "You may not create this for the person under the consent that holds now",
)


@dataclass(frozen=True, slots=True)
class RecipientWriting:
    """One caller's write within one transaction; ``recipients`` are its own, the most specific first."""

    writer: Writer
    placing: Placing
    caller: Caller
    recipients: tuple[str, ...]
    now: datetime

    def update(self, resource: dict[str, Any], published: Published) -> None:
        """Change a resource the caller is given.

        Raises:
            Forbidden: naming each element that is not the caller's to change.
            Unprocessable: see :meth:`Placing.put`.
        """
        if published.kind != "sak":
            raise Forbidden(MAY_NOT_CHANGE.at(published.type))
        head = self.writer.record("sak", published.record_id)
        sak: dict[str, Any] = head.body if head else {}
        lens = self._lens(sak, published)
        shown = self._shown(sak, lens)
        seen, whole = _part(shown, published), _part(sak, published)
        residues = self.writer.residues("sak", published.record_id)
        kept = residues.get((published.type, published.id))
        known = kept.body if kept and sees_rest(lens, whole, kept.writer) else None
        kind = BY_NAME[seen.kind]
        after, said = self._read(kind, shown, resource, seen.body)
        after = self._taken_back(lens, kind, seen.body, after)
        refused = refused_fields(lens, kind.name, seen.body, after, self._me(lens), self._today)
        mapping = self.placing.write.mappings.of(kind.name)
        findings = [MAY_NOT_CHANGE.at(mapping.place(field, after, resource)) for field in refused]
        is_mine = whole.body.get("eier") in self._me(lens) and (kept is None or known is not None)
        if said != known and not is_mine:
            findings += [MAY_NOT_CHANGE.at(place) for place in places(said or known, published.type)]
        if findings:
            raise Forbidden(*findings)
        part = merged(whole.body, seen.body, after)
        author, rest = lens.recipient, said
        if kept and not is_mine:
            author, rest = kept.writer, kept.body
        self.placing.put_part(kind, sak, part, rest, Sent(kind.type, resource), author)

    def create(self, kind: PartKind, resource: dict[str, Any]) -> None:
        """Begin a part of the sak of a person the caller is given, as its owner.

        Raises:
            Forbidden: it has no right to; Unprocessable: the person is not one it is given, or unknown.
        """
        named = self.placing.owner(kind.type, resource)
        published = named and self.writer.published(
            self.recipients, self.caller.purpose, *named, now=self.now
        )
        if kind.record != "sak" or not kind.listed:
            raise Forbidden(MAY_NOT_CREATE.at(kind.type))
        if not published or published.deleted:
            raise Unprocessable(OWNER_UNKNOWN.at(kind.type, type="Patient"))
        head = self.writer.record("sak", published.record_id)
        sak: dict[str, Any] = head.body if head else {}
        lens = self._lens(sak, published)
        part, residue = self._read(kind, self._shown(sak, lens), resource, None)
        shut = bool(kind.del_) and not lens.opens(kind.del_, ())
        refused = shut or refused_fields(lens, kind.name, None, part, self._me(lens), self._today)
        if refused:
            raise Forbidden(MAY_NOT_CREATE.at(kind.type))
        owned = {**part, "eier": owner_of(lens)}
        self.placing.put_part(kind, sak, owned, residue, Sent(kind.type, resource), lens.recipient)

    @property
    def _today(self) -> date:
        return self.now.astimezone(OSLO).date()

    def _taken_back(
        self, lens: Lens, kind: PartKind, before: dict[str, Any], after: dict[str, Any]
    ) -> dict[str, Any]:
        """A samtykke that the person, or a parent, makes inaktiv is taken back, said or not."""
        ends = (before.get("tilstand"), after.get("tilstand")) == ("aktiv", "inaktiv")
        if kind.name != "samtykke" or lens.standing is Standing.PERMITTED or not ends:
            return after
        return {"tilbaketrekking": {"dato": self._today.isoformat(), "omfang": "helt"}, **after}

    def _lens(self, sak: dict[str, Any], published: Published) -> Lens:
        for lens in lenses(sak, Directory(self.writer).ansatt_with, self.now):
            same = (lens.recipient, lens.purpose) == (published.recipient, published.purpose)
            if same and lens.window.holds(self.now):
                return lens
        raise NotFound(UNKNOWN.at())

    def _shown(self, sak: dict[str, Any], lens: Lens) -> dict[str, Any]:
        shown = visible(sak, lens, self.now)
        if shown is None:
            raise NotFound(UNKNOWN.at())
        return shown

    def _read(
        self, kind: PartKind, shown: dict[str, Any], resource: dict[str, Any], onto: dict[str, Any] | None
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The part a resource is and its residue; what it newly names, the writer must see.

        To name what is hidden is told like naming what there is not: the answer does not say which.
        """
        part, residue = self.placing.read(kind, shown, resource, onto)
        after = put(kind, shown, part)
        known = {breach.key for breach in local_references(self._case(shown))}
        unseen = [one for one in local_references(self._case(after)) if one.key not in known]
        if unseen:
            revision = Revision("sak", shown, after, {(kind.type, part["id"]): Sent(kind.type, resource)})
            mappings = self.placing.write.mappings
            raise Unprocessable(*revision.told((one.finding() for one in unseen), mappings))
        return part, residue

    def _case(self, sak: dict[str, Any]) -> Case:
        return Case("sak", sak, None, self._today, self.placing.write.production)

    def _me(self, lens: Lens) -> list[dict[str, str]]:
        """The aktorer the writer is: its recipient, and the roller an ansatt holds now."""
        me, directory = owner_of(lens), Directory(self.writer)
        ansatt = self.writer.record("ansatt", me["ansatt"]) if "ansatt" in me else None
        roller = [rolle["id"] for rolle in (ansatt.body.get("roller", ()) if ansatt else ())]
        held = ((id_, directory.ansatt_with(id_)) for id_ in roller)
        return [me, *({"rolle": id_} for id_, one in held if one and one.window.holds(self.now))]


def _part(sak: dict[str, Any], published: Published) -> Part:
    part = part_of("sak", sak, published.type, published.id)
    if part is None:
        raise NotFound(UNKNOWN.at())
    return part

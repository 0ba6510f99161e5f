"""A recipient's write: changes only the visible part, and only by the recipient's rights.

The resource is mapped *onto the visible part*; the write table judges the change between the two, and the
change is then made in the whole part. So a recipient that sends back the resource it read changes nothing,
and no write of a recipient can change hidden content.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.consent.lens import Lens, Standing
from adapter.consent.rights import merged, owner_of, refused_fields
from adapter.errors import Forbidden, IssueType, Message, Unprocessable
from adapter.mapping.residue import places
from adapter.mapping.rows import OWNER_UNKNOWN
from adapter.record.parts import BY_NAME, PartKind, holder_of, put
from adapter.record.rules.identity import local_references
from adapter.record.rules.violation import Case
from adapter.repository.revision import Revision, Sent
from adapter.repository.writes.placing import NewPart

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from adapter.mapping import Mappings
    from adapter.repository.writes.opened_sak import OpenedSak
    from adapter.repository.writes.part_reader import PartReader
    from adapter.storage import Published, RecipientReader

    Keep = Callable[[PartKind, dict[str, Any], NewPart, Sent], None]

MAY_NOT_CHANGE = Message(
    "recipient-may-not-change",
    IssueType.FORBIDDEN,
    nb="Du kan lese dette elementet, men ikke endre det. Be eieren av delen eller kommunen om endringen.",
    en="You may read this element but not change it. "
    "Ask the owner of the part or the municipality for the change.",
)
MAY_NOT_CREATE = Message(
    "recipient-may-not-create",
    IssueType.FORBIDDEN,
    nb="Samtykkene som gjelder nå, lar deg ikke opprette denne ressursen. Be kommunen opprette den.",
    en="The consents in force do not let you create this resource. Ask the municipality to create it.",
)


@dataclass(frozen=True, slots=True)
class RecipientWriting:
    """One recipient's write; every look-up is among the publications to the recipient.

    Args:
        given: reads the publications to the recipient.
        opened: opens the sak of a resource published to the recipient.
        reader: reads resources as parts; it finds numbers in the publications to the recipient alone.
        keep: puts a part in the record it was opened in, with its residue (see :func:`put_part`).
        mappings: the mapping files, compiled.
        today: the date of the write on the Norwegian clock.
    """

    given: RecipientReader
    opened: Callable[[Published], OpenedSak]
    reader: PartReader
    keep: Keep
    mappings: Mappings
    today: date

    def update(self, resource: dict[str, Any], published: Published) -> None:
        """Change a resource that is published to the recipient.

        Raises:
            Forbidden: the recipient may not change some elements; each is named.
            Unprocessable: see :meth:`PartReader.read`.
        """
        if published.kind != "sak":
            raise Forbidden(MAY_NOT_CHANGE.at(published.type))
        sak = self.opened(published)
        seen, whole = sak.part(published.type, published.id)
        kept, known = sak.residue_of(whole)
        kind = BY_NAME[seen.kind]
        after, said = self._read(kind, sak, resource, seen.body)
        after = self._taken_back(sak.lens, kind, seen.body, after)
        refused = refused_fields(sak.lens, kind.name, seen.body, after, sak.me, self.today)
        mapping = self.mappings.of(kind.name)
        findings = [MAY_NOT_CHANGE.at(mapping.place(field, after, resource)) for field in refused]
        is_mine = whole.body.get("eier") in sak.me and (kept is None or known is not None)
        if said != known and not is_mine:
            findings += [MAY_NOT_CHANGE.at(place) for place in places(said or known, published.type)]
        if findings:
            raise Forbidden(*findings)
        part = merged(whole.body, seen.body, after)
        author, rest = sak.lens.recipient, said
        if kept and not is_mine:
            author, rest = kept.writer, kept.body
        self.keep(kind, sak.whole, NewPart(part, rest, author), Sent(kind.type, resource))

    def create(self, kind: PartKind, resource: dict[str, Any]) -> None:
        """Create a part, owned by the recipient, in the sak of a person published to the recipient.

        Raises:
            Forbidden: the recipient has no right to create it.
            Unprocessable: the person is unknown, or is not published to the recipient.
        """
        if kind.record != "sak" or not kind.listed:
            raise Forbidden(MAY_NOT_CREATE.at(kind.type))
        named = self.reader.owner(resource)
        published = named and self.given.published(*named)
        if not published or published.deleted:
            raise Unprocessable(OWNER_UNKNOWN.at(kind.type, around=holder_of(kind.record).around))
        sak = self.opened(published)
        part, residue = self._read(kind, sak, resource, None)
        shut = bool(kind.del_) and not sak.lens.opens(kind.del_, ())
        refused = shut or refused_fields(sak.lens, kind.name, None, part, sak.me, self.today)
        if refused:
            raise Forbidden(MAY_NOT_CREATE.at(kind.type))
        owned = {**part, "eier": owner_of(sak.lens)}
        self.keep(kind, sak.whole, NewPart(owned, residue, sak.lens.recipient), Sent(kind.type, resource))

    def _taken_back(
        self, lens: Lens, kind: PartKind, before: dict[str, Any], after: dict[str, Any]
    ) -> dict[str, Any]:
        """The part; a samtykke made inaktiv by the person or a parent gets its tilbaketrekking."""
        ends = (before.get("tilstand"), after.get("tilstand")) == ("aktiv", "inaktiv")
        if kind.name != "samtykke" or lens.standing is Standing.PERMITTED or not ends:
            return after
        return {"tilbaketrekking": {"dato": self.today.isoformat(), "omfang": "helt"}, **after}

    def _read(
        self, kind: PartKind, sak: OpenedSak, resource: dict[str, Any], onto: dict[str, Any] | None
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The part and residue that a resource gives; a new reference must be to a part the recipient sees.

        A reference to a hidden part is refused like a reference to a missing part, with the same answer.
        """
        part, residue = self.reader.read(kind, sak.shown, resource, onto)
        after = put(kind, sak.shown, part)
        known = {breach.key for breach in local_references(self._case(sak.shown))}
        unseen = [one for one in local_references(self._case(after)) if one.key not in known]
        if unseen:
            sent = {(kind.type, part["id"]): Sent(kind.type, resource)}
            revision = Revision("sak", sak.shown, after, sent)
            raise Unprocessable(*revision.told((one.finding() for one in unseen), self.mappings))
        return part, residue

    def _case(self, sak: dict[str, Any]) -> Case:
        return Case("sak", sak, None, self.today, production=False)

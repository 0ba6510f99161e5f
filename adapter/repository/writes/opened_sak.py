"""A sak opened to a recipient that something of it is published to: what it is, and what the recipient sees.

The one way from what a recipient was given to the record behind it. It takes the publication, and nothing
a caller could have guessed: an id or a number opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.consent.lens import Lens, lenses
from adapter.consent.rights import owner_of
from adapter.consent.visible import sees_rest, visible
from adapter.errors import NotFound
from adapter.record.parts import part_of
from adapter.repository.reads.recipients import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapter.record.parts import Part
    from adapter.repository.session import Session
    from adapter.storage import Published, Residue


@dataclass(frozen=True, slots=True)
class OpenedSak:
    """One sak as a recipient's write needs it.

    Args:
        whole: the record, whole.
        shown: what the recipient sees of it.
        lens: why.
        me: the aktorer the writer is: its recipient, and the roller an ansatt holds now.
        residues: the residue of its parts, by type and id.
    """

    whole: dict[str, Any]
    shown: dict[str, Any]
    lens: Lens
    me: tuple[dict[str, str], ...]
    residues: Mapping[tuple[str, str], Residue]

    def part(self, type_: str, id_: str) -> tuple[Part, Part]:
        """A part as the recipient sees it, and whole; NotFound if it sees none."""
        seen, whole = (part_of("sak", sak, type_, id_) for sak in (self.shown, self.whole))
        if seen is None or whole is None:
            raise NotFound(UNKNOWN.at())
        return seen, whole

    def residue_of(self, part: Part) -> tuple[Residue | None, dict[str, Any] | None]:
        """The residue of a part, and what of it the recipient sees."""
        kept = self.residues.get((part.type, part.id))
        known = kept.body if kept and sees_rest(self.lens, part, kept.writer) else None
        return kept, known


def open_sak(session: Session, published: Published) -> OpenedSak:
    """The sak of a resource that is published to the writer now; NotFound if consent shows nothing of it."""
    sak = session.body("sak", published.record_id) or {}
    lens = _lens(session, sak, published)
    shown = visible(sak, lens, session.now)
    if shown is None:
        raise NotFound(UNKNOWN.at())
    residues = session.residues("sak", published.record_id)
    return OpenedSak(sak, shown, lens, tuple(_me(session, lens)), residues)


def _lens(session: Session, sak: dict[str, Any], published: Published) -> Lens:
    for lens in lenses(sak, session.directory.ansatt_with, session.now):
        same = (lens.recipient, lens.purpose) == (published.recipient, published.purpose)
        if same and lens.window.holds(session.now):
            return lens
    raise NotFound(UNKNOWN.at())


def _me(session: Session, lens: Lens) -> list[dict[str, str]]:
    me = owner_of(lens)
    ansatt = session.body("ansatt", me["ansatt"]) if "ansatt" in me else None
    held = (
        (rolle["id"], session.directory.ansatt_with(rolle["id"]))
        for rolle in (ansatt or {}).get("roller", ())
    )
    return [me, *({"rolle": id_} for id_, one in held if one and one.window.holds(session.now))]

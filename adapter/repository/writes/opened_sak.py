"""Opens the sak behind a publication for a recipient's write: the whole sak, and the part the recipient sees.

A recipient's write reaches a record this way alone. The key is a publication to the recipient, which a caller
cannot guess; an id or a number opens no sak.
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
    """One opened sak.

    Args:
        whole: the whole record.
        shown: the record with only what the recipient sees.
        lens: the lens that made ``shown``.
        me: the aktorer of the recipient: itself, and the roller an ansatt holds now.
        residues: the residue of the sak's parts, by type and id.
    """

    whole: dict[str, Any]
    shown: dict[str, Any]
    lens: Lens
    me: tuple[dict[str, str], ...]
    residues: Mapping[tuple[str, str], Residue]

    def part(self, type_: str, id_: str) -> tuple[Part, Part]:
        """A part as the recipient sees it, and the whole part; NotFound if the recipient does not see it."""
        seen, whole = (part_of("sak", sak, type_, id_) for sak in (self.shown, self.whole))
        if seen is None or whole is None:
            raise NotFound(UNKNOWN.at())
        return seen, whole

    def residue_of(self, part: Part) -> tuple[Residue | None, dict[str, Any] | None]:
        """The residue of a part, and the body of it if the recipient sees it; each None if there is none."""
        kept = self.residues.get((part.type, part.id))
        known = kept.body if kept and sees_rest(self.lens, part, kept.writer) else None
        return kept, known


def open_sak(session: Session, published: Published) -> OpenedSak:
    """The sak of a resource published to the recipient; NotFound if consent shows nothing of the sak now."""
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

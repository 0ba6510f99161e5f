"""Projection of a record: the publications each recipient should have, made by lens and mapping.

Only what differs is made. A recipient keeps the content it has of a part if everything that makes it is the
same before and after: the part as it is shown, the residue it is shown, and what its text tells of. The names
of the directory are not compared (:mod:`contents`). Neighbouring periods with the same content are joined, so
that a permit that ends far ahead costs one row, not two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from adapter.consent.lens import DIRECTORY, KOMMUNE, Lens, Standing
from adapter.consent.visible import VisibleParts, for_directory, sees_rest
from adapter.fhir.codec.stored import render
from adapter.record.difference import Difference
from adapter.repository.publishing.contents import Sight
from adapter.storage import Content, Desired, Key
from adapter.storage.instants import to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from adapter.consent.audience import Audience
    from adapter.record.difference import Key as PartKey
    from adapter.record.parts import Part
    from adapter.repository.publishing.contents import Contents
    from adapter.repository.revision import Revision
    from adapter.storage import OpenRow, Residue

    Residues = Mapping[tuple[str, str], Residue]

DENIED = "-"
"""The type of a row that only marks a deny of its recipient, so that no wider recipient answers."""

_NOTHING = Content.of(render({}), [])
_MUNICIPALITY = Lens(KOMMUNE, "", Standing.MUNICIPALITY)
_DIRECTORY = Lens(DIRECTORY, "", Standing.PERMITTED)


@dataclass(frozen=True, slots=True)
class _Shown:
    """One version of a record through one lens: the sight, and the residue of each part that is shown."""

    sight: Sight
    rest: Mapping[PartKey, Residue]


@dataclass(frozen=True, slots=True)
class Projection:
    """Projects one record.

    Args:
        contents: makes the contents of the write.
        given: the open publications of the record.
        stood: the residue of the record before the write, by type and id of its part.
        stands: the residue after the write.
        is_whole: tells whether every content of a recipient must be made and compared with what it has.
        now: the instant of the write.
    """

    contents: Contents
    given: Mapping[Key, list[OpenRow]]
    stood: Residues
    stands: Residues
    is_whole: Callable[[str], bool]
    now: datetime

    def of_sak(self, before: Audience | None, after: Audience) -> list[Desired]:
        """The publications that all recipients should have of a sak from now on."""
        return list(_joined(self._of_sak(before, after)))

    def of_directory(self, revision: Revision) -> list[Desired]:
        """The publications of an ansatt or organisasjon; the directory gets no birth numbers."""
        whole = public = revision.difference
        if revision.kind == "ansatt":
            before = revision.before and for_directory(revision.before)
            public = Difference.between("ansatt", before, for_directory(revision.after)).sharing(whole)
        everything = [
            _Shown(_alone(parts), _rest_of(parts, rest))
            for parts, rest in ((whole.before, self.stood), (whole.after, self.stands))
        ]
        shown = [_Shown(_alone(parts), {}) for parts in (public.before, public.after)]
        return [
            _row(lens, part, self._content(lens, part, stood, stands), None)
            for lens, (stood, stands) in ((_MUNICIPALITY, everything), (_DIRECTORY, shown))
            for part in stands.sight.parts.values()
        ]

    def _of_sak(self, before: Audience | None, after: Audience) -> Iterator[Desired]:
        for lens in after.lenses:
            instant = lens.window.low or self.now
            stands = _shown(after, lens, instant, self.stands)
            if stands is None:
                if lens.denied:
                    yield _marked(lens, after.visible.sak["id"])
                continue
            was = before.lens_at(lens, instant) if before else None
            stood = _shown(before, was, was.window.low or self.now, self.stood) if before and was else None
            decisions = after.visible.decisions(lens)
            for key, part in stands.sight.parts.items():
                content = self._content(lens, part, stood, stands)
                yield _row(lens, part, content, decisions[key].samtykke)

    def _content(self, lens: Lens, part: Part, stood: _Shown | None, stands: _Shown) -> Content:
        """The content of a part for a recipient: the one it has, if all that makes it has stayed."""
        key = (part.kind, part.id)
        given = self._given(lens, part)
        residue = stands.rest.get(key)
        if given is not None and given.hash is not None and stood and not self.is_whole(lens.recipient):
            stays = stood.sight.parts.get(key) is part and stood.rest.get(key) is residue
            if stays and self._tells_alike(part, stood.sight, stands.sight):
                return Content(given.hash)
        return self.contents.content(stands.sight, part, residue, given)

    def _given(self, lens: Lens, part: Part) -> OpenRow | None:
        """The open publication a recipient has of a part when the window of a lens begins."""
        rows = self.given.get(Key(lens.recipient, lens.purpose, part.type, part.id), ())
        if not rows:
            return None
        at = to_micros(lens.window.low or self.now)
        return next((row for row in rows if row.valid_from <= at < row.valid_to), None)

    def _tells_alike(self, part: Part, before: Sight, after: Sight) -> bool:
        """Does the text of a part tell of the same parts and lists, as they were?"""
        mappings = self.contents.session.mappings
        tells = mappings.tells[part.kind]
        if not (tells.kinds or tells.lists):
            return True
        return before.told_in(part, mappings) == after.told_in(part, mappings)


def municipal_sight(revision: Revision) -> Sight:
    """A changed record as the municipality sees it: whole."""
    if revision.kind != "sak":
        return _alone(revision.difference.after)
    visible = VisibleParts(revision.before or {}, revision.difference.before)
    visible = visible.changed_to(revision.after, revision.difference.after)
    return _sight(visible, _MUNICIPALITY, visible.parts)


def _shown(audience: Audience, lens: Lens, instant: datetime, rest: Residues) -> _Shown | None:
    """A sak through a lens at an instant; None if the lens shows nothing of it."""
    visible = audience.visible
    parts = visible.through(lens, instant)
    if parts is None:
        return None
    seen = {}
    for key, part in parts.items():
        residue = rest.get((part.type, part.id))
        if residue and sees_rest(lens, visible.parts[key], residue.writer):
            seen[key] = residue
    return _Shown(_sight(visible, lens, parts), seen)


def _sight(visible: VisibleParts, lens: Lens, parts: Mapping[PartKey, Part]) -> Sight:
    return Sight(parts, visible.beside(lens), visible.mentions, partial(visible.record, lens, parts))


def _rest_of(parts: Mapping[PartKey, Part], rest: Residues) -> dict[PartKey, Residue]:
    """The residue of each part that has any."""
    return {key: rest[part.type, part.id] for key, part in parts.items() if (part.type, part.id) in rest}


def _alone(parts: Mapping[PartKey, Part]) -> Sight:
    """The sight of a record without a sak around it: its texts tell of no other part."""
    return Sight(parts, {}, lambda _: frozenset(), dict)


def _row(lens: Lens, part: Part, content: Content, permit: str | None) -> Desired:
    return _publication(lens, part.type, part.id, content, permit)


def _marked(lens: Lens, sak: str) -> Desired:
    """A row that only marks that the recipient is denied the sak."""
    return _publication(lens, DENIED, sak, _NOTHING, None)


def _publication(lens: Lens, type_: str, id_: str, content: Content, permit: str | None) -> Desired:
    return Desired(
        recipient=lens.recipient,
        purpose=lens.purpose,
        type=type_,
        id=id_,
        content=content,
        permit=permit,
        valid_from=lens.window.low,
        valid_to=lens.window.high,
    )


def _joined(rows: Iterable[Desired]) -> Iterator[Desired]:
    """The rows, with neighbouring periods of one resource joined where content and permit are the same."""
    latest: dict[tuple[str, str, str, str], Desired] = {}
    for row in rows:
        key = (row.recipient, row.purpose, row.type, row.id)
        before = latest.get(key)
        if before is None:
            latest[key] = row
        elif _continues(before, row):
            latest[key] = replace(before, valid_to=row.valid_to)
        else:
            yield before
            latest[key] = row
    yield from latest.values()


def _continues(before: Desired, row: Desired) -> bool:
    stood = (before.content.hash, before.permit, before.valid_to)
    return stood == (row.content.hash, row.permit, row.valid_from)

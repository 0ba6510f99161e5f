"""Projection of a record: the publications each recipient should have, made by lens and mapping.

The result depends on the mappings, the directory and the instant alone. Neighbouring periods with the same
bytes are joined, so that a permit that ends far ahead costs one row, not two.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adapter.consent.decision import decide
from adapter.consent.lens import DIRECTORY, KOMMUNE, Lens, Standing, lenses
from adapter.consent.visible import for_directory, sees_rest, visible
from adapter.fhir.codec.stored import render
from adapter.fhir.search.index import index_rows
from adapter.mapping import Scene
from adapter.record.parts import parts
from adapter.storage import Desired

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from adapter.fhir.search.index import IndexRow
    from adapter.mapping import Mappings
    from adapter.record.parts import Part
    from adapter.repository.directory import Directory
    from adapter.storage import Residue

DENIED = "-"
"""The type of a row that only marks a deny of its recipient, so that no wider recipient answers."""


@dataclass(frozen=True, slots=True)
class Projector:
    """Makes the publications of a record.

    Narrative and displays use the names that the ``directory`` has now.
    """

    mappings: Mappings
    directory: Directory
    now: datetime

    def project(
        self, kind: str, body: dict[str, Any], rest: Mapping[tuple[str, str], Residue]
    ) -> list[Desired]:
        """The publications that all recipients should have of this record from now on.

        Args:
            kind: sak, ansatt or organisasjon.
            body: the record, valid.
            rest: the residue of its parts, by (type, id).
        """
        rows = self._of_sak(body, rest) if kind == "sak" else self._of_directory(kind, body, rest)
        return list(_joined(rows))

    def _of_sak(self, sak: dict[str, Any], rest: Mapping[tuple[str, str], Residue]) -> Iterator[Desired]:
        originals = {(part.kind, part.id): part for part in parts("sak", sak)}
        views: list[_View] = []
        for lens in lenses(sak, self.directory.ansatt_with, self.now):
            seen = visible(sak, lens, lens.window.low or self.now)
            if seen is None:
                if lens.denied:
                    yield _row(lens, DENIED, sak["id"], _NOTHING, None)
                continue
            view = next((view for view in views if view.seen == seen), None)
            if view is None:
                views.append(view := _View(seen, Scene(seen, self.directory.named)))
            for part in parts("sak", seen):
                original = originals[part.kind, part.id]
                residue = rest.get((part.type, part.id))
                shown = residue if residue and sees_rest(lens, original, residue.writer) else None
                content = self._content(view, part, shown)
                yield _row(lens, part.type, part.id, content, decide(lens, original).samtykke)

    def _of_directory(
        self, kind: str, body: dict[str, Any], rest: Mapping[tuple[str, str], Residue]
    ) -> Iterator[Desired]:
        """The publications of an ansatt or organisasjon; the directory gets no birth numbers."""
        scene = Scene({}, self.directory.named)
        whole, shown = _View(body, scene), _View(body, scene)
        for part in parts(kind, body):
            content = self._content(whole, part, rest.get((part.type, part.id)))
            yield _row(Lens(KOMMUNE, "", Standing.MUNICIPALITY), part.type, part.id, content, None)
        for part in parts(kind, for_directory(body) if kind == "ansatt" else body):
            content = self._content(shown, part, None)
            yield _row(Lens(DIRECTORY, "", Standing.PERMITTED), part.type, part.id, content, None)

    def _content(self, view: _View, part: Part, residue: Residue | None) -> _Content:
        key = (part.type, part.id, residue is None)
        if key not in view.made:
            said = residue.body if residue else None
            resource = self.mappings.of(part.kind).to_fhir(part.body, part.surroundings, said, view.scene)
            view.made[key] = _Content(render(resource), index_rows(resource))
        return view.made[key]


@dataclass(frozen=True, slots=True)
class _Content:
    """A resource as it is stored: its bytes and its search index rows."""

    body: bytes
    index: list[IndexRow]


_NOTHING = _Content(render({}), [])


@dataclass(frozen=True, slots=True)
class _View:
    """The visible part of a record; recipients with the same visible part share its resources, made once."""

    seen: dict[str, Any]
    scene: Scene
    made: dict[tuple[str, str, bool], _Content] = field(default_factory=dict)


def _row(lens: Lens, type_: str, id_: str, content: _Content, permit: str | None) -> Desired:
    return Desired(
        recipient=lens.recipient,
        purpose=lens.purpose,
        type=type_,
        id=id_,
        body=content.body,
        index=content.index,
        permit=permit,
        valid_from=lens.window.low,
        valid_to=lens.window.high,
    )


def _joined(rows: Iterable[Desired]) -> Iterator[Desired]:
    """The rows, with neighbouring periods of one resource joined where bytes and permit are the same."""
    latest: dict[tuple[str, str, str, str], Desired] = {}
    for row in rows:
        key = (row.recipient, row.purpose, row.type, row.id)
        before = latest.get(key)
        if before is None:
            latest[key] = row
        elif (before.body, before.permit, before.valid_to) == (row.body, row.permit, row.valid_from):
            latest[key] = replace(before, valid_to=row.valid_to)
        else:
            yield before
            latest[key] = row
    yield from latest.values()

"""The whole way of publishing: every content of every recipient made anew, lens by lens, nothing shared.

It is the oracle of the writes that make only what differs. While :func:`compared` is entered, each record of
each write is planned both ways, and both plans must change the same rows to the same contents. What a
recipient reads, now and at every later instant, follows from these rows alone.

``pytest -p tests.repository.whole_way`` compares every write of a test run, and prints their number.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.consent.audience import Audience
from adapter.consent.decision import decide
from adapter.consent.lens import DIRECTORY, KOMMUNE, Lens, Standing, lenses
from adapter.consent.permits import permits
from adapter.consent.visible import VisibleParts, for_directory, sees_rest, visible
from adapter.fhir.codec.stored import render
from adapter.mapping import Scene
from adapter.record.parts import parts
from adapter.repository.publishing.narrowing import bereft, narrowed, narrowing
from adapter.repository.publishing.projection import DENIED
from adapter.repository.writes import deciding
from adapter.storage import Content, Desired, Key, PublicationsPlan, plan_publications
from adapter.storage.instants import to_micros

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from adapter.record.parts import Part
    from adapter.repository.publishing.contents import Contents
    from adapter.repository.publishing.record_planning import Planned
    from adapter.repository.revision import Revision
    from adapter.repository.session import Session
    from adapter.storage import OpenRow, Residue

COUNTED = "ADAPTER_TEST_COMPARED"
"""The environment variable with the file that the number of compared plans is written to."""

_plan_record = deciding.plan_record
_compared = 0


def planned_whole(session: Session, revision: Revision) -> PublicationsPlan:
    """The publications of a revision, planned the whole way."""
    kind, id_ = revision.key
    rows = session.reader.open_publications(kind, id_) if revision.before else {}
    less: dict[str, str] = {}
    until: dict[str, Any] = {}
    if kind == "sak":
        holders = session.directory.ansatt_with
        before, after = (
            Audience.of(_parts(sak), holders, session.now) if sak else None
            for sak in (revision.before, revision.after)
        )
        assert after is not None
        stood = session.reader.permits(id_) if before else []
        less = bereft(stood, permits(revision.after, holders), session.now) | narrowed(before, after)
        until = narrowing(after)
        desired = list(_of_sak(session, revision, rows))
    else:
        desired = list(_of_directory(session, revision, rows))
    newest = session.reader.newest_versions
    return plan_publications(rows, _joined(desired), newest, to_micros(session.now), less, until)


@contextmanager
def compared() -> Iterator[None]:
    """Plan every record both ways, and compare the plans."""
    deciding.plan_record = _compare
    try:
        yield
    finally:
        deciding.plan_record = _plan_record


def _compare(contents: Contents, revision: Revision, *, whole: bool = False) -> Planned:
    global _compared  # noqa: PLW0603 - the plugin prints it at the end
    made = _plan_record(contents, revision, whole=whole)
    if not contents.names:
        expected, found = planned_whole(contents.session, revision), made.record.publications
        for one in fields(PublicationsPlan):
            if one.name != "contents":
                assert getattr(found, one.name) == getattr(expected, one.name), one.name
        _compared += 1
    return made


def pytest_configure(config: pytest.Config) -> None:
    """Compare every write of the run."""
    del config
    deciding.plan_record = _compare


def pytest_sessionfinish() -> None:
    """Write the number of compared plans to the file that the environment names."""
    if COUNTED in os.environ:
        with Path(os.environ[COUNTED]).open("a", encoding="ascii") as file:
            file.write(f"{_compared}\n")


def _parts(sak: dict[str, Any]) -> VisibleParts:
    return VisibleParts(sak, {(part.kind, part.id): part for part in parts("sak", sak)})


def _of_sak(session: Session, revision: Revision, rows: dict[Key, list[OpenRow]]) -> Iterator[Desired]:
    sak, rest = revision.after, session.residues(*revision.key)
    originals = {(part.kind, part.id): part for part in parts("sak", sak)}
    for lens in lenses(sak, session.directory.ansatt_with, session.now):
        seen = visible(sak, lens, lens.window.low or session.now)
        if seen is None:
            if lens.denied:
                yield _desired(lens, DENIED, sak["id"], Content.of(render({}), []), None)
            continue
        for part in parts("sak", seen):
            original = originals[part.kind, part.id]
            residue = rest.get((part.type, part.id))
            shown = residue if residue and sees_rest(lens, original, residue.writer) else None
            content = _content(session, lens, seen, part, shown, rows)
            yield _desired(lens, part.type, part.id, content, decide(lens, original).samtykke)


def _of_directory(session: Session, revision: Revision, rows: dict[Key, list[OpenRow]]) -> Iterator[Desired]:
    kind, rest = revision.kind, session.residues(*revision.key)
    everything, public = Lens(KOMMUNE, "", Standing.MUNICIPALITY), Lens(DIRECTORY, "", Standing.PERMITTED)
    for part in parts(kind, revision.after):
        content = _content(session, everything, {}, part, rest.get((part.type, part.id)), rows)
        yield _desired(everything, part.type, part.id, content, None)
    for part in parts(kind, for_directory(revision.after) if kind == "ansatt" else revision.after):
        yield _desired(public, part.type, part.id, _content(session, public, {}, part, None, rows), None)


def _content(
    session: Session,
    lens: Lens,
    seen: dict[str, Any],
    part: Part,
    residue: Residue | None,
    rows: dict[Key, list[OpenRow]],
) -> Content:
    """The content with the names of now, or of the publication that holds, if they alone differ."""
    at = to_micros(lens.window.low or session.now)
    open_ = rows.get(Key(lens.recipient, lens.purpose, part.type, part.id), [])
    given = next((row for row in open_ if row.valid_from <= at < row.valid_to), None)
    made = [_made(session, None, seen, part, residue)]
    if given is not None:
        made.append(_made(session, given.told, seen, part, residue))
        if hashlib.sha256(made[1]).digest() == given.hash:
            made = made[1:]
    return Content(hashlib.sha256(made[0]).digest(), made[0])


def _made(
    session: Session, as_of: int | None, seen: dict[str, Any], part: Part, residue: Residue | None
) -> bytes:
    directory = session.directory if as_of is None else session.directory_as_of(as_of)
    mapping = session.mappings.of(part.kind)
    body = residue.body if residue else None
    return render(mapping.to_fhir(part.body, part.surroundings, body, Scene(seen, directory.named)))


def _desired(lens: Lens, type_: str, id_: str, content: Content, permit: str | None) -> Desired:
    low, high = lens.window.low, lens.window.high
    return Desired(lens.recipient, lens.purpose, type_, id_, content, permit, low, high)


def _joined(desired: list[Desired]) -> list[Desired]:
    """The rows, with neighbouring periods of equal content and permit joined."""
    joined: list[Desired] = []
    for row in desired:
        same = [
            index
            for index, one in enumerate(joined)
            if (one.recipient, one.purpose, one.type, one.id)
            == (row.recipient, row.purpose, row.type, row.id)
            and (one.content.hash, one.permit) == (row.content.hash, row.permit)
            and one.valid_to is not None
            and one.valid_to == row.valid_from
        ]
        if same:
            first = joined[same[0]]
            joined[same[0]] = _until(first, row)
        else:
            joined.append(row)
    return joined


def _until(first: Desired, last: Desired) -> Desired:
    return Desired(
        first.recipient, first.purpose, first.type, first.id, first.content, first.permit,
        first.valid_from, last.valid_to,
    )  # fmt: skip

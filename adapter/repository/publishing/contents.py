"""The contents of one write: each resource is made once, whoever is given it.

A text has the names of ansatte, roller and organisasjoner as they were when the part was last told. So a new
name gives nobody a new version by itself, and the first write after it betrays nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.stored import render
from adapter.fhir.search.index import index_rows
from adapter.record.references import mentioned
from adapter.storage import Content

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from adapter.mapping import Mappings
    from adapter.record.difference import Key
    from adapter.record.parts import Part
    from adapter.repository.session import Session
    from adapter.storage import OpenRow, Residue


@dataclass(slots=True)
class Sight:
    """One version of a record as one recipient sees it; the texts of its parts tell of nothing else.

    Args:
        parts: the parts, as the recipient sees them.
        beside: the lists of the record beside its parts that the recipient sees.
        mentions: returns kind and id of everything a part may refer to.
        record: makes the record with these parts and lists.
    """

    parts: Mapping[Key, Part]
    beside: Mapping[str, Sequence[dict[str, Any]]]
    mentions: Callable[[Part], frozenset[Key]]
    record: Callable[[], dict[str, Any]]
    _told: dict[Key, frozenset[int]] = field(default_factory=dict)
    _alive: list[object] = field(default_factory=list)

    def told_in(self, part: Part, mappings: Mappings) -> frozenset[int]:
        """The other parts and the lists that the text of a part tells of, each by the id of its object.

        A part that is told in full tells of others in turn; a part that is told by name does not.
        """
        key = (part.kind, part.id)
        if key not in self._told:
            told = self._told_in(part, mappings)
            self._alive += told  # an id is of one object only while that object lives
            self._told[key] = frozenset(map(id, told))
        return self._told[key]

    def _told_in(self, part: Part, mappings: Mappings) -> list[object]:
        found: dict[Key, object] = {}
        lists: dict[str, object] = {}
        whole, ahead = {(part.kind, part.id)}, [part]
        while ahead:
            here = ahead.pop()
            tells = mappings.tells[here.kind]
            named = self.mentions(here)
            for name in tells.lists & self.beside.keys():
                lists[name] = self.beside[name]
                named |= mentioned(self.beside[name], name)
            for key in named & self.parts.keys() - whole:
                if key[0] in tells.kinds:
                    found[key] = self.parts[key]
                if key[0] in tells.whole:
                    whole.add(key)
                    ahead.append(self.parts[key])
        return [*found.values(), *lists.values()]


@dataclass(frozen=True, slots=True)
class _Made:
    """A resource, the names of the directory its text asked for, and its content once it is needed."""

    resource: dict[str, Any]
    names: frozenset[Key]
    contents: list[Content] = field(default_factory=list)

    @property
    def content(self) -> Content:
        """The resource as it is stored."""
        if not self.contents:
            self.contents.append(Content.of(render(self.resource), index_rows(self.resource)))
        return self.contents[0]


@dataclass(frozen=True, slots=True)
class Contents:
    """Makes the contents of the publications of one write.

    Args:
        session: the write.
        names: whether a content that differs by names of the directory alone is told anew.
    """

    session: Session
    names: bool = False
    _made: dict[Hashable, _Made] = field(default_factory=dict)
    _alive: list[object] = field(default_factory=list)

    def resource(self, sight: Sight, part: Part, residue: Residue | None) -> dict[str, Any]:
        """The resource of a part, with the names of now."""
        return self._of(sight, part, residue, None).resource

    def content(self, sight: Sight, part: Part, residue: Residue | None, given: OpenRow | None) -> Content:
        """The content of a part; the content of ``given`` if only names of the directory differ from it.

        Args:
            sight: the record as the recipient sees it.
            part: the part, as the recipient sees it.
            residue: the residue of the part that the recipient sees.
            given: the publication the recipient has of the part, None for none.
        """
        made = self._of(sight, part, residue, None)
        if given is None or given.hash is None or given.hash == made.content.hash:
            return made.content
        if not self.names and any(self.session.is_told_since(*name, given.told) for name in made.names):
            before = self._of(sight, part, residue, given.told)
            if before.content.hash == given.hash:
                return Content(given.hash)
        return made.content

    def _of(self, sight: Sight, part: Part, residue: Residue | None, as_of: int | None) -> _Made:
        told = sight.told_in(part, self.session.mappings)
        body = residue.body if residue else None
        key = (id(part), id(body), told, as_of)
        if key not in self._made:
            self._alive.extend((part, body, sight))  # an id is of one object only while that object lives
            self._made[key] = self._make(sight, part, body, as_of)
        return self._made[key]

    def _make(self, sight: Sight, part: Part, body: dict[str, Any] | None, as_of: int | None) -> _Made:
        session, asked = self.session, set()
        directory = session.directory if as_of is None else session.directory_as_of(as_of)

        def named(kind: str, id_: str) -> str | None:
            asked.add((kind, id_))
            return directory.named(kind, id_)

        scene = session.mappings.scene(part.kind, sight.record(), named)
        resource = session.mappings.of(part.kind).to_fhir(part.body, part.surroundings, body, scene)
        return _Made(resource, frozenset(asked))

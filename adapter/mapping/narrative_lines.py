"""The narrative of a part, in bokmål: its lines and sections, with the schema's titles and the code displays.

Ids, topics and owners are not shown. References are shown by name, and a plan shows its goals, tiltak and
team in full. All content comes from the :class:`Scene`, which is what the recipient may see, so the text
cannot contain hidden content.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from adapter.fhir.narrative_writing import Line, Section, generated
from adapter.record.names import name_of
from adapter.record.references import LISTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_TRAILING = " ,:"


def unnamed(_kind: str, _id: str) -> str | None:
    """No name: nobody outside the record is known."""
    return None


@dataclass(frozen=True, slots=True)
class Scene:
    """The content a text may show beside its own part.

    Args:
        record: the record of the part, as the recipient may see it.
        named: the name of an ansatt, rolle or organisasjon by kind and id; None if unknown.
        above: the ids of the parts that enclose this text.
        reach: the kinds of part and the lists that the text can tell of; None for all.
    """

    record: Mapping[str, Any] = field(default_factory=dict)
    named: Callable[[str, str], str | None] = unnamed
    above: frozenset[str] = frozenset()
    reach: frozenset[str] | None = None

    def part(self, kind: str, id_: str) -> dict[str, Any] | None:
        """Another part of the record by kind and id; None if missing or hidden."""
        listed = self._reached(kind, LISTS.get(kind, ""))
        return next((one for one in listed if one["id"] == id_), None)

    def beside(self, name: str) -> Sequence[dict[str, Any]]:
        """A list of the record beside its parts; empty if missing or hidden."""
        return self._reached(name, name)

    def name(self, kind: str, id_: str) -> str | None:
        """The name of an aktor by kind and id; None if unknown."""
        return name_of(self.part(kind, id_) or {}) if kind in LISTS else self.named(kind, id_)

    def within(self, id_: str) -> Scene:
        """The scene inside the text of the part of this id."""
        return replace(self, above=self.above | {id_})

    def _reached(self, what: str, name: str) -> Sequence[dict[str, Any]]:
        """A list of the record; LookupError for a kind or list that the text is not known to tell of."""
        if self.reach is not None and what not in self.reach:
            raise LookupError(f"the text is not compiled to tell of {what}")
        found: Sequence[dict[str, Any]] = self.record.get(name, ())
        return found


ALONE = Scene()
"""The scene of a part by itself: aktorer are shown by kind, without names."""


class Shown(Protocol):
    """The way one field is shown."""

    def line(self, label: str, value: Any, scene: Scene) -> Line | None:
        """The value as a line of a list; None for an empty line."""

    def text(self, value: Any, scene: Scene, between: str = ", ") -> str:
        """The value as text within a line; list items are joined with ``between``."""


@dataclass(frozen=True, slots=True)
class Word:
    """A value as one text; ``name`` marks a display of a code table, as opposed to free text."""

    read: Callable[[Any], str]
    name: bool = False

    def line(self, label: str, value: Any, scene: Scene) -> Line | None:
        return Line(label, self.read(value))

    def text(self, value: Any, scene: Scene, between: str = ", ") -> str:
        return self.read(value)


@dataclass(frozen=True, slots=True)
class Somebody:
    """An aktor: its name, else the title of its kind."""

    kinds: Mapping[str, str]

    def line(self, label: str, value: Any, scene: Scene) -> Line | None:
        return Line(label, self.text(value, scene))

    def text(self, value: Any, scene: Scene, between: str = ", ") -> str:
        ((kind, id_),) = value.items()
        return (scene.name(kind, id_) if isinstance(id_, str) else None) or self.kinds[kind]


@dataclass(frozen=True, slots=True)
class Organisation:
    """The id of an organisasjon, shown by name; nothing if the name is unknown."""

    def line(self, label: str, value: Any, scene: Scene) -> Line | None:
        text = self.text(value, scene)
        return Line(label, text) if text else None

    def text(self, value: Any, scene: Scene, between: str = ", ") -> str:
        return scene.name("organisasjon", value) or ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of values; a list of one item is shown as the item."""

    item: Shown

    def line(self, label: str, value: Any, scene: Scene) -> Line | None:
        return _grouped(label, [self.item.line("", one, scene) for one in value])

    def text(self, value: Any, scene: Scene, between: str = ", ") -> str:
        return between.join(self.item.text(one, scene) for one in value)


@dataclass(frozen=True, slots=True)
class Parts:
    """References to other parts, one or a list: each part is shown by name, or in full.

    Args:
        kind: the kind of the parts.
        whole: whether each part is shown in full.
        inner: the fields in which a part refers to parts of its own kind, which are shown inside it alone.
        narrators: the narrators of every kind of part.
        other: the way an aktor that is no such part is shown; None where the list holds ids.
    """

    kind: str
    whole: bool
    inner: tuple[str, ...]
    narrators: Mapping[str, Narrator]
    other: Shown | None = None

    def line(self, label: str, value: Any, scene: Scene) -> Line | None:
        found = self._outermost(value, scene)
        elsewhere = [one for one in value if isinstance(one, dict) and self.kind not in one]
        others = [self.other.line("", one, scene) for one in elsewhere] if self.other else []
        return _grouped(label, [*(self._line(part, scene) for part in found), *others])

    def text(self, value: Any, scene: Scene, between: str = ", ") -> str:
        return between.join(self.narrators[self.kind].name(part, scene) for part in self._found(value, scene))

    def _line(self, part: dict[str, Any], scene: Scene) -> Line | None:
        narrator = self.narrators[self.kind]
        lines = narrator.beneath(part, scene.within(part["id"])) if self.whole else []
        return Line("", narrator.name(part, scene), lines)

    def _found(self, value: Any, scene: Scene) -> list[dict[str, Any]]:
        named = value if isinstance(value, list) else [value]
        ids = (one.get(self.kind, "") if isinstance(one, dict) else one for one in named)
        found = (scene.part(self.kind, id_) for id_ in ids if id_ not in scene.above)
        return [part for part in found if part is not None]

    def _outermost(self, value: Any, scene: Scene) -> list[dict[str, Any]]:
        found = self._found(value, scene)
        inner = self.inner if self.whole else ()
        told = {id_ for part in found for name in inner for id_ in part.get(name, ())}
        return [part for part in found if part["id"] not in told] or found


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line: one field, and the text before, after and between its items."""

    before: str
    field: str
    between: str
    after: str
    shown: Shown


@dataclass(frozen=True, slots=True)
class Fields:
    """An object: the pieces of its line, then its other fields as lines beneath, with titles."""

    pieces: tuple[Piece, ...]
    others: tuple[tuple[str, str, Shown], ...]

    def line(self, label: str, value: Any, scene: Scene) -> Line | None:
        text, lines = self._head(value, scene), self.lines(value, scene)
        return Line(label, text, lines) if text or lines else None

    def text(self, value: Any, scene: Scene, between: str = ", ") -> str:
        said = [(label, how.text(value[name], scene)) for name, label, how in self.others if name in value]
        beneath = (f"{label}: {text}" for label, text in said if text)
        return between.join(part for part in (self._head(value, scene), *beneath) if part)

    def lines(self, value: Any, scene: Scene) -> list[Line]:
        """The lines of the fields that are in no piece."""
        return [
            line
            for name, label, shown in self.others
            if name in value and (line := shown.line(label, value[name], scene)) is not None
        ]

    def _head(self, value: Any, scene: Scene) -> str:
        said = [
            f"{piece.before}{text}{piece.after}"
            for piece in self.pieces
            if piece.field in value and (text := piece.shown.text(value[piece.field], scene, piece.between))
        ]
        return " ".join(said).rstrip(_TRAILING)


@dataclass(frozen=True, slots=True)
class Beside:
    """A list of the sak beside its parts, shown with a part: the items that name the part, or none.

    Args:
        field: the list of the record.
        link: the field of its items that holds the id of a part.
        shown: the way the list is shown.
    """

    field: str
    link: str
    shown: Shown

    def lines(self, part: dict[str, Any], scene: Scene) -> list[Line]:
        """The lines of the items that belong to this part."""
        own = [one for one in scene.beside(self.field) if one.get(self.link, part["id"]) == part["id"]]
        line = self.shown.line("", own, scene)
        return [line] if line else []


@dataclass(frozen=True, slots=True)
class Narrator:
    """Writes the narrative of one kind of part.

    Args:
        title: the default title, used where ``heading`` is empty.
        heading: the pieces of a title made of the part's fields.
        sections: the sections: heading and content.
        inside: the part within the text of another: the pieces of its name, and the lines beneath.
        fields: every shown field by name: its title, and the way it is shown.
        more: the sentence for residue beyond the fields.
        closed: the field that marks an opaque part, and the sentence for it.
    """

    title: str
    heading: Fields
    sections: tuple[tuple[str, Fields | Beside], ...]
    inside: Fields
    fields: Mapping[str, tuple[str, Shown]]
    more: str
    closed: tuple[str, str] | None = None

    def narrative(
        self, part: dict[str, Any], scene: Scene = ALONE, *, and_more: bool = False
    ) -> dict[str, Any]:
        """The Narrative of a part; with ``and_more`` a sentence says that the resource has more content."""
        title = self.heading.text(part, scene) or self.title
        if self.closed and part.get(self.closed[0]):
            return generated(title, [Section("", [Line("", self.closed[1])])])
        scene = scene.within(part["id"])
        told = [(heading, section.lines(part, scene)) for heading, section in self.sections]
        if and_more:
            told.append(("", [Line("", self.more)]))
        return generated(title, [Section(heading, lines) for heading, lines in told if lines])

    def name(self, part: dict[str, Any], scene: Scene) -> str:
        """The name of the part within the text of another part."""
        return Fields(self.inside.pieces, ()).text(part, scene) or self.title

    def beneath(self, part: dict[str, Any], scene: Scene) -> list[Line]:
        """The other lines of the part, within the text of another part."""
        return self.inside.lines(part, scene)


def _grouped(label: str, lines: Sequence[Line | None]) -> Line | None:
    """Lines under a label; a single line takes the place of the group."""
    said = [line for line in lines if line is not None]
    if len(said) == 1:
        return Line(label, said[0].text, said[0].lines)
    return Line(label, "", said) if said else None

"""A part as a person reads it: the text of every resource, in bokmål, from the record's own titles and codes.

One walk over schema and part, compiled per kind of part; ``mappings/narrative.yaml`` says where a value reads
better as a line than as a list. Ids, topics and owners are not shown, and who somebody is only as what they
are. The part given is what its recipient may see, so nothing else can be in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from adapter.fhir.narrative_writing import Line, Section, generated
from adapter.mapping.norwegian import moment, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from adapter.mapping.codes import Codes

_HIDDEN_TYPES = {"id", "elementId", "emner"}
_HIDDEN_FIELDS = {"id", "eier"}
_PIECE = re.compile(r"(?P<before>[^{]*)\{(?P<field>\w+)(?:\|(?P<between>[^}]*))?\}(?P<after>.*)")
_TRAILING = " ,:"


class Shown(Protocol):
    """How one field is shown."""

    def line(self, label: str, value: Any) -> Line | None:
        """The value as a line of a list; None where it says nothing."""

    def text(self, value: Any, between: str = ", ") -> str:
        """The value within a line; the items of a list with ``between`` in between."""


@dataclass(frozen=True, slots=True)
class Word:
    """A value that is one text; ``name`` when it is a name out of a table, and not somebody's own words."""

    read: Callable[[Any], str]
    name: bool = False

    def line(self, label: str, value: Any) -> Line | None:
        return Line(label, self.read(value))

    def text(self, value: Any, between: str = ", ") -> str:
        return self.read(value)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list: one item stands where the list would."""

    item: Shown

    def line(self, label: str, value: Any) -> Line | None:
        lines = [line for one in value if (line := self.item.line("", one)) is not None]
        if len(lines) == 1:
            return Line(label, lines[0].text, lines[0].lines)
        return Line(label, "", lines) if lines else None

    def text(self, value: Any, between: str = ", ") -> str:
        return between.join(self.item.text(one) for one in value)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line: one field, and what stands around and within it."""

    before: str
    field: str
    between: str
    after: str
    shown: Shown


@dataclass(frozen=True, slots=True)
class Fields:
    """An object: the pieces of its line, then its other fields beneath, each with its title."""

    pieces: tuple[Piece, ...]
    others: tuple[tuple[str, str, Shown], ...]

    def line(self, label: str, value: Any) -> Line | None:
        text, lines = self._head(value), self.lines(value)
        return Line(label, text, lines) if text or lines else None

    def text(self, value: Any, between: str = ", ") -> str:
        beneath = (
            f"{label}: {shown.text(value[name])}" for name, label, shown in self.others if name in value
        )
        return between.join(part for part in (self._head(value), *beneath) if part)

    def lines(self, value: Any) -> list[Line]:
        """The fields that are in no piece."""
        return [
            line
            for name, label, shown in self.others
            if name in value and (line := shown.line(label, value[name])) is not None
        ]

    def _head(self, value: Any) -> str:
        said = [
            f"{piece.before}{piece.shown.text(value[piece.field], piece.between)}{piece.after}"
            for piece in self.pieces
            if piece.field in value
        ]
        return " ".join(said).rstrip(_TRAILING)


@dataclass(frozen=True, slots=True)
class Narrator:
    """The text of one kind of part.

    Args:
        title: stands first, where ``heading`` says nothing.
        heading: the pieces of a title made of the part.
        sections: heading and fields.
        closed: the field that says a part is kept as it was sent and opens nothing, and the sentence for it.
    """

    title: str
    heading: Fields
    sections: tuple[tuple[str, Fields], ...]
    closed: tuple[str, str] | None = None

    def narrative(self, part: dict[str, Any]) -> dict[str, Any]:
        """The Narrative of a part."""
        title = self.heading.text(part) or self.title
        if self.closed and part.get(self.closed[0]):
            return generated(title, [Section("", [Line("", self.closed[1])])])
        told = ((heading, fields.lines(part)) for heading, fields in self.sections)
        return generated(title, [Section(heading, lines) for heading, lines in told if lines])


@dataclass(frozen=True, slots=True)
class NarratorMaker:
    """Compiles narrators.

    Args:
        defs: the definitions of plan.schema.json.
        codes: the code tables.
        content: mappings/narrative.yaml.
    """

    defs: Mapping[str, Any]
    codes: Mapping[str, Codes]
    content: Mapping[str, Any]

    def of(self, part: str, tables: Mapping[str, str]) -> Narrator:
        """The narrator of a kind of part.

        Args:
            part: its name in the schema.
            tables: which code table each field reads in, by its path.

        Raises:
            ValueError: narrative.yaml names a field the schema does not have.
        """
        wanted = self.content["parts"].get(part, {})
        node, _ = self._resolved(self.defs[part], part)
        shown = self._named(node, tables, "", wanted)
        heading = Fields(self._pieces(wanted.get("title", ()), part, shown), ())
        sections = []
        for section in wanted.get("sections", ()):
            unknown = [name for name in section["fields"] if name not in shown]
            if unknown:
                raise ValueError(f"narrative: {part} has no field {', '.join(unknown)} to show")
            fields = [shown.pop(name) for name in section["fields"]]
            alone = len(fields) == 1
            told = tuple((name, "" if alone else label, field) for name, label, field in fields)
            sections.append((section["heading"], Fields((), told)))
        closed = wanted.get("closed")
        return Narrator(
            node.get("title", part),
            heading,
            (("", Fields((), tuple(shown.values()))), *sections),
            (closed["flag"], closed["says"]) if closed else None,
        )

    def _named(
        self, node: Mapping[str, Any], tables: Mapping[str, str], above: str, wanted: Mapping[str, Any]
    ) -> dict[str, tuple[str, str, Shown]]:
        """The fields of an object that are shown, by name, each with its title."""
        left_out = {*_HIDDEN_FIELDS, *wanted.get("left_out", ())}
        words = wanted.get("words", {})
        named = {}
        for name, inner in node.get("properties", {}).items():
            shown = self._shown(inner, tables, f"{above}{name}", words.get(name, {}))
            if shown is not None and name not in left_out:
                named[name] = (name, self._resolved(inner, name)[0].get("title", name), shown)
        return named

    def _shown(
        self, node: Mapping[str, Any], tables: Mapping[str, str], path: str, words: Mapping[str, str]
    ) -> Shown | None:
        node, name = self._resolved(node, path.rpartition(".")[2])
        if name in _HIDDEN_TYPES:
            return None
        if "items" in node:
            item = self._shown(node["items"], tables, path, words)
            return None if item is None else Listed(item)
        if node.get("maxProperties") == 1:
            return Word(self._choice(node), name=True)
        if "properties" in node:
            return self._object(node, name, tables, f"{path}.")
        if "enum" in node:
            return Word(self._displays(node["enum"], tables.get(path)).__getitem__, name=True)
        return Word(lambda value: words.get(value, value), name=True) if words else Word(_reader(node))

    def _object(self, node: Mapping[str, Any], name: str, tables: Mapping[str, str], above: str) -> Fields:
        wanted = self.content["lines"].get(name, {})
        fields = self._named(node, tables, above, wanted)
        pieces = self._pieces(wanted.get("line", ()), name, fields)
        return Fields(pieces, tuple(fields.values()))

    def _pieces(
        self, texts: Sequence[str], name: str, fields: dict[str, tuple[str, str, Shown]]
    ) -> tuple[Piece, ...]:
        """The pieces of a line, taking their fields out of ``fields``."""
        return tuple(self._piece(text, name, fields, first=index == 0) for index, text in enumerate(texts))

    def _piece(
        self, text: str, name: str, fields: dict[str, tuple[str, str, Shown]], *, first: bool
    ) -> Piece:
        match = _PIECE.fullmatch(text)
        if match is None or match["field"] not in fields:
            raise ValueError(f"narrative: {name} has no field for {text}")
        _, _, shown = fields.pop(match["field"])
        if isinstance(shown, Word) and shown.name and not first:
            shown = Word(_lowered(shown.read))
        between = ", " if match["between"] is None else match["between"]
        return Piece(match["before"], match["field"], between, match["after"], shown)

    def _displays(self, enum: Sequence[str], table: str | None) -> dict[str, str]:
        """The words for the codes of a field: of its table, else of the one that has them, else our own."""
        known = self.codes.get(table or "") or next(
            (one for one in self.codes.values() if set(one.displays) == set(enum)), None
        )
        words = self.content["words"]
        displays = known.displays if known else {}
        return {
            code: displays[code]["nb"] if code in displays else words.get(code, code.replace("-", " "))
            for code in enum
        }

    def _choice(self, node: Mapping[str, Any]) -> Callable[[Any], str]:
        titles = {name: inner["title"] for name, inner in node["properties"].items()}
        return lambda value: titles[next(iter(value))]

    def _resolved(self, node: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], str]:
        """What a node says, and the name of the definition it points to, else ``name``."""
        while "$ref" in node:
            steps = node["$ref"].removeprefix("#/$defs/").split("/")
            target: Any = self.defs
            for step in steps:
                target = target[step]
            name = steps[-1]
            narrower = {**target.get("properties", {}), **node.get("properties", {})}
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
            node = {**node, "properties": narrower} if narrower else node
        return node, name


def _reader(node: Mapping[str, Any]) -> Callable[[Any], str]:
    if node.get("format") in {"fhir-date", "fhir-dateTime"}:
        return moment
    if node.get("type") == "boolean":
        return lambda value: "ja" if value else "nei"
    return number if node.get("type") in {"integer", "number"} else str


def _lowered(read: Callable[[Any], str]) -> Callable[[Any], str]:
    """The same within a sentence: no capital, but for an abbreviation's."""

    def lowered(value: Any) -> str:
        text = read(value)
        return text[:1].lower() + text[1:] if text[1:2].islower() else text

    return lowered


def tables_of(rows: Iterable[Mapping[str, Any]], parts: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Which code table each field of a mapping file reads in, by the field's path."""
    tables: dict[str, str] = {}
    for row in rows:
        if isinstance(row.get("plan"), str):
            path = f"{above}{row['plan']}"
            if "codes" in row:
                tables[path] = row["codes"]
            if "each" in row:
                tables |= tables_of(parts[row["each"]], parts, f"{path}.")
    return tables

"""Compiles the narrators: one walk along the schema for each kind of part.

Titles and order come from the schema; ``mappings/narrative.yaml`` states which objects are lines instead of
lists, and which other parts are shown in full.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.mapping.field_shapes import resolved
from adapter.mapping.narrative_lines import (
    Beside,
    Fields,
    Listed,
    Narrator,
    Organisation,
    Parts,
    Piece,
    Somebody,
    Word,
)
from adapter.mapping.norwegian import PHRASES, moment, number
from adapter.record.parts import BY_NAME
from adapter.record.references import LISTS, NAMING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adapter.mapping.codes import Codes
    from adapter.mapping.narrative_lines import Shown

_HIDDEN_TYPES = {"id", "elementId", "emner"}
_HIDDEN_FIELDS = {"id", "eier"}
_PIECE = re.compile(r"(?P<before>[^{]*)\{(?P<field>\w+)(?:\|(?P<between>[^}]*))?\}(?P<after>.*)")

_Named = dict[str, tuple[str, str, "Shown"]]
"""The shown fields by name: name, title, and the way the field is shown."""


@dataclass(frozen=True, slots=True)
class NarratorMaker:
    """Compiles narrators.

    Args:
        defs: the definitions of plan.schema.json.
        codes: the code tables.
        content: mappings/narrative.yaml.
        made: the compiled narrators by kind of part; a narrator may use one that is compiled later.
    """

    defs: Mapping[str, Any]
    codes: Mapping[str, Codes]
    content: Mapping[str, Any]
    made: dict[str, Narrator] = field(default_factory=dict)

    def of(self, part: str, tables: Mapping[str, str]) -> Narrator:
        """The narrator of a kind of part.

        Args:
            part: the name of the kind in the schema.
            tables: the code table of each field with a row that has one, by path; else the schema's applies.

        Raises:
            ValueError: narrative.yaml names a field the schema does not have.
        """
        wanted = self.content["parts"].get(part, {})
        node, _ = resolved(self.defs[part], self.defs)
        own = {name: one for name, one in node["properties"].items() if name not in BY_NAME[part].apart}
        node = {**node, "properties": own}
        shown = self._named(node, tables, "", wanted)
        inside = dict(shown)
        fields = {name: (title, how) for name, title, how in shown.values()}
        name = self._pieces(wanted.get("name", wanted.get("title", ())), part, inside)
        heading = self._pieces(wanted.get("title", ()), part, shown)
        sections = [self._section(part, one, shown) for one in wanted.get("sections", ())]
        beside = [self._beside(one) for one in wanted.get("beside", ())]
        closed = wanted.get("closed")
        self.made[part] = Narrator(
            title=node.get("title", part),
            heading=Fields(heading, ()),
            sections=(("", Fields((), tuple(shown.values()))), *sections, *beside),
            inside=Fields(name, tuple(inside.values())),
            fields=fields,
            more=self.content["more"],
            closed=(closed["flag"], closed["says"]) if closed else None,
        )
        return self.made[part]

    def _section(self, part: str, section: Mapping[str, Any], shown: _Named) -> tuple[str, Fields]:
        """A section, with its fields removed from ``shown``; a single field has no title of its own."""
        unknown = [name for name in section["fields"] if name not in shown]
        if unknown:
            raise ValueError(f"narrative: {part} has no shown field {', '.join(unknown)}")
        fields = [shown.pop(name) for name in section["fields"]]
        alone = len(fields) == 1
        return section["heading"], Fields(
            (), tuple((name, "" if alone else label, how) for name, label, how in fields)
        )

    def _beside(self, section: Mapping[str, str]) -> tuple[str, Beside]:
        """A section of a list of the sak beside its parts."""
        name = section["list"]
        shown = self._shown(self.defs["sak"]["properties"][name], {}, name, {})
        if shown is None:
            raise ValueError(f"narrative: the list {name} has no field that can be shown")
        return section["heading"], Beside(name, section.get("of", ""), shown)

    def _named(
        self, node: Mapping[str, Any], tables: Mapping[str, str], above: str, wanted: Mapping[str, Any]
    ) -> _Named:
        """The shown fields of an object by name, each with its title."""
        left_out = {*_HIDDEN_FIELDS, *wanted.get("left_out", ())}
        named = {}
        for name, inner in node.get("properties", {}).items():
            shown = self._parts(name, inner, wanted) or self._shown(
                inner, tables, f"{above}{name}", wanted.get("words", {}).get(name, {})
            )
            if shown is not None and name not in left_out:
                named[name] = (name, resolved(inner, self.defs)[0].get("title", name), shown)
        return named

    def _parts(self, name: str, node: Mapping[str, Any], wanted: Mapping[str, Any]) -> Shown | None:
        """The way a reference to parts or to an organisasjon is shown; None for another field."""
        node, type_ = resolved(node, self.defs, name)
        whole = name in wanted.get("whole", ())
        if NAMING.get(name) == "organisasjon" and type_ == "id":
            return Organisation()
        item, item_type = resolved(node.get("items", {}), self.defs)
        ids = "id" in {type_, item_type}
        kind = NAMING.get(name, "") if ids else name if whole else ""
        if kind not in LISTS:
            return None
        own = resolved(self.defs[kind], self.defs)[0].get("properties", {})
        inner = tuple(one for one in own if NAMING.get(one) == kind)
        return Parts(kind, whole, inner, self.made, None if ids else _somebody(item))

    def _shown(
        self, node: Mapping[str, Any], tables: Mapping[str, str], path: str, words: Mapping[str, str]
    ) -> Shown | None:
        node, name = resolved(node, self.defs, path.rpartition(".")[2])
        if name in _HIDDEN_TYPES:
            return None
        if "items" in node:
            item = self._shown(node["items"], tables, path, words)
            return None if item is None else Listed(item)
        if node.get("maxProperties") == 1:
            return _somebody(node)
        if "properties" in node:
            return self._object(node, name, tables, f"{path}.")
        if "enum" in node:
            return Word(
                self._displays(node["enum"], tables.get(path, node.get("x-codes"))).__getitem__, name=True
            )
        return Word(lambda value: words.get(value, value), name=True) if words else Word(_reader(node))

    def _object(self, node: Mapping[str, Any], name: str, tables: Mapping[str, str], above: str) -> Shown:
        wanted = self.content["lines"].get(name, {})
        if "phrase" in wanted:
            phrase = PHRASES[wanted["phrase"]]
            units = self._displays(node["properties"]["enhet"]["enum"], None)
            return Word(lambda value: phrase({**value, "enhet": units[value["enhet"]]}))
        fields = self._named(node, tables, above, wanted)
        pieces = self._pieces(wanted.get("line", ()), name, fields)
        return Fields(pieces, tuple(fields.values()))

    def _pieces(self, texts: Sequence[str], name: str, fields: _Named) -> tuple[Piece, ...]:
        """The pieces of a line, with their fields removed from ``fields``."""
        return tuple(self._piece(text, name, fields, first=index == 0) for index, text in enumerate(texts))

    def _piece(self, text: str, name: str, fields: _Named, *, first: bool) -> Piece:
        match = _PIECE.fullmatch(text)
        if match is None or match["field"] not in fields:
            raise ValueError(f"narrative: {name} has no field for the piece {text}")
        _, _, shown = fields.pop(match["field"])
        if not first:
            shown = _within_a_sentence(shown)
        between = ", " if match["between"] is None else match["between"]
        return Piece(match["before"], match["field"], between, match["after"], shown)

    def _displays(self, enum: Sequence[str], table: str | None) -> dict[str, str]:
        """The displays of the codes of a field: from its code table, else from narrative.yaml."""
        if table is not None and table not in self.codes:
            raise ValueError(f"plan.schema: unknown code table {table}")
        displays = self.codes[table].displays if table else {}
        words = self.content["words"]
        return {
            code: displays[code]["nb"] if code in displays else words.get(code, code.replace("-", " "))
            for code in enum
        }


def _reader(node: Mapping[str, Any]) -> Callable[[Any], str]:
    if node.get("format") in {"fhir-date", "fhir-dateTime"}:
        return moment
    if node.get("type") == "boolean":
        return lambda value: "ja" if value else "nei"
    return number if node.get("type") in {"integer", "number"} else str


def _somebody(aktor: Mapping[str, Any]) -> Somebody:
    return Somebody({kind: inner["title"] for kind, inner in aktor["properties"].items()})


def _within_a_sentence(shown: Shown) -> Shown:
    """The way a value is shown inside a line: without a capital, except names and abbreviations."""
    if isinstance(shown, Somebody):
        return Somebody({kind: _small(title) for kind, title in shown.kinds.items()})
    if isinstance(shown, Word) and shown.name:
        read = shown.read
        return Word(lambda value: _small(read(value)))
    return shown


def _small(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text

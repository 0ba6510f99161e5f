"""Mapping files read and compiled: YAML rows become row objects, and a file that says nonsense is refused.

The shape of an element (a code, a Coding, a list of CodeableConcepts) is not said in the files; R4 says it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from adapter.fhir.definitions import facts
from adapter.mapping.awaited import Awaiting
from adapter.mapping.binding import BINDING
from adapter.mapping.codes import Codes, read_codes
from adapter.mapping.keeping import Keeping
from adapter.mapping.lists import Each, Inside, Items, Many, Restated
from adapter.mapping.mapping import Closed, PartMapping
from adapter.mapping.narrators import NarratorMaker, tables_of
from adapter.mapping.paths import FhirPath, PlanPath
from adapter.mapping.rows import Around, Coded, Fixed, Flag, Row, Tuple, Value
from adapter.mapping.shapes import Shape
from adapter.mapping.transforms import PAIRS, TUPLES
from adapter.mapping.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from adapter.mapping.narrative import Narrator


class MappingError(ValueError):
    """A mapping file is not as it should be; the text says which file and row."""


@dataclass(frozen=True, slots=True)
class Mappings:
    """Every mapping, by kind of part; ``codes`` and ``files`` are what they were made of."""

    by_part: Mapping[str, PartMapping]
    codes: Mapping[str, Codes]
    files: Mapping[str, dict[str, Any]]

    def of(self, part: str) -> PartMapping:
        """The mapping of a kind of part."""
        return self.by_part[part]


def load(folder: Path) -> Mappings:
    """Every mapping file of a folder, compiled.

    Raises:
        MappingError, CodesError: a file is not as it should be.
    """
    codes = {
        path.stem: read_codes(path.stem, _yaml(path)) for path in sorted((folder / "codes").glob("*.yaml"))
    }
    same = {
        read: row["emit"] for row in _yaml(folder / "equivalences.yaml")["systems"] for read in row["read"]
    }
    shared = _yaml(folder / "datatypes.yaml")
    heeded = {one["system"]: frozenset(one["harmless"]) for one in shared["heeded"]}
    defs = json.loads((folder / "plan.schema.json").read_text(encoding="utf-8"))["$defs"]
    maker = NarratorMaker(defs, codes, _yaml(folder / "narrative.yaml"))
    files = {path.stem: _yaml(path) for path in sorted(folder.glob("*.yaml"))}
    files = {name: content for name, content in files.items() if "part" in content}
    compiled = [
        _compile(content, _Compiler(name, codes, same, heeded, parts), maker)
        for name, content in files.items()
        for parts in [{**shared["parts"], **content.get("parts", {})}]
    ]
    return Mappings({mapping.part: mapping for mapping in compiled}, codes, files)


def _yaml(path: Path) -> Any:
    return _LOADER(path.read_bytes()).get_single_data()


def _compile(content: dict[str, Any], compiler: _Compiler, maker: NarratorMaker) -> PartMapping:
    type_, closed = content["fhir"], content.get("closed")
    shape = Shape.of(maker.defs[content["part"]], maker.defs)
    narrator = _narrator(content, compiler, maker)
    awaited = content["left_out"].get("awaited", ())
    return PartMapping(
        content["part"],
        type_,
        compiler.rows(content["rows"], type_, shape),
        VIEWS[content.get("view", "as it is")],
        _closed(closed, compiler.rows(closed["rows"], type_, shape)) if closed else None,
        compiler.same,
        shape,
        compiler.keeping(content["rows"]),
        narrator,
        Awaiting({name: narrator.fields[name] for name in awaited if "note" in facts(type_).elements}),
    )


def _closed(closed: dict[str, Any], rows: tuple[Row, ...]) -> Closed:
    return Closed(tuple(closed["elements"]), closed["flag"], rows, BINDING[closed["binding"]])


def _narrator(content: dict[str, Any], compiler: _Compiler, maker: NarratorMaker) -> Narrator:
    try:
        return maker.of(content["part"], tables_of(content["rows"], compiler.parts))
    except ValueError as error:
        raise MappingError(f"{compiler.file}: {error}") from error


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C where PyYAML has it: these files are what a start waits for."""


@dataclass(frozen=True, slots=True)
class _Compiler:
    file: str
    codes: Mapping[str, Codes]
    same: Mapping[str, str]
    heeded: Mapping[str, frozenset[str]]
    parts: Mapping[str, Any]

    def keeping(self, rows: list[dict[str, Any]]) -> Keeping:
        """What may be residue beside these rows."""
        every = list(self._every(rows))
        owned = {
            step.selector.value
            for row in every
            if row.keys().isdisjoint({"many", "each"})  # what is none of the list, another may mean by it
            for path in (row["fhir"] if isinstance(row["fhir"], list) else [row["fhir"]])
            for step in FhirPath.parse(path).steps
            if step.selector and step.selector.names == ("url",)
        }
        supplied = tuple(row["fixed"] for row in every if "fixed" in row)
        also = tuple((row["flag"], row["also"]) for row in every if "also" in row)
        return Keeping(frozenset(url for url in owned if url), supplied, also, self.heeded)

    def _every(self, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for row in rows:
            yield row
            if "each" in row:
                yield from self._every(self.parts[row["each"]])

    def rows(self, rows: list[dict[str, Any]], type_: str, shape: Shape) -> tuple[Row, ...]:
        return tuple(self._row(row, type_, shape) for row in rows)

    def _row(self, row: dict[str, Any], type_: str, shape: Shape) -> Row:
        try:
            return self._read(row, type_, shape)
        except (KeyError, ValueError) as error:
            raise MappingError(f"{self.file}: {row}: {error}") from error

    def _read(self, row: dict[str, Any], type_: str, shape: Shape) -> Row:
        if "tuple" in row:
            plans = tuple(PlanPath.parse(path) for path in row["plan"])
            return Tuple(plans, tuple(FhirPath.parse(path) for path in row["fhir"]), TUPLES[row["tuple"]])
        fhir = FhirPath.parse(row["fhir"])
        element, listed = element_at(fhir, type_)
        if "around" in row:
            return Around(fhir, row["around"])
        if "fixed" in row:
            return Fixed(fhir, row["fixed"], listed)
        return self._of_field(row, fhir, element, shape.field(row["plan"]), listed=listed)

    def _of_field(
        self, row: dict[str, Any], fhir: FhirPath, element: str, shape: Shape, *, listed: bool
    ) -> Row:
        plan = PlanPath.parse(row["plan"])
        if "flag" in row:
            return Flag(plan, fhir, row["flag"], tuple(row.get("also", ())))
        if "each" in row:
            match = tuple(PlanPath.parse(path) for path in row.get("match", ()))
            rows = self.rows(self.parts[row["each"]], element, shape.items)
            return Each(plan, Items.of(fhir), rows, match, shape.items)
        if isinstance(row.get("many"), dict):
            inner = self._row({"plan": "value", **row["many"]}, element, shape)
            return Inside(plan, Items.of(fhir), inner, shape.unique)
        if "codes" in row or "system" in row:
            codes = self._codes(row, shape)
            return Coded(plan, fhir, codes, element, listed, row.get("many", False), row.get("absent"))
        if "many" in row:
            kind = {"in": Restated}[row["only"]] if "only" in row else Many
            return kind(plan, Items.of(fhir), PAIRS[row["many"]], shape.unique)
        return Value(plan, fhir, PAIRS[row.get("as", "same")])

    def _codes(self, row: dict[str, Any], shape: Shape) -> Codes:
        if "codes" in row:
            return self.codes[row["codes"]]
        return Codes(row["system"], row["system"], pattern=shape.pattern)


def element_at(path: FhirPath, type_: str) -> tuple[str, bool]:
    """The type of the element a path ends at, and whether it is a list no selector has chosen from.

    Raises:
        ValueError: R4 has no such element, or a list is passed through without a selector.
    """
    listed = False
    for step in path.steps:
        if listed:
            raise ValueError(f"{path.text}: a list on the way needs a selector")
        if step.name.startswith("_") and facts(type_).element(step.name[1:]):
            type_, listed = "Element", False
            continue
        found = facts(type_).element(step.name)
        if found is None:
            raise ValueError(f"{path.text}: R4 has no {type_}.{step.name}")
        element, ref = found
        type_, listed = ref.code, element.max != 1 and step.selector is None
    return type_, listed

"""Compiles mapping files into rows, and refuses an invalid file.

The files do not state the type of an element (code, Coding, list of CodeableConcepts); R4 defines it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from adapter.fhir.definitions import facts
from adapter.mapping.awaited import Awaiting
from adapter.mapping.binding import BINDING
from adapter.mapping.codes import Codes
from adapter.mapping.field_shapes import FieldShape
from adapter.mapping.keeping import Keeping
from adapter.mapping.lists import Each, Inside, Items, Many, Restated
from adapter.mapping.mapping import Closed, PartMapping
from adapter.mapping.mapping_files import read
from adapter.mapping.narrative_lines import Scene, unnamed
from adapter.mapping.narrators import NarratorMaker
from adapter.mapping.rows import Around, Coded, Fixed, Flag, Row, Tuple, Value
from adapter.mapping.sources import MappingError, walk
from adapter.mapping.telling import reach, telling
from adapter.mapping.transforms import PAIRS, TUPLES
from adapter.mapping.views import VIEWS
from adapter.settings import mappings_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from adapter.mapping.paths import FhirPath
    from adapter.mapping.sources import ClosedSource, FileSource, RowSource, Sources
    from adapter.mapping.telling import Tells


@dataclass(frozen=True, slots=True)
class Mappings:
    """Every mapping by kind of part, with the sources it was compiled from.

    ``tells`` is the content each narrative tells of by itself, ``reach`` also through other parts.
    """

    by_part: Mapping[str, PartMapping]
    sources: Sources
    tells: Mapping[str, Tells]
    reach: Mapping[str, frozenset[str]]

    def of(self, part: str) -> PartMapping:
        """The mapping of a kind of part."""
        return self.by_part[part]

    def scene(
        self, part: str, record: Mapping[str, Any], named: Callable[[str, str], str | None] = unnamed
    ) -> Scene:
        """The scene of the narrative of a kind of part, which shows nothing the narrative does not tell of.

        Args:
            part: the kind of part.
            record: the record as the recipient may see it.
            named: the name of an ansatt, rolle or organisasjon by kind and id; None if unknown.
        """
        return Scene(record, named, reach=self.reach[part])


@cache
def installed() -> Mappings:
    """The mapping files that come with the adapter, compiled once for all municipalities of a process."""
    return load(mappings_folder())


def load(folder: Path) -> Mappings:
    """The mappings of a folder, compiled.

    Raises:
        MappingError, CodesError: a file is invalid.
    """
    sources = read(folder)
    maker = NarratorMaker(sources.defs, sources.codes, sources.narrative)
    compiled = [_compiled(file, sources, maker) for file in sources.files]
    by_part = {mapping.part: mapping for mapping in compiled}
    tells = telling({part: mapping.narrator for part, mapping in by_part.items()})
    return Mappings(by_part, sources, tells, {part: reach(part, tells) for part in by_part})


def _compiled(file: FileSource, sources: Sources, maker: NarratorMaker) -> PartMapping:
    try:
        return _part_mapping(file, sources, maker)
    except MappingError:
        raise
    except ValueError as error:
        raise MappingError(f"{file.name}: {error}") from error


def _part_mapping(file: FileSource, sources: Sources, maker: NarratorMaker) -> PartMapping:
    compiler = _Compiler(file.name, sources.codes)
    shape = FieldShape.of(_named(sources.defs, file.part), sources.defs)
    tables = {place.paths[0]: place.row.codes for place in walk(file.rows) if place.row.codes}
    narrator = maker.of(file.part, tables)
    awaited = file.left_out.get("awaited", ()) if "note" in facts(file.type).elements else ()
    closed = file.closed
    return PartMapping(
        part=file.part,
        type=file.type,
        rows=compiler.rows(file.rows, file.type, shape),
        view=_named(VIEWS, file.view),
        closed=_closed(closed, compiler.rows(closed.rows, file.type, shape)) if closed else None,
        same=sources.same,
        shape=shape,
        keeping=_keeping(file.rows, sources.heeded),
        narrator=narrator,
        awaiting=Awaiting({name: narrator.fields[name] for name in awaited}),
    )


def _closed(closed: ClosedSource, rows: tuple[Row, ...]) -> Closed:
    return Closed(closed.elements, closed.flag, rows, _named(BINDING, closed.binding))


_Of = TypeVar("_Of")


def _named(table: Mapping[str, _Of], name: str) -> _Of:
    """The pair, code table, view or definition of a name; ValueError for an unknown name."""
    if name not in table:
        raise ValueError(f"unknown name {name}")
    return table[name]


def _keeping(rows: tuple[RowSource, ...], heeded: Mapping[str, frozenset[str]]) -> Keeping:
    """The limits of the residue beside these rows."""
    every = [place.row for place in walk(rows)]
    owned = {
        step.selector.value
        for row in every
        if not row.is_list  # an item outside the list may be another system's
        for path in row.fhir
        for step in path.steps
        if step.selector and step.selector.value and step.selector.names == ("url",)
    }
    supplied = tuple(row.value for row in every if row.kind == "fixed")
    return Keeping(
        frozenset(owned), supplied, tuple((row.value, row.also) for row in every if row.also), heeded
    )


@dataclass(frozen=True, slots=True)
class _Compiler:
    """Compiles the rows of one file."""

    file: str
    codes: Mapping[str, Codes]

    def rows(self, rows: Iterable[RowSource], type_: str, shape: FieldShape) -> tuple[Row, ...]:
        return tuple(self._row(row, type_, shape) for row in rows)

    def _row(self, row: RowSource, type_: str, shape: FieldShape) -> Row:
        try:
            return self._made(row, type_, shape)
        except MappingError:
            raise
        except ValueError as error:
            raise MappingError(f"{self.file}: {row.text}: {error}") from error

    def _made(self, row: RowSource, type_: str, shape: FieldShape) -> Row:
        fhir = row.fhir[0]
        if row.kind == "tuple":
            return Tuple(row.plan, row.fhir, _named(TUPLES, row.pair))
        element, listed = element_at(fhir, type_)
        if row.kind == "around":
            return Around(fhir, row.around)
        if row.kind == "fixed":
            return Fixed(fhir, row.value, listed, row.yields)
        return self._of_field(row, element, shape.field(row.plan[0].text), listed=listed)

    def _of_field(self, row: RowSource, element: str, shape: FieldShape, *, listed: bool) -> Row:
        (plan,), (fhir,) = row.plan, row.fhir
        match row.kind:
            case "flag":
                return Flag(plan, fhir, row.value, row.also)
            case "codes" | "system":
                return Coded(plan, fhir, self._codes(row, shape), element, listed, row.listed, row.absent)
            case "value":
                return Value(plan, fhir, _named(PAIRS, row.pair))
        return self._of_list(row, element, shape)

    def _of_list(self, row: RowSource, element: str, shape: FieldShape) -> Row:
        (plan,), items = row.plan, Items.of(row.fhir[0])
        match row.kind:
            case "each":
                rows = self.rows(row.inner, element, shape.items)
                return Each(plan, items, rows, row.match, shape.items)
            case "inside":
                return Inside(plan, items, self._row(row.inner[0], element, shape), shape.unique)
        kind = Restated if row.kind == "only" else Many
        return kind(plan, items, _named(PAIRS, row.pair), shape.unique)

    def _codes(self, row: RowSource, shape: FieldShape) -> Codes:
        if row.codes:
            return _named(self.codes, row.codes)
        return Codes(row.system, row.system, pattern=shape.pattern)


def element_at(path: FhirPath, type_: str) -> tuple[str, bool]:
    """The type of the element at the end of a path, and whether it is a list without a selector.

    Raises:
        ValueError: R4 has no such element, or a list inside the path has no selector.
    """
    listed = False
    for step in path.steps:
        if listed:
            raise ValueError(f"{path.text}: a list inside the path needs a selector")
        if step.name.startswith("_") and facts(type_).element(step.name[1:]):
            type_, listed = "Element", False
            continue
        found = facts(type_).element(step.name)
        if found is None:
            raise ValueError(f"{path.text}: R4 has no {type_}.{step.name}")
        element, ref = found
        type_, listed = ref.code, element.max != 1 and step.selector is None
    return type_, listed

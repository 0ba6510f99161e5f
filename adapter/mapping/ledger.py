"""The ledger: every element of every served type, and every field of the record, in exactly one class.

Classes of elements: ``mapped`` in both directions; ``supplied`` when a sender leaves it out (fixed, or from
the surroundings); ``residue``, listed in a file's ``left_out``; ``refused``, with the code of the error;
``opaque``, an element that makes a Consent opaque; ``later``, with the step. Classes of fields: ``field``,
mapped; ``record``, without an element in FHIR, with the reason; ``awaited``, with the element it gets later.
An element or field in no class is a finding, and so is an entry about an element that does not exist.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.errors import Finding, IssueType, Message
from adapter.fhir.definitions import facts
from adapter.mapping.codes import Codes
from adapter.mapping.field_shapes import FieldShape
from adapter.mapping.loading import load
from adapter.mapping.residue import element_of
from adapter.mapping.sources import walk
from adapter.mapping.views import VIEWS
from adapter.record.parts import PARTS, SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from adapter.mapping.sources import LeftOut, Place

UNACCOUNTED = Message(
    "element-unaccounted",
    IssueType.INCOMPLETE,
    nb="{file}: {path} er verken kartlagt eller ført opp under left_out. Legg til en rad eller en oppføring.",
    en="{file}: {path} is neither mapped nor listed under left_out. Add a row or an entry.",
)
NOTHING_SUCH = Message(
    "left-out-unknown",
    IssueType.INVALID,
    nb="{file}: left_out har {path}, som ikke finnes eller allerede er kartlagt. Fjern oppføringen.",
    en="{file}: left_out lists {path}, which does not exist or is mapped already. Remove the entry.",
)
FIELD_UNKNOWN = Message(
    "field-unknown",
    IssueType.INVALID,
    nb="{file}: posten har ikke feltet {path}. Rett raden.",
    en="{file}: the record has no field {path}. Correct the row.",
)
CODES_DIFFER = Message(
    "codes-differ",
    IssueType.CODE_INVALID,
    nb="{file}: skjemaet og kodetabellen {table} har ulike koder: {codes}",
    en="{file}: the schema and the code table {table} have different codes: {codes}",
)
TABLES_DIFFER = Message(
    "tables-differ",
    IssueType.CODE_INVALID,
    nb="{file}: raden for {path} har kodetabellen {table}, men skjemaet har {other}. Bruk samme tabell.",
    en="{file}: the row of {path} has the code table {table}, but the schema has {other}. Use the same "
    "table.",
)

_OF_RECORD = ("record", "awaited")
"""The classes of ``left_out`` that name fields of the record."""

_EVERYWHERE = {"id": "mapped", "modifierExtension": "refused", "implicitRules": "refused"}
_RESOURCE_RESIDUE = {"meta", "language", "text", "contained", "extension"}


@dataclass(slots=True)
class LedgerReport:
    """The result of the check: the count of each class by file, and the findings."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def check(folder: Path) -> LedgerReport:
    """The ledger of every mapping file of a folder; MappingError or CodesError if a file is invalid."""
    sources = load(folder).sources
    report = LedgerReport()
    for file in sources.files:
        places, shape = list(walk(file.rows)), FieldShape.of(sources.defs[file.part], sources.defs)
        ledger = _Ledger(file.name, file.left_out, sources.of_datatypes)
        ledger.elements(file.type, list(_reached(places)), "")
        fields = _Fields(file.name, file.left_out, {*SHOWN, *VIEWS[file.view].adds})
        fields.of(shape, [path.split(".") for place in places for path in place.paths], "")
        report.findings += [*ledger.findings, *ledger.unused(), *fields.findings]
        report.findings += _tables_of_rows(file.name, places, shape, sources.codes)
        report.counts[file.name] = ledger.counts + fields.counts
    fields = _Fields("sak", sources.of_sak, set())
    kinds = [[kind.field] for kind in PARTS if kind.record == "sak"]
    fields.of(FieldShape.of(sources.defs["sak"], sources.defs), kinds, "")
    report.findings += [*fields.findings, *_tables_of_schema(sources.defs, "", sources.codes)]
    report.counts["sak"] = fields.counts
    return report


_Reached = tuple[Sequence[str], bool]
"""The names that lead to an element, and whether it is supplied there."""


def _reached(places: Iterable[Place]) -> Iterator[_Reached]:
    """Every element a row reads, or selects an item by."""
    for place in places:
        for path in place.elements:
            names: tuple[str, ...] = ()
            for step in path.steps:
                names = (*names, step.name)
                if step.selector and step.selector.value is not None:
                    yield (*names, *step.selector.names), True
            yield names, place.row.is_supplied


@dataclass(slots=True)
class _Ledger:
    """The ledger of the elements of one file."""

    file: str
    left_out: LeftOut
    of_datatypes: Mapping[str, Sequence[str]]
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def elements(self, type_: str, reached: Iterable[_Reached], above: str) -> None:
        """Classify every element of a type, by the elements that rows reach."""
        heads: dict[str, list[_Reached]] = {}
        for (first, *rest), supplied in reached:
            heads.setdefault(_name(type_, first), []).append((rest, supplied))
        for name in facts(type_).elements:
            path = f"{above}{name}"
            if name in heads:
                self._read(type_, name, heads[name], path)
            else:
                self._unread(type_, name, path)

    def _read(self, type_: str, name: str, reached: list[_Reached], path: str) -> None:
        self.counts["supplied" if all(supplied for _, supplied in reached) else "mapped"] += 1
        element = facts(type_).elements[name]
        inner = element.part or element.types[0].code
        deeper = [one for one in reached if one[0]]
        if deeper and name != "extension" and not is_primitive_name(inner):
            self.elements(inner, deeper, f"{path}.")

    def _unread(self, type_: str, name: str, path: str) -> None:
        kind = facts(type_).kind
        for class_, entries in self.left_out.items():
            if class_ not in _OF_RECORD and path in entries:
                self.used.add(path)
                self.counts[class_] += 1
                return
        if name in _EVERYWHERE:
            self.counts[_EVERYWHERE[name]] += 1
        elif name == "extension" or name in (
            _RESOURCE_RESIDUE if kind == "resource" else self.of_datatypes.get(type_, ())
        ):
            self.counts["residue"] += 1
        else:
            self.findings.append(UNACCOUNTED.at(path, file=self.file, path=path))

    def unused(self) -> Iterator[Finding]:
        """A finding for each entry of ``left_out`` that matches no unmapped element."""
        for class_, entries in self.left_out.items():
            if class_ not in _OF_RECORD:
                yield from (
                    NOTHING_SUCH.at(path, file=self.file, path=path)
                    for path in entries
                    if path not in self.used
                )


def is_primitive_name(type_: str) -> bool:
    """Is a type primitive? The inside of a primitive has no classes."""
    return facts(type_).kind == "primitive"


def _name(type_: str, key: str) -> str:
    """The element of a JSON key: ``deceased`` of ``deceasedBoolean`` or ``_deceasedBoolean``."""
    return element_of(type_, key.removeprefix("_"))


@dataclass(slots=True)
class _Fields:
    """The ledger of the fields of one file; ``added`` are fields that views or links add for rows."""

    file: str
    left_out: LeftOut
    added: set[str]
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def of(self, shape: FieldShape, reached: Iterable[Sequence[str]], above: str) -> None:
        """Classify every field of an object, by the fields that rows write."""
        heads: dict[str, list[Sequence[str]]] = {}
        for first, *rest in reached:
            heads.setdefault(first, []).append(rest)
        fields = shape.node.get("properties", {})
        for name in fields:
            if name != "id":
                self._field(shape.field(name), heads.get(name, []), f"{above}{name}")
        if not above:
            self._left_out(fields)
        for path in (f"{above}{name}" for name in heads.keys() - fields.keys()):
            if path not in self.added:
                self.findings.append(FIELD_UNKNOWN.at(path, file=self.file, path=path))

    def _field(self, shape: FieldShape, reached: list[Sequence[str]], path: str) -> None:
        if not reached:
            self._unmapped(path)
            return
        self.counts["field"] += 1
        deeper = [rest for rest in reached if rest]
        if deeper:
            self.of(shape.items if "items" in shape.node else shape, deeper, f"{path}.")

    def _left_out(self, fields: Mapping[str, Any]) -> None:
        for path in (path for class_ in _OF_RECORD for path in self.left_out.get(class_, ())):
            if path.partition(".")[0] not in fields:
                self.findings.append(NOTHING_SUCH.at(path, file=self.file, path=path))

    def _unmapped(self, path: str) -> None:
        for class_ in _OF_RECORD:
            if path in self.left_out.get(class_, {}):
                self.counts[class_] += 1
                return
        self.findings.append(UNACCOUNTED.at(path, file=self.file, path=path))


def _tables_of_rows(
    file: str, places: Iterable[Place], shape: FieldShape, tables: Mapping[str, Codes]
) -> Iterator[Finding]:
    """A finding for each row whose code table differs from the codes or the table of the schema."""
    for place in places:
        if place.row.codes:
            path, table = place.paths[0], place.row.codes
            field_ = shape.field(path)
            yield from _differing(file, path, field_.codes, tables[table])
            if field_.table not in {None, table}:
                yield TABLES_DIFFER.at(path, file=file, path=path, table=table, other=field_.table)


def _tables_of_schema(node: Mapping[str, Any], path: str, tables: Mapping[str, Codes]) -> Iterator[Finding]:
    """A finding for each field whose ``x-codes`` table differs from its enum."""
    for name, inner in node.items():
        if not isinstance(inner, dict):
            continue
        at = path if name in {"properties", "items"} else f"{path}.{name}".lstrip(".")
        if "x-codes" in inner:
            table = tables.get(inner["x-codes"], Codes(inner["x-codes"], None))
            yield from _differing("plan.schema", at, inner.get("enum"), table)
        yield from _tables_of_schema(inner, at, tables)


def _differing(file: str, path: str, codes: Sequence[str] | None, table: Codes) -> Iterator[Finding]:
    differing = set(codes or ()) ^ set(table.to_fhir or ())
    if differing:
        yield CODES_DIFFER.at(path, file=file, table=table.name, codes=", ".join(sorted(differing)))

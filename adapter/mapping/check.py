"""The ledger: every element of every served type, and every field of the record, in exactly one class.

``mapped`` both ways; ``supplied`` when a sender leaves it out (fixed, or from the part's surroundings);
``residue``, named one by one in a file's ``left_out``; ``refused``, with the code of the error; ``opaque``,
what makes a Consent one that opens nothing; ``later``, with the step; ``field`` of the record, mapped;
``record``, a field that has no place in FHIR, and why; ``awaited``, one whose place comes later, and which.
What is in none is a finding, and so is an entry about an element there is not: the mapping files cannot be
silent about anything.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from adapter.errors import Finding, IssueType, Message
from adapter.fhir.definitions import facts
from adapter.mapping.loading import load
from adapter.mapping.paths import FhirPath, Step
from adapter.record.parts import PARTS, SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

UNACCOUNTED = Message(
    "element-unaccounted",
    IssueType.INCOMPLETE,
    "{file}: {path} er verken kartlagt eller nevnt under left_out",
    "{file}: {path} is neither mapped nor named under left_out",
)
NOTHING_SUCH = Message(
    "left-out-unknown",
    IssueType.INVALID,
    "{file}: left_out nevner {path}, som ikke finnes eller allerede er kartlagt",
    "{file}: left_out names {path}, which does not exist or is mapped already",
)
FIELD_UNKNOWN = Message(
    "field-unknown",
    IssueType.INVALID,
    "{file}: posten har ikke feltet {path}",
    "{file}: the record has no field {path}",
)
CODES_DIFFER = Message(
    "codes-differ",
    IssueType.CODE_INVALID,
    "{file}: kodene i skjemaet og i tabellen {table} er ikke de samme: {codes}",
    "{file}: the codes of the schema and of the table {table} are not the same: {codes}",
)

_OF_RECORD = ("record", "awaited")
"""The classes of ``left_out`` that name fields of the record."""

_EVERYWHERE = {"id": "mapped", "modifierExtension": "refused", "implicitRules": "refused"}
_RESOURCE_RESIDUE = {"meta", "language", "text", "contained", "extension"}


@dataclass(slots=True)
class Report:
    """What the check found: classes counted by file, and what is wrong."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def check(folder: Path) -> Report:
    """Check every mapping file of a folder; MappingError or CodesError if one cannot even be read."""
    mappings = load(folder)
    datatypes = yaml.safe_load((folder / "datatypes.yaml").read_text(encoding="utf-8"))
    schema = yaml.safe_load((folder / "plan.schema.json").read_text(encoding="utf-8"))["$defs"]
    report = Report()
    for name, content in mappings.files.items():
        parts = {**datatypes["parts"], **content.get("parts", {})}
        ledger = _Ledger(name, parts, content["left_out"], datatypes["left_out"])
        ledger.elements(content["fhir"], content["rows"], "")
        fields = _Fields(name, schema, parts, content["left_out"])
        fields.of(schema[content["part"]], content["rows"], "")
        report.findings += [*ledger.findings, *ledger.unused(), *fields.findings]
        report.findings += _codes(
            name, content["rows"], schema[content["part"]], schema, parts, mappings.codes
        )
        report.counts[name] = ledger.counts + fields.counts
    whole = yaml.safe_load((folder / "sak.yaml").read_text(encoding="utf-8"))
    fields = _Fields("sak", schema, {}, whole["left_out"])
    fields.of(schema["sak"], [{"plan": kind.field} for kind in PARTS if kind.record == "sak"], "")
    report.findings += fields.findings
    report.counts["sak"] = fields.counts
    return report


@dataclass(slots=True)
class _Ledger:
    """The FHIR side of one file."""

    file: str
    parts: Mapping[str, Any]
    left_out: Mapping[str, Any]
    of_datatypes: Mapping[str, Any]
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def elements(self, type_: str, rows: list[dict[str, Any]], above: str) -> None:
        """Class every element of a type, by the rows that read in it."""
        heads: dict[str, list[tuple[Step, tuple[Step, ...], dict[str, Any]]]] = {}
        for row in rows:
            for path in row["fhir"] if isinstance(row["fhir"], list) else [row["fhir"]]:
                first, *rest = FhirPath.parse(path).steps
                heads.setdefault(self._name(type_, first.name), []).append((first, tuple(rest), row))
        for name in facts(type_).elements:
            path = f"{above}{name}"
            if name in heads:
                self._read(type_, name, heads[name], path)
            else:
                self._unread(type_, name, path)

    def _name(self, type_: str, key: str) -> str:
        found = facts(type_).element(key.removeprefix("_"))
        return found[0].name if found else key

    def _read(
        self, type_: str, name: str, heads: list[tuple[Step, tuple[Step, ...], dict[str, Any]]], path: str
    ) -> None:
        rows = [row for _, _, row in heads]
        fixed = all("fixed" in row or "around" in row for row in rows)
        self.counts["supplied" if fixed else "mapped"] += 1
        element = facts(type_).elements[name]
        inner = element.part or element.types[0].code
        deeper = [{**row, "fhir": ".".join(step.text for step in rest)} for _, rest, row in heads if rest]
        for first, rest, row in heads:
            if first.selector and first.selector.value is not None:
                deeper.append({"fhir": ".".join(first.selector.names), "fixed": first.selector.value})
            if not rest:
                deeper += self.parts[row["each"]] if "each" in row else []
                deeper += [row["many"]] if isinstance(row.get("many"), dict) else []
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
        """Entries of ``left_out`` about nothing."""
        for class_, entries in self.left_out.items():
            if class_ not in _OF_RECORD:
                yield from (
                    NOTHING_SUCH.at(path, file=self.file, path=path)
                    for path in entries
                    if path not in self.used
                )


def is_primitive_name(type_: str) -> bool:
    """Is it a primitive type? Inside those nothing is classed."""
    return facts(type_).kind == "primitive"


@dataclass(slots=True)
class _Fields:
    """The record's side of one file."""

    file: str
    schema: Mapping[str, Any]
    parts: Mapping[str, Any]
    left_out: Mapping[str, Any]
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def of(self, shape: dict[str, Any], rows: list[dict[str, Any]], above: str) -> None:
        """Class every field of an object, by the rows that write it."""
        heads: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        for row in rows:
            plan = row.get("plan", [])
            for path in plan if isinstance(plan, list) else [plan]:
                first, _, rest = path.partition(".")
                heads.setdefault(first, []).append((rest, row))
        fields = _resolved(shape, self.schema).get("properties", {})
        for name, inner in fields.items():
            self._field(name, inner, heads.get(name, []), f"{above}{name}")
        if not above:
            self._left_out(fields)
        for name in heads.keys() - fields.keys() - {"mottaker"} - SHOWN:
            self.findings.append(FIELD_UNKNOWN.at(f"{above}{name}", file=self.file, path=f"{above}{name}"))

    def _field(
        self, name: str, shape: dict[str, Any], heads: list[tuple[str, dict[str, Any]]], path: str
    ) -> None:
        if name == "id":
            return
        if not heads:
            self._unmapped(path)
            return
        self.counts["field"] += 1
        items = _resolved(shape, self.schema).get("items", {})
        for rest, row in heads:
            if not rest and "each" in row:
                self.of(items, self.parts[row["each"]], f"{path}.")
        deeper = [{**row, "plan": rest} for rest, row in heads if rest]
        if deeper:
            self.of(shape, deeper, f"{path}.")

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


def _resolved(shape: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    while "$ref" in shape:
        found: Any = schema
        for step in shape["$ref"].removeprefix("#/$defs/").split("/"):
            found = found[step]
        shape = found
    return shape


def _codes(
    file: str,
    rows: list[dict[str, Any]],
    shape: dict[str, Any],
    schema: Mapping[str, Any],
    parts: Mapping[str, Any],
    tables: Mapping[str, Any],
) -> Iterator[Finding]:
    """Every enumeration of the schema has exactly the codes of its table."""
    for row in rows:
        inner = shape
        if not isinstance(row.get("plan"), str):
            continue
        for name in row["plan"].split("."):
            inner = _resolved(inner, schema).get("properties", {}).get(name, {})
        inner = _resolved(inner, schema)
        if "each" in row:
            yield from _codes(file, parts[row["each"]], inner.get("items", {}), schema, parts, tables)
        elif "codes" in row or "codes" in _inside(row):
            table = row.get("codes") or _inside(row)["codes"]
            listed = set(_resolved(inner.get("items", inner), schema).get("enum", ()))
            differing = listed ^ set(tables[table].to_fhir)
            if differing:
                yield CODES_DIFFER.at(
                    row["plan"], file=file, table=table, codes=", ".join(sorted(map(str, differing)))
                )


def _inside(row: dict[str, Any]) -> dict[str, Any]:
    """The row for one of the values of a ``many``, where it has one."""
    inner = row.get("many")
    return inner if isinstance(inner, dict) else {}

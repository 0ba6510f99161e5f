"""Mapping files read and compiled: YAML rows become row objects, and a file that says nonsense is refused.

The shape of an element (a code, a Coding, a list of CodeableConcepts) is not said in the files; R4 says it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from adapter.fhir.definitions import facts
from adapter.mapping.codes import Codes, read_codes
from adapter.mapping.lists import Each, Inside, Items, Many
from adapter.mapping.mapping import Closed, PartMapping
from adapter.mapping.paths import FhirPath, PlanPath
from adapter.mapping.rows import Around, Coded, Fixed, Flag, Row, Tuple, Value
from adapter.mapping.transforms import PAIRS, TUPLES
from adapter.mapping.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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
    shared = _yaml(folder / "datatypes.yaml")["parts"]
    files = {path.stem: _yaml(path) for path in sorted(folder.glob("*.yaml"))}
    files = {name: content for name, content in files.items() if "part" in content}
    compiled = [_compile(name, content, codes, same, shared) for name, content in files.items()]
    return Mappings({mapping.part: mapping for mapping in compiled}, codes, files)


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _compile(
    name: str,
    content: dict[str, Any],
    codes: Mapping[str, Codes],
    same: Mapping[str, str],
    shared: dict[str, Any],
) -> PartMapping:
    compiler = _Compiler(name, codes, {**shared, **content.get("parts", {})})
    type_ = content["fhir"]
    closed = content.get("closed")
    return PartMapping(
        content["part"],
        type_,
        compiler.rows(content["rows"], type_),
        VIEWS[content.get("view", "as it is")],
        Closed(tuple(closed["elements"]), closed["flag"], compiler.rows(closed["rows"], type_))
        if closed
        else None,
        same,
    )


@dataclass(frozen=True, slots=True)
class _Compiler:
    file: str
    codes: Mapping[str, Codes]
    parts: Mapping[str, Any]

    def rows(self, rows: list[dict[str, Any]], type_: str) -> tuple[Row, ...]:
        return tuple(self._row(row, type_) for row in rows)

    def _row(self, row: dict[str, Any], type_: str) -> Row:
        try:
            return self._read(row, type_)
        except (KeyError, ValueError) as error:
            raise MappingError(f"{self.file}: {row}: {error}") from error

    def _read(self, row: dict[str, Any], type_: str) -> Row:
        if "tuple" in row:
            plans = tuple(PlanPath.parse(path) for path in row["plan"])
            return Tuple(plans, tuple(FhirPath.parse(path) for path in row["fhir"]), TUPLES[row["tuple"]])
        fhir = FhirPath.parse(row["fhir"])
        element, listed = element_at(fhir, type_)
        if "around" in row:
            return Around(fhir, row["around"])
        if "fixed" in row:
            return Fixed(fhir, row["fixed"], listed)
        return self._of_field(row, PlanPath.parse(row["plan"]), fhir, element, listed=listed)

    def _of_field(
        self, row: dict[str, Any], plan: PlanPath, fhir: FhirPath, element: str, *, listed: bool
    ) -> Row:
        if "flag" in row:
            return Flag(plan, fhir, row["flag"])
        if "each" in row:
            match = tuple(PlanPath.parse(path) for path in row.get("match", ()))
            return Each(plan, Items.of(fhir), self.rows(self.parts[row["each"]], element), match)
        if isinstance(row.get("many"), dict):
            return Inside(plan, Items.of(fhir), self._row({"plan": "value", **row["many"]}, element))
        if "codes" in row or "system" in row:
            codes = self.codes[row["codes"]] if "codes" in row else Codes(row["system"], row["system"])
            return Coded(plan, fhir, codes, element, listed, row.get("many", False))
        if "many" in row:
            return Many(plan, Items.of(fhir), PAIRS[row["many"]])
        return Value(plan, fhir, PAIRS[row.get("as", "same")])


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

"""Reads the mapping files, each once, and refuses unknown and missing keys.

Values, and whether R4 and the record have the paths, are checked by :mod:`adapter.mapping.loading`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from adapter.fhir.codec.stored import read_stored
from adapter.mapping.codes import read_codes
from adapter.mapping.paths import FhirPath, PlanPath
from adapter.mapping.sources import ClosedSource, FileSource, MappingError, RowSource, Sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from adapter.mapping.sources import LeftOut


def read(folder: Path) -> Sources:
    """The sources of a folder of mapping files.

    Raises:
        MappingError, CodesError: a file is invalid.
    """
    content = {path.stem: _yaml(path) for path in sorted(folder.glob("*.yaml"))}
    shared, sak = content.pop("datatypes"), content.pop("sak")
    equivalences, narrative = content.pop("equivalences"), content.pop("narrative")
    _known("sak", sak, {"record", "left_out"}, set())
    _known("datatypes", shared, {"parts", "left_out", "heeded"}, set())
    tables = sorted((folder / "codes").glob("*.yaml"))
    common = _Reader("datatypes", shared["parts"])
    return Sources(
        files=tuple(_file(name, one, common) for name, one in content.items()),
        of_sak=_left_out("sak", sak["left_out"]),
        of_datatypes={type_: tuple(names) for type_, names in shared["left_out"].items()},
        defs=read_stored((folder / "plan.schema.json").read_bytes())["$defs"],
        codes={path.stem: read_codes(path.stem, _yaml(path)) for path in tables},
        same={read: row["emit"] for row in equivalences["systems"] for read in row["read"]},
        heeded={one["system"]: frozenset(one["harmless"]) for one in shared["heeded"]},
        narrative=_narrative(narrative),
    )


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The YAML loader in C where PyYAML has it, since every start reads these files."""


def _yaml(path: Path) -> Any:
    return _LOADER(path.read_bytes()).get_single_data()


_CLASSES = {"residue", "later", "refused", "opaque", "record", "awaited"}
_LINE = {"line", "left_out", "words", "phrase"}
_TOLD = {"title", "name", "left_out", "whole", "sections", "beside", "closed"}

KINDS: Mapping[str, tuple[set[str], set[str]]] = {
    "tuple": ({"plan", "fhir", "tuple"}, set()),
    "around": ({"fhir", "around"}, set()),
    "fixed": ({"fhir", "fixed"}, {"yields"}),
    "flag": ({"plan", "fhir", "flag"}, {"also"}),
    "each": ({"plan", "fhir", "each"}, {"match"}),
    "codes": ({"plan", "fhir", "codes"}, {"many", "absent"}),
    "system": ({"plan", "fhir", "system"}, {"many"}),
    "only": ({"plan", "fhir", "many", "only", "why"}, set()),
    "many": ({"plan", "fhir", "many"}, set()),
    "value": ({"plan", "fhir"}, {"as"}),
}
"""The kinds of row, each named by its own key, with its required and its optional keys."""


def _known(where: str, content: Mapping[str, Any], must: set[str], may: set[str]) -> None:
    """Check the keys of an object; MappingError for an unknown or missing key."""
    unknown, lacking = content.keys() - must - may, must - content.keys()
    if unknown:
        raise MappingError(f"{where}: unknown key {', '.join(sorted(map(str, unknown)))}")
    if lacking:
        raise MappingError(f"{where}: {', '.join(sorted(lacking))} is missing")


def _narrative(content: dict[str, Any]) -> dict[str, Any]:
    """The content of narrative.yaml with its keys checked; the narrators check the fields it names."""
    _known("narrative", content, {"lines", "words", "parts", "more"}, set())
    for section, keys in (("lines", _LINE), ("parts", _TOLD)):
        for name, wanted in content[section].items():
            _known(f"narrative: {name}", wanted, set(), keys)
    return content


def _file(name: str, content: dict[str, Any], common: _Reader) -> FileSource:
    _known(name, content, {"part", "fhir", "profile", "rows", "left_out"}, {"parts", "view", "closed"})
    reader = _Reader(name, content.get("parts", {}), common)
    return FileSource(
        name=name,
        part=content["part"],
        type=content["fhir"],
        profile=content["profile"],
        rows=reader.rows(content["rows"]),
        view=content.get("view", "as it is"),
        closed=reader.closed(content["closed"]) if "closed" in content else None,
        left_out=_left_out(name, content["left_out"]),
    )


def _left_out(name: str, content: Mapping[str, Any]) -> LeftOut:
    _known(f"{name}: left_out", content, set(), _CLASSES)
    return {
        class_: entries if isinstance(entries, dict) else dict.fromkeys(entries, "")
        for class_, entries in content.items()
    }


@dataclass(slots=True)
class _Reader:
    """Reads the rows of one file, with the parts they name: of the file itself, else of datatypes.yaml."""

    file: str
    parts: Mapping[str, list[dict[str, Any]]]
    common: _Reader | None = None
    read: dict[str, tuple[RowSource, ...]] = field(default_factory=dict)

    def rows(self, rows: Iterable[dict[str, Any]]) -> tuple[RowSource, ...]:
        return tuple(self._row(row, f"{self.file}: {row}") for row in rows)

    def closed(self, content: Mapping[str, Any]) -> ClosedSource:
        _known(f"{self.file}: closed", content, {"elements", "flag", "binding", "rows"}, set())
        rows = self.rows(content["rows"])
        return ClosedSource(tuple(content["elements"]), content["flag"], content["binding"], rows)

    def _part(self, name: str) -> tuple[RowSource, ...]:
        if name not in self.parts:
            if self.common is None:
                raise ValueError(f"unknown part {name}")
            return self.common._part(name)  # noqa: SLF001 - another of its kind
        if name not in self.read:
            self.read[name] = self.rows(self.parts[name])
        return self.read[name]

    def _row(self, row: dict[str, Any], where: str) -> RowSource:
        kind = next((one for one in KINDS if one in row), "value")
        _known(where, row, *KINDS[kind])
        try:
            return self._understood(kind, row, where)
        except MappingError:
            raise
        except ValueError as error:
            raise MappingError(f"{where}: {error}") from error

    def _understood(self, kind: str, row: dict[str, Any], where: str) -> RowSource:
        plan, fhir = _listed(row.get("plan", [])), _listed(row["fhir"])
        _hold_together(kind, row, len(plan), len(fhir))
        value = row["many"] if isinstance(row.get("many"), dict) else None
        return RowSource(
            kind="inside" if value else kind,
            plan=tuple(PlanPath.parse(path) for path in plan),
            fhir=tuple(FhirPath.parse(path) for path in fhir),
            pair=_pair(row),
            codes=row.get("codes", ""),
            system=row.get("system", ""),
            absent=row.get("absent"),
            listed=row.get("many") is True,
            value=row.get("fixed", row.get("flag")),
            yields=row.get("yields", False),
            also=tuple(row.get("also", ())),
            around=row.get("around", ""),
            match=tuple(PlanPath.parse(path) for path in row.get("match", ())),
            why=row.get("why", ""),
            inner=self._part(row["each"]) if kind == "each" else self._inside(value, where),
        )

    def _inside(self, value: dict[str, Any] | None, where: str) -> tuple[RowSource, ...]:
        """The inner row of a list whose values are each inside an item of its own."""
        if value is None:
            return ()
        inner = self._row({"plan": "value", **value}, where)
        if inner.kind not in {"value", "codes", "system"} or inner.listed:
            raise ValueError("the row under many must map one value")
        return (inner,)


def _hold_together(kind: str, row: dict[str, Any], fields: int, elements: int) -> None:
    """Check that the keys of a row agree; ValueError if they do not."""
    if kind != "tuple" and (fields > 1 or elements != 1):
        raise ValueError("a row with several fields or elements needs a tuple")
    if kind == "only" and (row["only"] != "in" or not isinstance(row["many"], str)):
        raise ValueError("only must be in, beside many with a named pair")
    if kind in {"codes", "system"} and row.get("many", True) is not True:
        raise ValueError("many must be true in a row with codes or system")


def _pair(row: dict[str, Any]) -> str:
    named = row.get("as", row.get("tuple", row.get("many")))
    return named if isinstance(named, str) else "same"


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]

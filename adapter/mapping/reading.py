"""Mapping files read, each once: no key in them is unknown, and none that must be there is lacking.

What a value says, and whether R4 and the record have such a place, is for :mod:`adapter.mapping.loading`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from adapter.mapping.codes import read_codes
from adapter.mapping.paths import FhirPath, PlanPath
from adapter.mapping.sources import ClosedSource, FileSource, MappingError, RowSource, Sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from adapter.mapping.sources import LeftOut


def read(folder: Path) -> Sources:
    """Everything a folder says.

    Raises:
        MappingError, CodesError: a file says something that cannot be understood.
    """
    content = {path.stem: _yaml(path) for path in sorted(folder.glob("*.yaml"))}
    shared, sak = content.pop("datatypes"), content.pop("sak")
    equivalences, narrative = content.pop("equivalences"), content.pop("narrative")
    tables = sorted((folder / "codes").glob("*.yaml"))
    common = _Reader("datatypes", shared["parts"])
    return Sources(
        files=tuple(_file(name, one, common) for name, one in content.items()),
        of_sak=_left_out("sak", sak["left_out"]),
        of_datatypes={type_: tuple(names) for type_, names in shared["left_out"].items()},
        defs=json.loads((folder / "plan.schema.json").read_bytes())["$defs"],
        codes={path.stem: read_codes(path.stem, _yaml(path)) for path in tables},
        same={read: row["emit"] for row in equivalences["systems"] for read in row["read"]},
        heeded={one["system"]: frozenset(one["harmless"]) for one in shared["heeded"]},
        narrative=narrative,
    )


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C where PyYAML has it: these files are what a start waits for."""


def _yaml(path: Path) -> Any:
    return _LOADER(path.read_bytes()).get_single_data()


_CLASSES = {"residue", "later", "refused", "opaque", "record", "awaited"}

KINDS: Mapping[str, tuple[set[str], set[str]]] = {
    "tuple": ({"plan", "fhir", "tuple"}, set()),
    "around": ({"fhir", "around"}, set()),
    "fixed": ({"fhir", "fixed"}, set()),
    "flag": ({"plan", "fhir", "flag"}, {"also"}),
    "each": ({"plan", "fhir", "each"}, {"match"}),
    "codes": ({"plan", "fhir", "codes"}, {"many", "absent"}),
    "system": ({"plan", "fhir", "system"}, {"many"}),
    "many": ({"plan", "fhir", "many"}, {"only", "why"}),
    "value": ({"plan", "fhir"}, {"as"}),
}
"""Each kind of row, told by the key of its name, with the keys it must have and those it may."""


def _known(content: Mapping[str, Any], must: set[str], may: set[str]) -> None:
    """Refuse a key nobody reads, and the lack of one that must be there."""
    unknown, lacking = content.keys() - must - may, must - content.keys()
    if unknown:
        raise ValueError(f"nobody knows the key {', '.join(sorted(map(str, unknown)))}")
    if lacking:
        raise ValueError(f"there is no {', '.join(sorted(lacking))}")


def _file(name: str, content: dict[str, Any], common: _Reader) -> FileSource:
    reader = _Reader(name, content.get("parts", {}), common)
    closed = content.get("closed")
    try:
        _known(content, {"part", "fhir", "rows", "left_out"}, {"parts", "view", "closed"})
        if closed:
            _known(closed, {"elements", "flag", "binding", "rows"}, set())
    except ValueError as error:
        raise MappingError(f"{name}: {error}") from error
    return FileSource(
        name=name,
        part=content["part"],
        type=content["fhir"],
        rows=reader.rows(content["rows"]),
        view=content.get("view", "as it is"),
        closed=reader.closed(closed) if closed else None,
        left_out=_left_out(name, content["left_out"]),
    )


def _left_out(name: str, content: Mapping[str, Any]) -> LeftOut:
    unknown = content.keys() - _CLASSES
    if unknown:
        raise MappingError(f"{name}: left_out has no class {', '.join(sorted(unknown))}")
    return {
        class_: entries if isinstance(entries, dict) else dict.fromkeys(entries, "")
        for class_, entries in content.items()
    }


@dataclass(slots=True)
class _Reader:
    """Reads the rows of one file, with the parts it names: its own, else those of the datatypes."""

    file: str
    parts: Mapping[str, list[dict[str, Any]]]
    common: _Reader | None = None
    read: dict[str, tuple[RowSource, ...]] = field(default_factory=dict)

    def rows(self, rows: Iterable[dict[str, Any]]) -> tuple[RowSource, ...]:
        return tuple(self._row(row) for row in rows)

    def closed(self, content: Mapping[str, Any]) -> ClosedSource:
        rows = self.rows(content["rows"])
        return ClosedSource(tuple(content["elements"]), content["flag"], content["binding"], rows)

    def _part(self, name: str) -> tuple[RowSource, ...]:
        if name not in self.parts:
            if self.common is None:
                raise ValueError(f"there is no part {name}")
            return self.common._part(name)  # noqa: SLF001 - another of its kind
        if name not in self.read:
            self.read[name] = self.rows(self.parts[name])
        return self.read[name]

    def _row(self, row: dict[str, Any]) -> RowSource:
        try:
            return self._understood(row)
        except MappingError:
            raise
        except ValueError as error:
            raise MappingError(f"{self.file}: {row}: {error}") from error

    def _understood(self, row: dict[str, Any]) -> RowSource:
        kind = next((one for one in KINDS if one in row), "value")
        _known(row, *KINDS[kind])
        plan, fhir = _listed(row.get("plan", [])), _listed(row["fhir"])
        if kind != "tuple" and (len(plan) > 1 or len(fhir) != 1):
            raise ValueError("several places need a tuple")
        return RowSource(
            kind=_narrower(kind, row),
            plan=tuple(PlanPath.parse(path) for path in plan),
            fhir=tuple(FhirPath.parse(path) for path in fhir),
            pair=_pair(row),
            codes=row.get("codes", ""),
            system=row.get("system", ""),
            absent=row.get("absent"),
            listed=row.get("many") is True,
            value=row.get("fixed", row.get("flag")),
            also=tuple(row.get("also", ())),
            around=row.get("around", ""),
            match=tuple(PlanPath.parse(path) for path in row.get("match", ())),
            why=row.get("why", ""),
            inner=self._inner(kind, row),
        )

    def _inner(self, kind: str, row: dict[str, Any]) -> tuple[RowSource, ...]:
        if kind == "each":
            return self._part(row["each"])
        if not isinstance(row.get("many"), dict):
            return ()
        value = self._understood({"plan": "value", **row["many"]})
        if value.kind not in {"value", "codes", "system"} or value.listed:
            raise ValueError("an item under many is one value")
        return (value,)


def _narrower(kind: str, row: dict[str, Any]) -> str:
    """The kind of a row with ``many``: of values, of items that hold one, or of what stands elsewhere."""
    if "only" in row:
        _known(row, {"plan", "fhir", "many", "only", "why"}, set())
        if row["only"] != "in" or not isinstance(row["many"], str):
            raise ValueError("only says in, of a many with a pair")
        return "restated"
    if "many" in row and kind != "many" and row["many"] is not True:
        raise ValueError("many codes are said with true")
    return "inside" if isinstance(row.get("many"), dict) else kind


def _pair(row: dict[str, Any]) -> str:
    named = row.get("as", row.get("tuple", row.get("many")))
    return named if isinstance(named, str) else "same"


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]

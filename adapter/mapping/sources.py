"""What mapping files say, as values: whoever asks walks the same ones, a list's inner rows within its row.

The loader makes rows of them, the ledger counts them, the page shows them, and a text finds its code tables
in them. :mod:`adapter.mapping.mapping_files` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.mapping.paths import FhirPath

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from adapter.mapping.codes import Codes
    from adapter.mapping.paths import PlanPath, Step


LeftOut = dict[str, dict[str, str]]
"""By class, what no row takes, each with its reason where one is given."""


class MappingError(ValueError):
    """A mapping file is not as it should be; the text says which file and row."""


@dataclass(frozen=True, slots=True)
class RowSource:
    """One row, as its file says it.

    Args:
        kind: which kind of row: a key of ``reading.KINDS``, or ``inside``, a ``many`` with a row of its own.
        plan: the fields it is about; none where the value does not stand in the part.
        fhir: the elements; several, like the fields, in a ``tuple`` alone.
        pair: the named pair a value goes through.
        codes: the table its codes stand in.
        system: the system of a code of an open list.
        absent: the code that stands for no value.
        listed: whether a field of codes is a list.
        value: what is fixed, or what a flag is.
        yields: whether what is fixed gives way to another code of its system.
        also: the codings that say the same as a flag.
        around: the name of what the part stands in.
        match: by which fields the items of a list are known.
        why: why a row is read alone.
        inner: the rows of each item of a list.
    """

    kind: str
    plan: tuple[PlanPath, ...]
    fhir: tuple[FhirPath, ...]
    pair: str = "same"
    codes: str = ""
    system: str = ""
    absent: str | None = None
    listed: bool = False
    value: Any = None
    yields: bool = False
    also: tuple[dict[str, Any], ...] = ()
    around: str = ""
    match: tuple[PlanPath, ...] = ()
    why: str = ""
    inner: tuple[RowSource, ...] = ()

    @property
    def is_supplied(self) -> bool:
        """Is it given where a sender leaves it out?"""
        return self.kind in {"fixed", "around"}

    @property
    def is_list(self) -> bool:
        """Is it about the items of a list, of which others may be somebody else's?"""
        return self.kind in {"each", "many", "inside", "only"} or self.listed

    @property
    def text(self) -> str:
        """What it is about, for a message: ``hvem <-> member``."""
        plan, fhir = (", ".join(path.text for path in paths) for paths in (self.plan, self.fhir))
        return f"{plan} <-> {fhir}" if plan else fhir


@dataclass(frozen=True, slots=True)
class ClosedSource:
    """What a file says under ``closed``."""

    elements: tuple[str, ...]
    flag: str
    binding: str
    rows: tuple[RowSource, ...]


@dataclass(frozen=True, slots=True)
class FileSource:
    """One mapping file.

    Args:
        name: the file's, without its ending.
        part: the kind of part it maps.
        type: the resource type.
        rows: in the order of the resource.
        view: how the rows see the part.
        closed: what makes a resource opaque.
        left_out: what no row takes.
    """

    name: str
    part: str
    type: str
    rows: tuple[RowSource, ...]
    view: str
    closed: ClosedSource | None
    left_out: LeftOut


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything the folder says.

    Args:
        files: the mapping files, by name.
        of_sak: what of the sak itself is in no part.
        of_datatypes: the elements of each datatype that are residue wherever it stands.
        defs: the definitions of plan.schema.json.
        codes: the code tables, by name.
        same: systems that are read as another: sent -> given.
        heeded: systems whose codes must not pass unread, with those of them that say nothing.
        narrative: narrative.yaml.
    """

    files: tuple[FileSource, ...]
    of_sak: LeftOut
    of_datatypes: Mapping[str, tuple[str, ...]]
    defs: Mapping[str, Any]
    codes: Mapping[str, Codes]
    same: Mapping[str, str]
    heeded: Mapping[str, frozenset[str]]
    narrative: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A row where it is read: its fields (``deltakere[].rolle``) and its elements, from the outermost."""

    row: RowSource
    fields: tuple[str, ...]
    elements: tuple[FhirPath, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The fields, whether in a list or not: ``deltakere.rolle``."""
        return tuple(path.replace("[]", "") for path in self.fields)


def walk(rows: Iterable[RowSource], field: str = "", element: tuple[Step, ...] = ()) -> Iterator[Place]:
    """Every row and what is within it, in order; a list of values is where each value stands."""
    for row in rows:
        fields = tuple(f"{field}{path.text}" for path in row.plan)
        elements = tuple(FhirPath((*element, *path.steps)) for path in row.fhir)
        if row.kind == "inside":
            (value,) = row.inner
            yield Place(value, fields, (FhirPath((*elements[0].steps, *value.fhir[0].steps)),))
            continue
        yield Place(row, fields, elements)
        if row.inner:
            yield from walk(row.inner, f"{fields[0]}[].", elements[0].steps)

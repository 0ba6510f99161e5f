"""The content of the mapping files as values, with one walk over all rows, inner rows included.

The loader compiles the sources, the ledger counts them, the document prints them, and the narrators find
their code tables in them. :mod:`adapter.mapping.mapping_files` reads them.
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
"""The elements and fields without a row, by class, each with its reason if there is one."""


class MappingError(ValueError):
    """A mapping file is invalid; the text names the file and the row."""


@dataclass(frozen=True, slots=True)
class RowSource:
    """One row, as written in its file.

    Args:
        kind: a key of ``mapping_files.KINDS``, or ``inside`` for a ``many`` with an inner row.
        plan: the fields; none where the value is not in the part.
        fhir: the elements; several, like the fields, only in a ``tuple``.
        pair: the named pair of the value.
        codes: the code table.
        system: the system of a code of an open list.
        absent: the code for an absent field.
        listed: whether a field of codes is a list.
        value: the fixed value, or the item of a flag.
        yields: whether the fixed value gives way to another code of its system.
        also: the codings that mean the same as a flag.
        around: the name of the owner in the surroundings.
        match: the fields that match the items of a list.
        why: the reason a row is import-only.
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
        """Is the value supplied when a sender leaves it out?"""
        return self.kind in {"fixed", "around"}

    @property
    def is_list(self) -> bool:
        """Does the row map items of a list that may have unmapped items too?"""
        return self.kind in {"each", "many", "inside", "only"} or self.listed

    @property
    def text(self) -> str:
        """The fields and elements of the row, for a message: ``hvem <-> member``."""
        plan, fhir = (", ".join(path.text for path in paths) for paths in (self.plan, self.fhir))
        return f"{plan} <-> {fhir}" if plan else fhir


@dataclass(frozen=True, slots=True)
class ClosedSource:
    """The content of a file under ``closed``."""

    elements: tuple[str, ...]
    flag: str
    binding: str
    rows: tuple[RowSource, ...]


@dataclass(frozen=True, slots=True)
class FileSource:
    """One mapping file.

    Args:
        name: the name of the file, without its ending.
        part: the kind of part.
        type: the resource type.
        profile: the canonical URL of the profile of the resource.
        rows: the rows, in the order of the resource.
        view: the name of the view.
        closed: the elements that can make a resource opaque.
        left_out: the elements and fields without a row.
    """

    name: str
    part: str
    type: str
    profile: str
    rows: tuple[RowSource, ...]
    view: str
    closed: ClosedSource | None
    left_out: LeftOut


@dataclass(frozen=True, slots=True)
class Sources:
    """The content of a folder of mapping files.

    Args:
        files: the mapping files, by name.
        of_sak: the fields of the sak itself that are in no part.
        of_datatypes: the elements of each datatype that are residue wherever the datatype is used.
        defs: the definitions of plan.schema.json.
        codes: the code tables, by name.
        same: systems with several addresses: sent address -> our address.
        heeded: systems whose codes are refused as residue, each with its harmless codes.
        narrative: the content of narrative.yaml.
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
    """A row with its full paths: its fields (``deltakere[].rolle``) and its elements, from the outermost."""

    row: RowSource
    fields: tuple[str, ...]
    elements: tuple[FhirPath, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The fields without the marks of lists: ``deltakere.rolle``."""
        return tuple(path.replace("[]", "") for path in self.fields)


def walk(rows: Iterable[RowSource], field: str = "", element: tuple[Step, ...] = ()) -> Iterator[Place]:
    """Every row and its inner rows, in order; a list of values has the place of its inner row."""
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

"""Record files in JSON: the fields of a record give its kind, and a folder stands for the files in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from adapter.errors import AdapterError
from adapter.fhir.codec.received import read_received
from adapter.fhir.codec.sniffing import sniff
from adapter.record.parts import parts
from adapter.record.schema import KINDS, with_integers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

REST = "rest"
"""The field of a record file that carries the residue; the record itself does not have the field."""

MANY = "poster"
"""The field of a file that holds several records, as the municipal door lists them."""


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One file: the record, and the residue that travels with it."""

    path: Path
    kind: str
    body: dict[str, Any]
    rest: dict[str, Any]

    def residues(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The residue by type and id of its part. Raises ClickException where there is no such part."""
        known = {f"{part.type}/{part.id}": (part.type, part.id) for part in parts(self.kind, self.body)}
        if self.rest.keys() - known.keys():
            raise click.ClickException(f"{self.path}: {REST} names a part that is missing from the record")
        return {known[name]: said["rest"] for name, said in self.rest.items()}


def read(path: Path) -> list[RecordFile]:
    """Read the record in a file, or those in its ``poster``. Raises ClickException if there is none."""
    try:
        body = read_received(sniff(path.read_bytes()).data)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    except AdapterError as error:
        finding = error.findings[0]
        raise click.ClickException(f"{path}:{finding.line}:{finding.column}: {finding.en}") from error
    items = body.get(MANY, [body])
    if not isinstance(items, list):
        raise click.ClickException(f"{path}: {MANY} is not a list of records")
    return [_record(path, item) for item in items]


def _record(path: Path, item: Any) -> RecordFile:
    if not isinstance(item, dict) or not isinstance(item.get("id"), str) or "resourceType" in item:
        raise click.ClickException(f"{path}: not a record: a record is a JSON object with an id")
    rest = item.get(REST, {})
    said = rest.values() if isinstance(rest, dict) else [rest]
    if not all(isinstance(one, dict) and isinstance(one.get("rest"), dict) for one in said):
        raise click.ClickException(
            f"{path}: {REST} is not residue: it has an object with {REST} for each part"
        )
    body = {name: value for name, value in item.items() if name != REST}
    kind = kind_of(body)
    return RecordFile(path, kind, with_integers(kind, body), rest)


def kind_of(body: dict[str, Any]) -> str:
    """The kind of a record, by its navn: a string for an organisasjon, a list for an ansatt, or none."""
    name = body.get("navn")
    if name is None:
        return "sak"
    return "organisasjon" if isinstance(name, str) else "ansatt"


def read_all(paths: Iterable[Path]) -> list[RecordFile]:
    """The records of files and folders (``*.json`` but not ``*.fhir.json``), in an order for writing."""
    files = [file for path in paths for file in (_below(path) if path.is_dir() else [path])]
    records = [record for file in files for record in read(file)]
    ordered = [record for kind in KINDS for record in records if record.kind == kind]
    return _parents_first(ordered)


def _below(folder: Path) -> list[Path]:
    """The record files in a folder; ``*.fhir.json`` beside them is the same content in FHIR."""
    return sorted(path for path in folder.rglob("*.json") if not path.name.endswith(".fhir.json"))


def _parents_first(records: list[RecordFile]) -> list[RecordFile]:
    """Organisations after the one they are part of; the order is otherwise kept."""
    by_id = {record.body["id"]: record for record in records if record.kind == "organisasjon"}
    placed: dict[int, RecordFile] = {}

    def place(record: RecordFile, below: frozenset[str]) -> None:
        above = record.body.get("overordnet") if record.kind == "organisasjon" else None
        if above in by_id and above not in below:
            place(by_id[above], below | {record.body["id"]})
        placed.setdefault(id(record), record)

    for record in records:
        place(record, frozenset())
    return list(placed.values())

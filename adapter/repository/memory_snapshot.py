"""Records in memory, as a conversion without a database has them: what placing looks up, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.fhir.codec.stored import render
from adapter.record.identifiers import keys
from adapter.record.parts import parts
from adapter.storage import Head

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from adapter.repository.draft import Key
    from adapter.storage import Residue


@dataclass(frozen=True, slots=True)
class MemorySnapshot:
    """Records without residue, by kind and id; answers the look-ups of :class:`Lookups`."""

    records: Mapping[Key, dict[str, Any]]

    def heads(self, keys: Collection[Key]) -> dict[Key, Head]:
        """The records (kind, id) that exist; a record in memory has no version."""
        return {key: Head(0, 0, 0, render(self.records[key])) for key in keys if key in self.records}

    def holders(self, keys: Collection[Key]) -> dict[Key, Key]:
        """Kind and id of the record that each resource (type, id) is part of."""
        held = {
            (part.type, part.id): record
            for record, body in self.records.items()
            for part in parts(record[0], body)
        }
        return {key: held[key] for key in keys if key in held}

    def record_by_key(self, kind: str, system: str, value: str) -> str | None:
        """The id of the record of a kind that has an identifier; None if none has."""
        having = (
            id_
            for (of, id_), body in self.records.items()
            if of == kind and (system, value) in keys(kind, body)
        )
        return next(having, None)

    def residues(self, kind: str, id_: str) -> dict[Key, Residue]:
        """The residue of a record's parts: none."""
        del kind, id_
        return {}

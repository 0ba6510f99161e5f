"""Who stands behind the ids of ansatte, roller and organisasjoner, as a transaction sees them now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapter.record.names import name_of

if TYPE_CHECKING:
    from adapter.storage import Writer


@dataclass(frozen=True, slots=True)
class Directory:
    """Looks each id up once; made anew for every record that is published."""

    writer: Writer
    _ansatte: dict[str, str | None] = field(default_factory=dict)
    _names: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def ansatt_with(self, rolle: str) -> str | None:
        """The id of the ansatt who holds a rolle."""
        if rolle not in self._ansatte:
            holder = self.writer.holder("PractitionerRole", rolle)
            self._ansatte[rolle] = holder[1] if holder else None
        return self._ansatte[rolle]

    def named(self, kind: str, id_: str) -> str | None:
        """The name of an ansatt, of who holds a rolle, or of an organisasjon; None if there is none."""
        if (kind, id_) not in self._names:
            self._names[kind, id_] = self._name(kind, id_)
        return self._names[kind, id_]

    def _name(self, kind: str, id_: str) -> str | None:
        record_id = self.ansatt_with(id_) if kind == "rolle" else id_
        head = record_id and self.writer.record("ansatt" if kind == "rolle" else kind, record_id)
        return name_of(head.body) if head else None

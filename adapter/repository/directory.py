"""Who stands behind the ids of ansatte, roller and organisasjoner, as a transaction sees them now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapter.consent.permits import Held
from adapter.record.names import name_of
from adapter.record.windows import NEVER, window_of

if TYPE_CHECKING:
    from adapter.storage import Reader


@dataclass(frozen=True, slots=True)
class Directory:
    """Looks each record up once; made anew for every sak that is asked about."""

    reader: Reader
    _known: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def ansatt_with(self, rolle: str) -> Held | None:
        """The ansatt whose rolle it is, and while it is held: never, where either is out of use."""
        ansatt = self._of("rolle", rolle)
        held = next((one for one in ansatt.get("roller", ()) if one["id"] == rolle), None)
        if held is None:
            return None
        in_use = held.get("aktiv", True) and ansatt.get("aktiv", True)
        return Held(ansatt["id"], window_of(held.get("gyldighet")) if in_use else NEVER)

    def named(self, kind: str, id_: str) -> str | None:
        """The name of an ansatt, of who has a rolle, or of an organisasjon; None if there is none."""
        return name_of(self._of(kind, id_))

    def _of(self, kind: str, id_: str) -> dict[str, Any]:
        """The record of an ansatt or organisasjon, or of whose rolle it is; empty if there is none."""
        if (kind, id_) not in self._known:
            record = self.reader.holder("PractitionerRole", id_) if kind == "rolle" else (kind, id_)
            head = self.reader.record(*record) if record else None
            self._known[kind, id_] = head.body if head else {}
        return self._known[kind, id_]

"""The directory: the names of ansatte and organisasjoner, and the ansatt that holds each rolle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapter.consent.permits import Held
from adapter.record.names import name_of
from adapter.record.windows import NEVER, window_of

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Directory:
    """Looks up names and roller by id.

    Args:
        body: returns a record by kind and id, None if there is no such record.
        holder: returns kind and id of the record a resource is part of, by the resource's type and id.
    """

    body: Callable[[str, str], dict[str, Any] | None]
    holder: Callable[[str, str], tuple[str, str] | None]

    def ansatt_with(self, rolle: str) -> Held | None:
        """The ansatt that holds a rolle, and the period; the period is empty if either is not aktiv."""
        ansatt = self._record("rolle", rolle)
        held = next((one for one in ansatt.get("roller", ()) if one["id"] == rolle), None)
        if held is None:
            return None
        in_use = held.get("aktiv", True) and ansatt.get("aktiv", True)
        return Held(ansatt["id"], window_of(held.get("gyldighet")) if in_use else NEVER)

    def named(self, kind: str, id_: str) -> str | None:
        """The name of an ansatt, of the ansatt that holds a rolle, or of an organisasjon; None if unknown."""
        return name_of(self._record(kind, id_))

    def _record(self, kind: str, id_: str) -> dict[str, Any]:
        """The record of an ansatt or organisasjon, or of the ansatt that holds a rolle; empty if unknown."""
        record = self.holder("PractitionerRole", id_) if kind == "rolle" else (kind, id_)
        return (self.body(*record) if record else None) or {}

"""The table of routes of the municipal door, for Flask and for the OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.kommune import record_handlers

if TYPE_CHECKING:
    from collections.abc import Callable

_KINDS = {"organisasjoner": "organisasjon", "ansatte": "ansatt", "saker": "sak"}


@dataclass(frozen=True, slots=True)
class Route:
    """One address and method: its path below the base, its handler, and the schema of its answer.

    ``answer`` names a schema: a kind of record, or one of the door's own (``Liste``, ``Versjoner``,
    ``Endringer``, ``Rest``, ``Del``).
    """

    method: str
    path: str
    summary: str
    answer: str
    handler: Callable[..., record_handlers.Answer]
    kind: str | None = None


def _of_kind(plural: str, kind: str) -> tuple[Route, ...]:
    return (
        Route("GET", f"/{plural}", f"Liste over {plural}", "Liste", record_handlers.listing, kind),
        Route("GET", f"/{plural}/<id>", f"Les {kind}", kind, record_handlers.read, kind),
        Route("PUT", f"/{plural}/<id>", f"Opprett eller endre {kind}", kind, record_handlers.put, kind),
        Route("GET", f"/{plural}/<id>/versjoner", f"Versjoner av {kind}", "Versjoner",
              record_handlers.versions, kind),
        Route("GET", f"/{plural}/<id>/versjoner/<int:versjon>", f"Les en versjon av {kind}", kind,
              record_handlers.version, kind),
        Route("GET", f"/{plural}/<id>/rest", "FHIR-innhold som posten ikke har felt for", "Rest",
              record_handlers.rest, kind),
    )  # fmt: skip


ROUTES: tuple[Route, ...] = (
    *(route for plural, kind in _KINDS.items() for route in _of_kind(plural, kind)),
    Route("GET", "/saker/<id>/<liste>/<del_id>", "Les en del av en sak", "Del", record_handlers.part, "sak"),
    Route("GET", "/endringer", "Endringer etter et løpenummer", "Endringer", record_handlers.changes),
)

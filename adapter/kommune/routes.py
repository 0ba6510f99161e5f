"""The table of the municipal door: Flask routes by it, and the OpenAPI document is written from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.kommune import records

if TYPE_CHECKING:
    from collections.abc import Callable

_KINDS = {"organisasjoner": "organisasjon", "ansatte": "ansatt", "saker": "sak"}


@dataclass(frozen=True, slots=True)
class Route:
    """One address and method: its path below the base, what it does, and what it answers with.

    ``answer`` names a schema: a kind of record, or one of the door's own (``Liste``, ``Versjoner``,
    ``Endringer``, ``Rest``, ``Del``).
    """

    method: str
    path: str
    summary: str
    answer: str
    handler: Callable[..., records.Answer]
    kind: str | None = None


def _of_kind(plural: str, kind: str) -> tuple[Route, ...]:
    return (
        Route("GET", f"/{plural}", f"Liste over {plural}", "Liste", records.listing, kind),
        Route("GET", f"/{plural}/<id>", f"Les {kind}", kind, records.read, kind),
        Route("PUT", f"/{plural}/<id>", f"Opprett eller endre {kind}", kind, records.put, kind),
        Route("GET", f"/{plural}/<id>/versjoner", f"Versjoner av {kind}", "Versjoner",
              records.versions, kind),
        Route("GET", f"/{plural}/<id>/versjoner/<int:versjon>", f"Les en versjon av {kind}", kind,
              records.version, kind),
        Route("GET", f"/{plural}/<id>/rest", "Det FHIR sa som posten ikke har felt for", "Rest",
              records.rest, kind),
    )  # fmt: skip


ROUTES: tuple[Route, ...] = (
    *(route for plural, kind in _KINDS.items() for route in _of_kind(plural, kind)),
    Route("GET", "/saker/<id>/<liste>/<del_id>", "Les en del av en sak", "Del", records.part, "sak"),
    Route("GET", "/endringer", "Endringer etter et løpenummer", "Endringer", records.changes),
)

"""The FHIR door at ``/fhir``: routes, interactions, formats and answers."""

from __future__ import annotations

from adapter.rest.door import blueprint, refuse, unmatched
from adapter.rest.routes import BASE_PATH, DOCUMENT

__all__ = ["BASE_PATH", "DOCUMENT", "blueprint", "refuse", "unmatched"]

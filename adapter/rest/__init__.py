"""The FHIR door, at ``/fhir``."""

from __future__ import annotations

from adapter.rest.door import BASE_PATH, blueprint, refuse, refuse_http

__all__ = ["BASE_PATH", "blueprint", "refuse", "refuse_http"]

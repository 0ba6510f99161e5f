"""The municipal door at ``/kommune/v1``, where the municipality's own system reads and writes records."""

from __future__ import annotations

from adapter.kommune.door import BASE_PATH, DOCUMENT, blueprint, refuse

__all__ = ["BASE_PATH", "DOCUMENT", "blueprint", "refuse"]

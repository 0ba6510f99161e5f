"""The municipal door: records as the municipality's own system writes and reads them."""

from __future__ import annotations

from adapter.kommune.door import BASE_PATH, DOCUMENT, blueprint, refuse

__all__ = ["BASE_PATH", "DOCUMENT", "blueprint", "refuse"]

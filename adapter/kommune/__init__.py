"""The municipal door: records as the municipality's own system writes and reads them."""

from __future__ import annotations

from adapter.kommune.door import blueprint

__all__ = ["blueprint"]

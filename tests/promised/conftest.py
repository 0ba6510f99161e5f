"""The world of the refusals, which asking does not change."""

from __future__ import annotations

from tests.refusals.conftest import standing

__all__ = ["standing"]

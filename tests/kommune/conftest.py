"""Fixtures: those of the FHIR door's tests."""

from __future__ import annotations

from tests.rest.conftest import house, world

__all__ = ["house", "world"]

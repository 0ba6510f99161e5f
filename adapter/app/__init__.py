"""The house built: settings become a store, mappings, the repository, and the doors in front of it."""

from __future__ import annotations

from adapter.app.composition import create_app, open_repository

__all__ = ["create_app", "open_repository"]

"""The application: the store, the mappings, the repository and the two doors, built from the settings."""

from __future__ import annotations

from adapter.app.composition import create_app, open_repository

__all__ = ["create_app", "open_repository"]

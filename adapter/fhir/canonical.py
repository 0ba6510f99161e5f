"""The one address all our own artefacts live under, until the project has a domain of its own."""

from __future__ import annotations

BASE = "https://ip-adapter.example/fhir"

"""The base of the canonical URLs of this project; a placeholder until the project has its own domain."""

from __future__ import annotations

BASE = "https://ip-adapter.example/fhir"

"""The base of the project's canonical URLs, the version of FHIR, and the package that defines it."""

from __future__ import annotations

BASE = "https://ip-adapter.example/fhir"
"""The base of the canonical URLs; a placeholder until the project has its own domain."""

FHIR_VERSION = "4.0.1"
"""https://hl7.org/fhir/R4/."""

CORE_PACKAGE = f"hl7.fhir.r4.core#{FHIR_VERSION}"
"""The package of the base definitions, as ``name#version``."""

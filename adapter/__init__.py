"""Individuell plan and koordinator, between a Norwegian municipality's record and HL7 FHIR R4."""

__version__ = "0.1.0"
"""The version of the package; the build reads it here, and a command needs no package metadata to tell it."""

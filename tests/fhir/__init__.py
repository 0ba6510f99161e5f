"""FHIR itself."""

"""FHIR R4 itself: definitions, codecs and structure, knowing no plan, HTTP or database."""
